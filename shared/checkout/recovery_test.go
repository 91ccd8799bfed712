package checkout_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"perennial/shared/billing"
	"perennial/shared/charging"
	"perennial/shared/email"
	"perennial/shared/gateway"
	"perennial/shared/gateway/gatewaytest"
	"perennial/shared/lifecycle"
	"perennial/shared/mails"
	"perennial/shared/merchant"
	"perennial/shared/pages/pagestest"
	"perennial/shared/record"
)

// letterbox keeps the one letter that it is to write.
type letterbox struct{ letter mails.Letter }

func (b *letterbox) Write(l mails.Letter) (email.Message, error) {
	b.letter = l
	return email.Message{To: l.To}, nil
}

func (b *letterbox) Send(context.Context, email.Message) error { return nil }

// recoveryLink is the path of the link in the mail about a hold.
func (s *site) recoveryLink(sub billing.Subscription) string {
	s.t.Helper()
	hold := s.Hold(sub)
	open, _, err := charging.Arrears(s.t.Context(), s.Store, s.Scope, sub)
	if err != nil {
		s.t.Fatal(err)
	}
	err = s.Store.Commit(s.t.Context(), record.Commit{
		Scope: s.Scope, Actor: record.System, Cause: "test", At: s.Now(), Put: []any{hold}, Attach: []any{open[0]},
		Events: []billing.Event{{Type: billing.EventNotice, Object: hold.ID(), Reason: string(billing.StatusOnHold)}},
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return s.linked(mails.OnHold)
}

// linked is the path of the link in the mail that the last commit with events
// asks for.
func (s *site) linked(template mails.Template) string {
	s.t.Helper()
	box := &letterbox{}
	service := mails.Service{
		Store: s.Store, Writer: box, Sender: box, Portals: map[merchant.Mode]string{}, Wall: s.Clock.Now, Checkout: s.server.URL,
	}
	all := s.Store.Outboxes()
	id := mails.ID(all[len(all)-1].Key, template)
	if err := service.Event(s.t.Context(), record.DueItem{Scope: s.Scope, Ref: record.RefOf[record.Mail](id)}); err != nil {
		s.t.Fatal(err)
	}
	link, err := url.Parse(box.letter.URL)
	if err != nil || link.Path == "" {
		s.t.Fatalf("the mail leads to %q: %v", box.letter.URL, err)
	}
	return link.Path
}

// Rules 20: opened on the sixth day, opened twice, forwarded.
func TestTheRecoveryLinkWorksUntilTheHoldEndsAndShowsLittle(t *testing.T) {
	t.Parallel()
	s := open(t)
	sub := s.OnHold()
	path := s.recoveryLink(sub)
	s.Clock.Advance(6 * 24 * time.Hour)
	for range 2 {
		form := s.get(path)
		form.Must(t, 200, "Atlas Pro", "$20.00", "ending in 0341", "Pay $20.00 and reactivate")
		form.MustNot(t, s.Customer.Email, "Ada")
	}
	s.pay(path, "decline_on_charge").Must(t, 422, "Nothing was charged.")
	s.leadsTo(s.pay(path, "mastercard_ok"), path+"/return").Must(t, 200, "Atlas Pro is active")
	s.get(path).Must(t, 410)
	s.pay(path, "visa_ok").Must(t, 410)
	if got := s.Sub(sub.ID); got.Status != billing.StatusActive || got.Method.Last4 != "4444" {
		t.Errorf("it is %s with %s", got.Status, got.Method.Last4)
	}
	s.Reconcile()
}

// Rules 9, 20: who was asked by the bank confirms with the saved card, from the
// mail that is sent at the decline, while access goes on.
func TestTheMailedPageConfirmsWithTheBank(t *testing.T) {
	t.Parallel()
	s := open(t)
	sub := s.Active("visa_ok")
	s.Gateway.Program(sub.Method.Reference, gatewaytest.Decline("authentication_required"), gatewaytest.ActionNeeded(gatewaytest.Succeed()))
	s.AdvanceTo(sub.Period.End.Add(time.Minute))
	path := s.linked(mails.Confirm)
	form := s.get(path)
	form.Must(t, 200, "Confirm with your bank", "ending in "+sub.Method.Last4, "Use a new card")
	form.MustNot(t, s.Customer.Email, "Ada", sub.Method.ID)
	bank := s.send("POST", path, url.Values{"method": {"same"}}, pagestest.SameOrigin(s.server.URL))
	if bank.Status != http.StatusSeeOther || strings.HasPrefix(bank.To, path) {
		t.Fatalf("it leads to %d %q, not to the bank", bank.Status, bank.To)
	}
	if _, err := s.Gateway.Approve(gateway.Intent(s.Sub(sub.ID).Lock.Intent)); err != nil {
		t.Fatal(err)
	}
	s.get(path+"/return").Must(t, 200, "Your payment for Atlas Pro was received.")
	if got := s.Sub(sub.ID); got.Status != billing.StatusActive || !got.Failure.At.IsZero() || got.Method.ID != sub.Method.ID {
		t.Errorf("it is %s with %s, failing since %s", got.Status, got.Method.ID, got.Failure.At)
	}
	s.Reconcile()
}

// The card is offered again where money was missing, and not where it is dead;
// another saved one cannot be named.
func TestTheMailedPageOffersTheCardThatMayPayAfterAll(t *testing.T) {
	t.Parallel()
	for code, offered := range map[string]bool{"insufficient_funds": true, "stolen_card": false, "expired_card": false} {
		s := open(t)
		other := s.Active("mastercard_ok")
		sub := s.Active("visa_ok")
		s.Gateway.Program(sub.Method.Reference, gatewaytest.Decline(code), gatewaytest.Succeed())
		s.AdvanceTo(sub.Period.End)
		path := s.recoveryLink(s.Sub(sub.ID))
		const button = "Pay $20.00 with Visa"
		if page := s.get(path); strings.Contains(page.Text, button) != offered {
			t.Errorf("%s: the card is offered %v:\n%s", code, !offered, page.Text)
		}
		s.send("POST", path, url.Values{"method": {other.Method.ID}}, pagestest.SameOrigin(s.server.URL)).Must(t, 422)
		got := s.send("POST", path, url.Values{"method": {"same"}}, pagestest.SameOrigin(s.server.URL))
		if !offered {
			got.Must(t, 422)
			continue
		}
		s.leadsTo(got, path+"/return").Must(t, 200, "Your payment for Atlas Pro was received.")
		s.get(path).Must(t, 410)
		s.Reconcile()
	}
}

func TestTheRecoveryLinkDiesWithItsHold(t *testing.T) {
	t.Parallel()
	cancelled := open(t)
	sub := cancelled.OnHold()
	path := cancelled.recoveryLink(sub)
	if _, err := cancelled.Life.Cancel(t.Context(), lifecycle.Cancel{
		Scope: cancelled.Scope, Actor: record.System, Subscription: sub.ID, Mode: lifecycle.CancelNow,
	}); err != nil {
		t.Fatal(err)
	}
	for _, more := range []string{"", "/return"} {
		cancelled.get(path+more).Must(t, 410)
	}
	later := open(t)
	sub = later.OnHold()
	path = later.recoveryLink(sub)
	held := later.Sub(sub.ID)
	held.HoldEpoch++
	later.Put(held, billing.Hold{Subscription: sub.ID, Epoch: held.HoldEpoch, Customer: sub.Customer})
	for _, more := range []string{"", "/return"} {
		later.get(path+more).Must(t, 410)
	}
}
