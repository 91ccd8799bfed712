package checkout_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"perennial/shared/billing"
	"perennial/shared/calendar"
	"perennial/shared/lifecycle/lifecycletest"
	"perennial/shared/purchases"
	"perennial/shared/record"
)

// veiled is the page that a mail leads to who has cancelled, as mails make it.
func (s *site) veiled() (record.Checkout, string) {
	s.t.Helper()
	who := lifecycletest.Get[billing.Customer](s.World, s.Customer.ID)
	who.PaidAt = s.Now()
	stay := billing.Discount{ID: "dsc_1", Code: "STAY20", Type: billing.DiscountPercentage, BasisPoints: 2000, Eligibility: billing.EligibleExisting}
	page := record.Checkout{
		ID: "cks_mailed", CreatedAt: s.Clock.Now(), ExpiresAt: s.Clock.Now().AddDate(0, 0, 90), ReturnURL: "https://shop.example",
		Page: record.CheckoutPage{Veiled: true, NoCodes: true},
		Cart: &billing.Cart{
			Items: []billing.CartItem{{Product: s.Product.ID, Quantity: 1}}, Codes: []string{"STAY20"}, Customer: who.ID,
			Billing:      billing.Address{Country: "US", Street: "12 Analytical Way", City: "Albany", Zip: "12207"},
			BusinessName: "Engine Works",
		},
	}
	s.Put(who, stay, billing.DiscountCode{Code: stay.Code, Discount: stay.ID}, page)
	return page, session(s.Scope, page)
}

// secrets are what a stranger must not learn of the customer.
func (s *site) secrets() []string {
	return []string{s.Customer.Email, url.QueryEscape(s.Customer.Email), s.Customer.Name + "<", "Analytical", "Albany", "12207", "Engine Works"}
}

func (s *site) tellsNothing(text string) {
	s.t.Helper()
	for _, secret := range s.secrets() {
		if strings.Contains(text, secret) {
			s.t.Errorf("the page shows %s", secret)
		}
	}
}

// R214: product, price and discount come first, and nothing need be typed.
func TestWhoComesBackSeesThePriceAndTypesNothing(t *testing.T) {
	t.Parallel()
	s := open(t)
	made, path := s.veiled()
	first := s.get(path)
	first.Must(t, 200, s.Product.Name, "Discount STAY20", "−$4.00", "Pay $16.00", "a•••@e•••.com", "United States")
	s.tellsNothing(first.Text)
	done := s.leadsTo(s.card(path, "visa_ok"), path+"/return")
	done.Must(t, 200, "Thank you", "a•••@e•••.com", `href="https://shop.example?`)
	s.tellsNothing(done.Text)
	page, err := record.Get[record.Checkout](t.Context(), s.Store, s.Scope, made.ID)
	if err != nil {
		t.Fatal(err)
	}
	sub := s.Sub(page.Subscription)
	if sub.Status != billing.StatusActive || sub.Customer != s.Customer.ID || sub.Billing.City != "Albany" || sub.Discounts[0].Code != "STAY20" {
		t.Errorf("bought %+v", sub)
	}
	if m := lifecycletest.Get[billing.Method](s.World, record.MethodID(s.Customer.ID, sub.Method.ID)); !m.Guest {
		t.Error("the card of whoever has the link pays for everything the customer has")
	}
}

// Whoever else has the link buys with details of their own, which the mailed
// page neither shows nor keeps.
func TestAMailedPageKeepsNothingThatIsTyped(t *testing.T) {
	t.Parallel()
	s := open(t)
	made, path := s.veiled()
	form := s.get(path + "?edit")
	form.Must(t, 200, "Your details", s.Product.Name, "$20.00 per month", "not for this customer", `name="email" type="email" autocomplete="email" maxlength="200" value=""`)
	s.tellsNothing(form.Text)
	bad := s.post(path+"/details", url.Values{"email": {"nobody"}, "country": {"US"}})
	bad.Must(t, 422, "E-mail: must be an e-mail address")
	s.tellsNothing(bad.Text)
	to := s.post(path+"/details", ada)
	if to.Status != http.StatusSeeOther || to.To == path {
		t.Fatalf("%d to %s", to.Status, to.To)
	}
	other := s.get(to.To)
	other.Must(t, 200, "grace@example.com", "Pay $20.00")
	s.tellsNothing(strings.ReplaceAll(strings.ReplaceAll(other.Text, "Albany", ""), "12207", "")) // Grace's
	kept, err := record.Get[record.Checkout](t.Context(), s.Store, s.Scope, made.ID)
	if err != nil || kept.Cart.Customer != s.Customer.ID || kept.Cart.Email != "" {
		t.Errorf("the mailed page is %+v, %v", kept.Cart, err)
	}
	if got := s.post(path+"/code", url.Values{"remove": {"STAY20"}}); got.Status != http.StatusSeeOther || len(s.cart(made.ID).Codes) != 1 {
		t.Error("whoever has the link can take the code away")
	}
}

func (s *site) cart(id string) billing.Cart {
	s.t.Helper()
	page, err := record.Get[record.Checkout](s.t.Context(), s.Store, s.Scope, id)
	if err != nil {
		s.t.Fatal(err)
	}
	return *page.Cart
}

// A code that has ended since is named, with the price that is asked now.
func TestACodeThatHasEndedBarsNoPage(t *testing.T) {
	t.Parallel()
	s := open(t)
	_, path := s.veiled()
	d := lifecycletest.Get[billing.Discount](s.World, "dsc_1")
	d.ExpiresAt = calendar.At(s.Clock.Now())
	s.Put(d)
	s.Clock.Advance(time.Second)
	s.get(path).Must(t, 200, "This discount code has expired", "Pay $20.00")
	again := s.card(path, "visa_ok")
	again.Must(t, 422, "This discount code has expired", "Pay $20.00")
	s.leadsTo(s.card(path, "visa_ok"), path+"/return").Must(t, 200, "Thank you")
}

// What is bought stands above every form that asks who buys.
func TestThePriceIsShownBeforeAnybodyAsksWhoBuys(t *testing.T) {
	t.Parallel()
	s := open(t)
	_, path := s.basket(func(in *purchases.Session) {
		in.Cart.Items = append(in.Cart.Items, billing.CartItem{Product: s.Product.ID, Quantity: 1})
	})
	s.get(path).Must(t, 200, "Your details", "Handbook", s.Product.Name, "Renews", "$20.00 per month", "Due today", "$50.00")
}
