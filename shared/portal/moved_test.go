package portal_test

import (
	"net/url"
	"strings"
	"testing"

	"perennial/shared/billing"
	"perennial/shared/identity"
	"perennial/shared/lifecycle/lifecycletest"
	"perennial/shared/record"
)

// mailedIn signs in by a link that was mailed to an address.
func (s *site) mailedIn(email string) {
	s.t.Helper()
	invited, ok, err := s.identity.Invite(s.t.Context(), identity.Wish{Scope: s.Scope, Email: email})
	if err != nil || !ok {
		s.t.Fatalf("invited %v, %v", ok, err)
	}
	s.form("/session", url.Values{"token": {invited.URL[strings.LastIndex(invited.URL, "/")+1:]}}).Must(s.t, 303)
}

// move gives a customer another address.
func (s *site) move(customer, email string) {
	s.t.Helper()
	c, err := record.Get[billing.Customer](s.t.Context(), s.Store, s.Scope, customer)
	if err != nil {
		s.t.Fatal(err)
	}
	c.Email = email
	s.Put(c)
}

// Whoever still reads the old mailbox sees, pays and changes nothing more.
func TestACustomerWhoChangedAddressIsGoneFromSessionsOfTheOldOne(t *testing.T) {
	t.Parallel()
	s := open(t)
	sub := s.OnHold()
	s.Put(billing.Customer{ID: "cus_2", Email: "shared@example.com", Name: "Eve"}, billing.Mailbox{Email: "shared@example.com", Customer: "cus_2"},
		billing.Mailbox{Email: "shared@example.com", Customer: s.Customer.ID})
	s.move(s.Customer.ID, "shared@example.com")
	s.mailedIn("shared@example.com")
	page := "/subscriptions/" + sub.ID
	s.get("/").Must(t, 200, "Atlas")
	s.get(page).Must(t, 200, "Atlas")

	s.move(s.Customer.ID, "ada@elsewhere.example")
	if home := s.get("/"); home.Status != 200 || strings.Contains(home.Text, "Atlas") || strings.Contains(home.Text, "elsewhere") {
		t.Errorf("the overview of those who stayed: %d %s", home.Status, home.Text)
	}
	payment := lifecycletest.All[billing.Payment](s.World)[0]
	for _, path := range []string{"", "/payment-method", "/payment-return", "/payments/" + payment.ID} {
		s.get(page+path).Must(t, 404)
	}
	s.form(page+"/payment-method", url.Values{"token": {s.Gateway.Token("visa_ok")}}).Must(t, 404)

	s.move("cus_2", "eve@elsewhere.example")
	s.get("/").Must(t, 403, "You are signed out")
	s.get(page).Must(t, 403, "You are signed out")
}
