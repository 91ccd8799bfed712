package assembly_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"perennial/shared/billing"
	"perennial/shared/calendar"
	"perennial/shared/charging"
	"perennial/shared/clock"
	"perennial/shared/gateway"
	"perennial/shared/gateway/stripe"
	"perennial/shared/gateway/stripe/stripetest"
	"perennial/shared/gateways"
	"perennial/shared/merchant"
	"perennial/shared/operations"
	"perennial/shared/record"
	"perennial/shared/refunds"
)

// happen writes an event into Stripe's archive; its webhook is lost unless the
// test delivers it.
func (s *shop) happen(kind string, object map[string]any) (body string) {
	s.Helper()
	s.now = s.now.Add(time.Minute)
	return s.twin.Happen(s.T, "acct_1", kind, s.now, object)
}

// sweep lets time pass and does what is due for the account then, found in the
// table's own index. It tells how often that was.
func (s *shop) sweep(after time.Duration) (runs int) {
	s.Helper()
	s.now = s.now.Add(after)
	at := record.PartitionOf(s.scope, record.Entry{ID: s.at.ID, DueWall: s.now})
	for ; runs < 30; runs++ {
		due, err := s.till.Store.DueItems(s.Context(), at, calendar.At(s.now), 10)
		must(s.T, err)
		done := true
		for _, item := range due {
			if item.Ref == record.RefOf[merchant.Connection](s.at.ID) {
				must(s.T, s.till.Perform(s.Context(), item))
				done = false
			}
		}
		if done {
			return runs
		}
	}
	s.Fatal("the account is due for ever")
	return 0
}

// paid is the first payment of a subscription.
func (s *shop) paid(sub billing.Subscription) billing.Payment {
	s.Helper()
	found, err := s.till.Store.Owned(s.Context(), s.scope, sub.Customer, record.KindPayment)
	must(s.T, err)
	return found[0].(billing.Payment)
}

// bankedOf is the bank's name of a payment's intent.
func bankedOf(p billing.Payment) string { return string(stripetest.Banked(p.Intent)) }

// whole examines the books.
func (s *shop) whole() {
	s.Helper()
	auditor := operations.Service{Store: s.till.Store, Wall: clock.System, Actor: record.System}
	findings, err := auditor.Examine(s.Context(), s.scope, nil)
	must(s.T, err)
	for _, f := range findings {
		s.Errorf("%s: %s (%s)", f.Object, f.Rule, f.Detail)
	}
}

// told counts the events of a type that the merchant is told.
func (s *shop) told(kind billing.EventType) (n int) {
	s.Helper()
	err := s.till.Store.ReplayOutbox(s.Context(), s.scope, time.Time{}, func(o record.Outbox) error {
		for _, e := range o.Events {
			if e.Type == kind {
				n++
			}
		}
		return nil
	})
	must(s.T, err)
	return n
}

// A refund that comes back after it had succeeded is told by webhook alone.
func TestARefundWhoseFailureNobodyHeardIsLearnt(t *testing.T) {
	t.Parallel()
	s := open(t)
	sub := s.sell(s.twin.Token(t, "acct_1", "visa_ok"))
	row, err := s.till.Refunds.Refund(t.Context(), refunds.Wish{Scope: s.scope, Actor: record.System, Payment: s.paid(sub).ID})
	must(t, err)
	if row.Object.Status != billing.RefundSucceeded {
		t.Fatalf("%+v", row.Object)
	}
	s.twin.Bounce(row.Object.ID)
	body := s.happen("refund.failed", map[string]any{"id": "re_1", "metadata": map[string]string{"key": row.Object.ID}})
	if runs := s.sweep(2 * time.Hour); runs != 1 {
		t.Errorf("read %d times", runs)
	}
	back, err := record.Get[billing.Refund](t.Context(), s.till.Store, s.scope, row.Object.ID)
	must(t, err)
	if back.Status != billing.RefundFailed || s.told(billing.EventRefundFailed) != 1 || !s.paid(sub).Refunded.Nothing() {
		t.Errorf("%s, told %d times, refunded %v", back.Status, s.told(billing.EventRefundFailed), s.paid(sub).Refunded)
	}
	s.hear(body) // the webhook comes after all
	s.sweep(25 * time.Hour)
	if s.told(billing.EventRefundFailed) != 1 {
		t.Error("the merchant was told twice")
	}
	s.whole()
}

func TestADisputeThatNobodyHeardIsLearnt(t *testing.T) {
	t.Parallel()
	s := open(t)
	sub := s.sell(s.twin.Token(t, "acct_1", "visa_ok"))
	p := s.paid(sub)
	ref := s.twin.Dispute(t, "acct_1", bankedOf(p), "dispute")
	body := s.happen("charge.dispute.created", map[string]any{"id": ref, "payment_intent": p.Intent})
	s.happen("payment_intent.succeeded", map[string]any{"id": p.Intent, "metadata": map[string]string{"payment": charging.Tag(s.scope, sub.ID, p.ID)}})
	s.sweep(2 * time.Hour)
	if len(s.paid(sub).Disputes) != 1 {
		t.Error("not learnt")
	}
	s.hear(body)
	if after := s.paid(sub); len(after.Disputes) != 1 || after.Withheld != p.Amount || s.told(billing.EventDisputeOpened) != 1 {
		t.Errorf("disputes %v, withheld %v, told %d times", after.Disputes, after.Withheld, s.told(billing.EventDisputeOpened))
	}
	s.whole()
}

func TestACardThatNobodyHeardWasReplacedIsRenewed(t *testing.T) {
	t.Parallel()
	s := open(t)
	sub := s.sell(s.twin.Token(t, "acct_1", "visa_ok"))
	s.twin.Replace(sub.Method.Reference, "1881")
	s.happen("payment_method.automatically_updated", map[string]any{"id": sub.Method.Reference})
	s.sweep(2 * time.Hour)
	if got := s.sub(sub.ID).Method; got.Last4 != "1881" {
		t.Errorf("%+v", got)
	}
}

// Two businesses may share an account at Stripe, and metadata is written by
// whoever owns it: what it says of another business is not believed.
func TestWhatAnArchiveTellsOfOthersIsNotBelieved(t *testing.T) {
	t.Parallel()
	s := open(t)
	sub := s.sell(s.twin.Token(t, "acct_1", "visa_ok"))
	p := s.paid(sub)
	operator := operations.Service{Store: s.till.Store, Wall: clock.System, Actor: record.System}
	b, err := operator.Found(t.Context(), operations.Founding{Name: "Fabrikam", Email: "o@fabrikam.example", Country: "DE", Zone: "Europe/Berlin"})
	must(t, err)
	rival := *s
	rival.scope = merchant.Scope{Business: b.ID, Mode: merchant.Live}
	rival.at.ID = merchant.GatewayAccount(rival.scope, "acct_1")
	_, err = s.till.Gateways.Connect(t.Context(), rival.scope, record.System, gateways.Order{
		Gateway: stripe.Name, Secret: "rk_live_acct_1", Key: "pk_live_0123456789", Webhook: signingSecret,
	})
	must(t, err)
	ref := s.twin.Dispute(t, "acct_1", bankedOf(p), "dispute")
	s.happen("charge.dispute.created", map[string]any{"id": ref, "payment_intent": p.Intent})
	s.now = s.now.Add(2 * time.Hour)
	rival.now = s.now
	if runs := rival.sweep(0); runs != 1 || len(s.paid(sub).Disputes) != 0 {
		t.Errorf("%d runs, disputes %v", runs, s.paid(sub).Disputes)
	}
	if runs := s.sweep(0); runs != 1 || len(s.paid(sub).Disputes) != 1 {
		t.Errorf("its own business, read %d times, learns %v", runs, s.paid(sub).Disputes)
	}
}

// R313: what was captured when nobody asked any more.
func TestADebitWhoseSuccessNobodyHeardIsSettled(t *testing.T) {
	t.Parallel()
	s := open(t)
	sub := s.sell("debit:" + s.twin.Token(t, "acct_1", "visa_ok"))
	p := s.paid(sub)
	s.twin.Clear(t, gateway.Intent(p.Intent))
	s.happen("payment_intent.succeeded", map[string]any{"id": p.Intent, "metadata": map[string]string{"payment": charging.Tag(s.scope, sub.ID, p.ID)}})
	s.sweep(2 * time.Hour)
	if after := s.sub(sub.ID); after.Status != billing.StatusActive || after.Lock.Set() {
		t.Errorf("%s, lock %s", after.Status, after.Lock.State)
	}
	s.whole()
}

// Several collectors hold the message, and the webhook comes just then.
func TestWhatSeveralLearnAtOnceHappensOnce(t *testing.T) {
	t.Parallel()
	s := open(t)
	sub := s.sell(s.twin.Token(t, "acct_1", "visa_ok"))
	row, err := s.till.Refunds.Refund(t.Context(), refunds.Wish{Scope: s.scope, Actor: record.System, Payment: s.paid(sub).ID})
	must(t, err)
	s.twin.Bounce(row.Object.ID)
	s.happen("refund.failed", map[string]any{"id": "re_1", "metadata": map[string]string{"key": row.Object.ID}})
	s.now = s.now.Add(2 * time.Hour)
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			if err := s.till.Perform(t.Context(), record.DueItem{Scope: s.scope, Ref: record.RefOf[merchant.Connection](s.at.ID)}); err != nil {
				t.Error(err)
			}
		})
		group.Go(func() {
			notice := charging.Notice{Account: s.at, Event: "evt_0001", Refund: row.Object.ID}
			if err := s.till.Hear(t.Context(), notice); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	if n := s.told(billing.EventRefundFailed); n != 1 || !s.paid(sub).Refunded.Nothing() || s.sweep(0) != 0 {
		t.Errorf("told %d times, refunded %v", n, s.paid(sub).Refunded)
	}
	s.whole()
}

func TestTwoHundredAndFiftyEventsAreReadInSeveralRuns(t *testing.T) {
	t.Parallel()
	s := open(t)
	for i := range 250 {
		s.happen("refund.updated", map[string]any{"id": fmt.Sprintf("re_%d", i), "metadata": map[string]string{"key": fmt.Sprintf("ref_%d", i)}})
	}
	if runs := s.sweep(2 * time.Hour); runs < 5 || runs > 6 {
		t.Errorf("%d runs", runs)
	}
	if runs := s.sweep(59 * time.Minute); runs != 0 {
		t.Errorf("due again after %d runs", runs)
	}
}

func TestAnArchiveIsReadAgainOnceItsKeyOpens(t *testing.T) {
	t.Parallel()
	s := open(t)
	sub := s.sell(s.twin.Token(t, "acct_1", "visa_ok"))
	s.twin.Replace(sub.Method.Reference, "1881")
	s.happen("payment_method.automatically_updated", map[string]any{"id": sub.Method.Reference})
	s.twin.Revoke("acct_1", true)
	for range 3 {
		if runs := s.sweep(2 * time.Hour); runs != 1 {
			t.Errorf("%d runs", runs)
		}
	}
	s.twin.Revoke("acct_1", false)
	s.sweep(2 * time.Hour)
	if got := s.sub(sub.ID).Method; got.Last4 != "1881" {
		t.Errorf("%+v", got)
	}
}

func TestOnlyARetiredAccountIsReadOn(t *testing.T) {
	t.Parallel()
	s := open(t)
	for _, forget := range []bool{false, true} {
		_, err := s.till.Gateways.Disconnect(t.Context(), s.scope, record.System, "acct_1", forget)
		must(t, err)
		if runs := s.sweep(25 * time.Hour); (runs == 0) != forget {
			t.Errorf("forgotten %v, read %d times", forget, runs)
		}
	}
}
