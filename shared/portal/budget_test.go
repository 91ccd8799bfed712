package portal_test

import (
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"perennial/shared/billing"
	"perennial/shared/lifecycle/lifecycletest"
)

// Whoever is signed in finds out of ten cards in a quarter of an hour whether
// they work, whichever form is used.
func TestThePortalIsNoPlaceToTestCards(t *testing.T) {
	t.Parallel()
	s := open(t)
	sub := s.Active("visa_ok")
	s.signIn()
	own := "/subscriptions/" + sub.ID + "/payment-method"
	try := func(path string) int {
		return s.form(path, url.Values{"token": {s.Gateway.Token("expired_card")}}).Status
	}
	for i := range 10 {
		if got := try([]string{"/payment-methods", own}[i%2]); got != 422 {
			t.Fatalf("card number %d: %d", i+1, got)
		}
	}
	saved := len(lifecycletest.All[billing.Method](s.World))
	for _, path := range []string{"/payment-methods", own} {
		s.form(path, url.Values{"token": {s.Gateway.Token("mastercard_ok")}}).Must(t, 429, "Please wait a moment")
	}
	for _, path := range []string{"/payment-methods/" + sub.Method.ID + "/use", "/subscriptions/" + sub.ID + "/plan/pay"} {
		s.form(path, url.Values{"method": {sub.Method.ID}}).Must(t, 429, "Please wait a moment")
	}
	if now := len(lifecycletest.All[billing.Method](s.World)); now != saved || s.Sub(sub.ID).Method.ID != sub.Method.ID {
		t.Errorf("a card was saved all the same: %d, were %d", now, saved)
	}
	s.get(own).Must(t, 200)
}

// Whoever signs in as many customers has no more of them.
func TestAVisitorOfManyCustomersIsHeldBack(t *testing.T) {
	t.Parallel()
	s := open(t)
	add := func(card string) int {
		return s.form("/payment-methods", url.Values{"token": {s.Gateway.Token(card)}}).Status
	}
	for i := range 4 {
		s.signInAs("cus_many" + strconv.Itoa(i))
		for range 10 {
			if got := add("expired_card"); got != 422 {
				t.Fatalf("customer %d: %d", i, got)
			}
		}
	}
	s.signInAs("cus_many4")
	if got := add("mastercard_ok"); got != 429 {
		t.Errorf("card number 41: %d", got)
	}
	s.Clock.Advance(16 * time.Minute)
	if got := add("mastercard_ok"); got != 303 {
		t.Errorf("a quarter of an hour later: %d", got)
	}
}

// signInAs signs a new customer in.
func (s *site) signInAs(id string) {
	s.t.Helper()
	s.Put(billing.Customer{ID: id, Email: id + "@example.com", Name: "Eve"})
	link, err := s.identity.Mint(s.t.Context(), s.Scope, id, "")
	if err != nil {
		s.t.Fatal(err)
	}
	s.form("/session", url.Values{"token": {link[strings.LastIndex(link, "/")+1:]}})
}

// An invoice's correction asks a register about the tax id that was typed: the
// form is no place to look others' up.
func TestThePortalIsNoPlaceToLookTaxIDsUp(t *testing.T) {
	t.Parallel()
	s := open(t)
	sub := s.Active("visa_ok")
	s.signIn()
	path := "/billing/" + sub.Receipts[0] + "/details"
	guess := func(i int) url.Values {
		return url.Values{"name": {"Ada"}, "country": {"DE"}, "tax_id": {"DE10000000" + strconv.Itoa(i)}}
	}
	for i := range 10 {
		s.form(path, guess(i)).Must(t, 422)
	}
	s.form(path, guess(10)).Must(t, 429, "Please wait a moment")
}
