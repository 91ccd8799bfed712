package checkout_test

import (
	"net/url"
	"strconv"
	"testing"

	"perennial/shared/purchases"
)

// A session is no place to find out which cards, codes or tax numbers work.
func TestTheFormsOfASessionAreNotFlooded(t *testing.T) {
	t.Parallel()
	for path, most := range map[string]int{"": 10, "/details": 10, "/code": 20, "/plan": 20} {
		s := open(t)
		attached := func(in *purchases.Session) { in.Cart.Customer, in.Cart.Billing = s.Customer.ID, home }
		_, session := s.basket(attached)
		_, other := s.open(attached)
		form := func(i int) url.Values {
			return url.Values{"token": {s.Gateway.Token("decline_on_charge")}, "shown": {"3000 USD"}, "code": {"GUESS" + strconv.Itoa(i)}}
		}
		for i := range most {
			if got := s.post(session+path, form(i)); got.Status == 429 {
				t.Fatalf("%q number %d: %d", path, i, got.Status)
			}
		}
		s.post(session+path, form(most)).Must(t, 429, "Please wait a moment")
		s.get(session).Must(t, 200)
		if got := s.post(other+path, form(0)); got.Status == 429 {
			t.Errorf("%q: another session is held back too", path)
		}
	}
}

// Whoever opens many sessions has no more of them.
func TestAVisitorOfManySessionsIsHeldBack(t *testing.T) {
	t.Parallel()
	s := open(t)
	attached := func(in *purchases.Session) { in.Cart.Customer, in.Cart.Billing = s.Customer.ID, home }
	_, session := s.basket(attached)
	for range 4 {
		for range 10 {
			s.post(session, url.Values{})
		}
		_, session = s.open(attached)
	}
	s.post(session, url.Values{"token": {s.Gateway.Token("visa_ok")}}).Must(t, 429)
	if len(s.Gateway.Ledger()) != 0 {
		t.Error("it was charged")
	}
}
