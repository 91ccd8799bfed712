package pages

import (
	"testing"

	"perennial/shared/billing"
	"perennial/shared/i18n"
	"perennial/shared/identity"
	"perennial/shared/money"
	"perennial/shared/purchases"
	"perennial/shared/record"
)

// R303, R304, R319.
func TestCheckout(t *testing.T) {
	walk(
		t,
		flow{"from a product's own page", nil, buyProduct},
		flow{"with a plan, questions and a code", nil, buyPlan},
		flow{"with a card that is saved", subscribed, buySaved},
		flow{"with a card that is declined, and one whose bank asks", nil, buyAgain},
		flow{"the payment link of a subscription", nil, payLink},
	)
}

// order opens a checkout session, and gives its address.
func (s *shop) order(in purchases.Session) string {
	s.Helper()
	in.Scope, in.Actor, in.ReturnURL, in.Cart.TrialDays = s.scope, record.System, "https://northwind.example/thanks", -1
	made, err := stage.till.Sales.Open(s.Context(), in)
	s.must(err)
	return identity.CheckoutURL(shopfront(""), s.scope, made.Checkout.ID)
}

func (s *shop) book() billing.Product {
	s.Helper()
	return s.product("Handbook", billing.Price{Kind: billing.PriceOneTime, Amount: money.Of(1500, "USD")})
}

// needsScripts is what a page says where no script runs.
func (v *visit) needsScripts() {
	v.Helper()
	v.sees(v.say("Paying by card needs JavaScript, because the card's details go straight to the payment provider and never to us."))
}

// introduce fills in who buys.
func (v *visit) introduce(email string) {
	v.Helper()
	v.fill(v.say("E-mail"), email)
	v.fill(v.say("Name"), "Ada Lovelace")
	v.pick(v.say("Country"), i18n.Country(v.language, "US"))
	v.fill(v.say("Street and number"), "1 Main St")
	v.fill(v.say("City"), "Albany")
	v.fill(v.say("Postal code"), "12207")
}

func buyProduct(v *visit) {
	v.open(shopfront("/buy/" + v.book().ID))
	v.sees("Handbook", v.usd(1500))
	v.introduce("nobody")
	v.press(v.say("Continue to payment"))
	v.sees(v.say("Please look at the marked fields."))
	v.introduce("new." + v.customer.Email)
	v.press(v.say("Continue to payment"))
	v.sees("Handbook", v.say("Due today"), "new."+v.customer.Email)
	if !v.scripts {
		v.needsScripts()
		v.press(v.say("Pay %s", v.usd(1500)))
		v.paid(0)
		return
	}
	v.types(goodCard)
	v.press(v.say("Pay %s", v.usd(1500)))
	v.sees(v.say("Thank you"), v.usd(1500), v.say("Your payment was received. The receipt is on its way to %s.", "new."+v.customer.Email))
	v.paid(1500)
}

// paid checks what the bank has.
func (v *visit) paid(cents int64) {
	v.Helper()
	if got := v.kept(); got != cents {
		v.Errorf("the bank has %d, not %d", got, cents)
	}
}

func buyPlan(v *visit) {
	_, err := v.catalog().CreateDiscount(v.Context(), v.by(), billing.Discount{Code: "HALF", Type: billing.DiscountPercentage, BasisPoints: 5000})
	v.must(err)
	v.open(v.order(purchases.Session{
		Cart: billing.Cart{Items: []billing.CartItem{{Product: v.lite.ID, Quantity: 1}}},
		Page: record.CheckoutPage{Choices: v.collection, Fields: []record.CheckoutField{{Key: "team", Label: "Team", Type: "text", Required: true}}},
	}))
	v.sees(v.say("Choose your plan"), v.usd(1000), v.usd(8000))
	v.choose("Atlas Pro")
	v.press(v.say("Continue"))
	v.introduce("new." + v.customer.Email)
	v.press(v.say("Continue to payment"))
	v.sees(v.say("Please look at the marked fields."), "Team")
	v.fill("Team", "Engines")
	v.press(v.say("Continue to payment"))
	v.sees("Atlas Pro", v.usd(2000))
	v.fill(v.say("Discount code"), "NOPE")
	v.press(v.say("Apply"))
	v.has(true, v.say("Discount code"))
	v.fill(v.say("Discount code"), "half")
	v.press(v.say("Apply"))
	v.sees(v.say("Code %s", "HALF"), v.usd(1000))
	if !v.scripts {
		v.needsScripts()
		return
	}
	v.types(goodCard)
	v.press(v.say("Pay %s", v.usd(1000)))
	v.sees(v.say("Thank you"), v.say("Next payment"), v.say("Return to %s", "Northwind Studio"))
	v.paid(1000)
}

func buySaved(v *visit) {
	v.open(v.order(purchases.Session{
		Cart: billing.Cart{Items: []billing.CartItem{{Product: v.book().ID, Quantity: 2}}, Customer: v.customer.ID, Billing: home},
		Page: record.CheckoutPage{Saved: true},
	}))
	v.sees("Handbook × 2", v.usd(3000))
	v.press(v.say("Pay %s with %s", v.usd(3000), v.card("visa", "4242")))
	v.sees(v.say("Thank you"), v.usd(3000))
	v.paid(5000)
}

func buyAgain(v *visit) {
	v.open(v.order(purchases.Session{
		Cart: billing.Cart{Items: []billing.CartItem{{Product: v.book().ID, Quantity: 1}}, Customer: v.customer.ID, Billing: home},
	}))
	pay := v.say("Pay %s", v.usd(1500))
	if !v.scripts {
		v.needsScripts()
		v.press(pay)
		v.paid(0)
		return
	}
	v.types(declinedCard)
	v.press(pay)
	v.sees(v.say("Nothing was charged."), "Handbook")
	v.types(askingCard)
	v.press(pay)
	v.sees("Confirm this payment")
	v.press("Approve")
	v.sees(v.say("Thank you"))
	v.paid(1500)
}

func payLink(v *visit) {
	made := v.offer(v.pro)
	v.open(identity.CheckoutURL(shopfront(""), v.scope, made.Checkout.ID))
	v.sees("Atlas Pro", v.say("Due today"), v.usd(2000))
	if !v.scripts {
		v.needsScripts()
		return
	}
	v.types(goodCard)
	v.press(v.say("Pay %s", v.usd(2000)))
	v.sees(v.say("Thank you"), v.say("Next payment"))
	if got := v.now(made.Subscription.ID); got.Status != billing.StatusActive {
		v.Errorf("it is %s", got.Status)
	}
	v.paid(2000)
}
