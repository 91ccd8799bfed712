package pages

import (
	"testing"
	"time"

	"perennial/shared/bank"
	"perennial/shared/billing"
)

// R064, R093, R120 to R125, R130 to R137, R157, R158, R319.
func TestBringingASubscriptionBack(t *testing.T) {
	walk(
		t,
		flow{"with a card that is saved", held, paySaved},
		flow{"with a new card, after one that is declined", held, payNew},
		flow{"with the bank's consent", heldAndAsked, payAtBank},
		flow{"two of them with one card", twoHeld, payForAll},
		flow{"while the bank is away", held, bankAway},
	)
}

// held is a customer whose renewal was declined, and who has a good card too.
func held(s *shop) {
	s.sub = s.subscribe(s.pro, "mastercard_ok")
	s.hold(s.sub)
}

// hold lets the next renewals of subscriptions fail.
func (s *shop) hold(subs ...billing.Subscription) {
	s.Helper()
	for _, sub := range subs {
		s.give(sub.ID, "decline_on_charge")
	}
	s.pass(subs[len(subs)-1].Period.End.Add(time.Hour))
	s.sub = s.now(s.sub.ID)
	if s.sub.Status != billing.StatusOnHold {
		s.Fatalf("the subscription is %s", s.sub.Status)
	}
}

// heldAndAsked has a saved card whose bank asks about every payment.
func heldAndAsked(s *shop) {
	subscribed(s)
	s.give(s.sub.ID, "authenticate_always")
	s.hold(s.sub)
}

func twoHeld(s *shop) {
	s.sub = s.subscribe(s.pro, "mastercard_ok")
	s.hold(s.sub, s.subscribe(s.lite, "mastercard_ok"))
}

// warned sees the banner of the hold on every page.
func (v *visit) warned() {
	v.Helper()
	for _, path := range []string{"/billing", "/payment-methods", "/profile", "/subscriptions/" + v.sub.ID, "/"} {
		v.open(portal(path))
		v.sees(v.say("%s is on hold", "Atlas Pro"), v.usd(2000), v.say("With another card it is active again at once."))
	}
}

// back checks that the subscription is active, and what the bank has kept.
func (v *visit) back(kept int64) {
	v.Helper()
	if got := v.now(v.sub.ID); got.Status != billing.StatusActive || len(got.Open) > 0 || v.kept() != kept {
		v.Errorf("it is %s with %d open, and the bank has %d", got.Status, len(got.Open), v.kept())
	}
}

func paySaved(v *visit) {
	v.enter("/")
	v.warned()
	v.press(v.say("Update payment method"))
	v.sees(v.say("Pay and reactivate"), v.say("To pay now"), v.usd(2000))
	v.sees(v.card("visa", "0341"), v.say("declined last time: %s", v.say("Your bank declined the payment without giving a reason. Another card may help, or a call to your bank.")))
	v.choose(v.card("mastercard", "4444"))
	v.press(v.say("Confirm changes and pay %s", v.usd(2000)))
	v.sees(v.say("%s is active again", "Atlas Pro"), v.card("mastercard", "4444"), v.day(v.now(v.sub.ID).Period.End))
	v.press(v.say("See your subscription"))
	v.lacks(v.say("%s is on hold", "Atlas Pro"))
	v.back(4000)
}

func payNew(v *visit) {
	v.manage("payment-method")
	v.choose(v.say("Use a new card"))
	if !v.scripts {
		v.noFields()
		v.sees(v.say("Your saved cards work without it."))
		v.press(v.say("Confirm changes and pay %s", v.usd(2000)))
		v.sees(v.say("Pay and reactivate"))
		v.held(2000)
		return
	}
	v.types(declinedCard)
	v.press(v.say("Confirm changes and pay %s", v.usd(2000)))
	v.sees(v.say("The payment did not go through"), v.say("%s stays on hold. You can try another card as soon as you like.", "Atlas Pro"))
	v.held(2000)
	v.press(v.say("Try another card"))
	v.choose(v.say("Use a new card"))
	v.types(goodCard)
	v.press(v.say("Confirm changes and pay %s", v.usd(2000)))
	v.sees(v.say("%s is active again", "Atlas Pro"), v.card("visa", "4242"))
	v.back(4000)
}

// held checks that nothing was charged and the hold lasts.
func (v *visit) held(kept int64) {
	v.Helper()
	if got := v.now(v.sub.ID); got.Status != billing.StatusOnHold || v.kept() != kept {
		v.Errorf("it is %s, and the bank has %d", got.Status, v.kept())
	}
}

func payAtBank(v *visit) {
	v.manage("payment-method")
	pay := v.say("Confirm changes and pay %s", v.usd(2000))
	v.choose(v.card("visa", "3184"))
	v.press(pay)
	v.press("Fail")
	v.sees(v.say("The payment did not go through"), v.say("Nothing was charged."))
	v.held(2000)
	v.open(portal("/subscriptions/" + v.sub.ID + "/payment-method"))
	v.choose(v.card("visa", "3184"))
	v.press(pay)
	v.sees("Confirm this payment")
	v.open(portal("/"))
	v.sees(v.say("Your bank asks you to confirm a payment"))
	v.press(v.say("Continue at your bank"))
	v.sees(v.say("Your bank is waiting"))
	v.press(v.say("Continue at your bank"))
	v.press("Approve")
	v.sees(v.say("%s is active again", "Atlas Pro"))
	v.back(4000)
}

func payForAll(v *visit) {
	v.enter("/payment-methods")
	v.press(v.say("Use for all") + " " + v.card("mastercard", "4444"))
	v.sees(v.say("%s is due", v.usd(2000)), v.say("%s is due", v.usd(1000)), v.say("Each subscription is charged on its own. One that your bank refuses does not stop the others."))
	v.press(v.say("Use it for all and pay %s", v.usd(3000)))
	v.sees(v.say("Done"), v.say("Charged to %s", v.card("mastercard", "4444")))
	v.has(false, v.say("Use it for all"))
	v.back(6000)
}

// bankAway is a payment that the bank may have heard of: the page claims
// neither, and nothing else is begun.
func bankAway(v *visit) {
	v.manage("payment-method")
	v.spoil(bank.OpPrepare, bank.Error500, 0)
	v.choose(v.card("mastercard", "4444"))
	v.press(v.say("Confirm changes and pay %s", v.usd(2000)))
	v.sees(v.say("We are checking your payment"), v.say("The bank has not told us yet what happened. You will not be charged twice, and you need not do anything."))
	v.mend()
	v.open(portal("/subscriptions/" + v.sub.ID + "/payment-return"))
	v.sees(v.say("We are checking your payment"))
	v.held(2000)
}
