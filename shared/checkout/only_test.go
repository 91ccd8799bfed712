package checkout_test

import (
	"net/url"
	"testing"

	"perennial/shared/billing"
	"perennial/shared/merchant"
	"perennial/shared/purchases"
)

// Whoever orders a second subscription of a seller who sells one is told so in
// words that are the same for the customer and for a stranger who types the
// customer's address, and is led to where a mail tells the truth.
func TestASecondSubscriptionIsRefusedInWordsThatTellNothing(t *testing.T) {
	t.Parallel()
	s := open(t)
	plan := func(in *purchases.Session) {
		in.Cart.Items = []billing.CartItem{{Product: s.Product.ID, Quantity: 1}}
	}
	_, named := s.basket(func(in *purchases.Session) { plan(in); in.Cart.Customer, in.Cart.Billing = s.Customer.ID, home })
	_, typed := s.open(plan)
	_, linked := s.link(wish{})
	s.Put(billing.Mailbox{Email: "ada@example.com", Customer: s.Customer.ID})
	s.Active("visa_ok")
	state := s.State()
	state.Settings.Subscriptions.Multiple = merchant.SwitchOff
	s.Put(state)
	form := url.Values{}
	for name, values := range ada {
		form[name] = values
	}
	form.Set("email", "ADA@example.com")
	s.leadsTo(s.post(typed+"/details", form), typed)
	var texts []string
	for _, path := range []string{named, typed, linked} {
		got := s.card(path, "visa_ok")
		got.Must(t, 409, "This order cannot be placed", "one subscription to each customer. If you have one already",
			"Nothing was charged.", `href="https://test.portal.example/login/bus_1"`, "Sign in")
		got.MustNot(t, "Atlas", "ada@example.com", "Ada")
		texts = append(texts, got.Text)
	}
	if texts[0] != texts[1] || texts[1] != texts[2] {
		t.Errorf("the pages differ: %v", texts)
	}
	if n := len(s.Gateway.Ledger()); n != 1 {
		t.Errorf("%d charges", n)
	}
}
