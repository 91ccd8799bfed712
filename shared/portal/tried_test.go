package portal_test

import (
	"net/url"
	"regexp"
	"testing"
	"time"

	"perennial/shared/billing"
	"perennial/shared/gateway"
	"perennial/shared/gateway/gatewaytest"
	"perennial/shared/lifecycle/lifecycletest"
	"perennial/shared/record"
)

var preselected = regexp.MustCompile(`name="method" value="([^"]*)" checked`)

// chosen is the method that a page has chosen; empty: a new card.
func (s *site) chosen(path string) string {
	s.t.Helper()
	found := preselected.FindAllStringSubmatch(s.get(path).Text, -1)
	if len(found) != 1 {
		s.t.Fatalf("%d methods are chosen", len(found))
	}
	return found[0][1]
}

// What failed on a hold is not proposed again by itself: the card that the
// customer chose last is, where it may be tried again, else the newest that has
// not failed; and each card says why it failed, not only the last one.
func TestACardThatFailedIsNotProposedAgain(t *testing.T) {
	t.Parallel()
	s := open(t)
	sub := s.Active("visa_ok")
	first := sub.Method
	save := func(card, decline string) billing.Method {
		s.Clock.Advance(time.Second)
		m, err := s.Recovery.Wallet.Save(t.Context(), s.Scope, record.System, lifecycletest.Get[billing.Customer](s.World, s.Customer.ID), s.Gateway.Token(card), gateway.Fields{})
		if err != nil {
			t.Fatal(err)
		}
		s.Gateway.Program(m.Reference, gatewaytest.Decline(decline))
		return m
	}
	poor, dead := save("mastercard_ok", "insufficient_funds"), save("amex_ok", "stolen_card")
	s.Gateway.Program(first.Reference, gatewaytest.Decline("insufficient_funds"))
	s.signIn()
	path := "/subscriptions/" + sub.ID + "/payment-method"
	if got := s.chosen(path); got != "" {
		t.Errorf("with nothing due %q is chosen", got)
	}
	s.AdvanceTo(sub.Period.End)
	s.signIn()
	if got := s.chosen(path); got != dead.ID {
		t.Errorf("at first %q is chosen, want the newest %q", got, dead.ID)
	}
	pay := func(m billing.Method) {
		t.Helper()
		s.Clock.Advance(time.Minute)
		if got := s.form(path, url.Values{"method": {m.ID}, "due": {"$20.00"}}); got.Status != 303 {
			t.Fatalf("%d %s", got.Status, got.Text)
		}
	}
	pay(dead)
	page := s.get(path)
	page.MustNot(t, dead.ID)
	if got := s.chosen(path); got != poor.ID {
		t.Errorf("after a dead card %q is chosen, want the one that has not failed", got)
	}
	pay(poor)
	page = s.get(path)
	page.MustNot(t, dead.ID) // nor is what failed before it offered again
	page.Must(t, 200, first.ID, poor.ID, "not enough money")
	if got := s.chosen(path); got != poor.ID {
		t.Errorf("after two failures %q is chosen, want the one that was chosen last", got)
	}
	if n := len(regexp.MustCompile("declined last time").FindAllString(page.Text, -1)); n != 2 {
		t.Errorf("%d cards say why they failed, want 2", n)
	}
	pay(save("visa_germany", "generic_decline"))
	if got := s.chosen(path); got != "" {
		t.Errorf("after a decline without a reason %q is chosen, want a new card", got)
	}
}
