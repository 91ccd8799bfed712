package lifecycle_test

import (
	"testing"

	"perennial/shared/billing"
	"perennial/shared/charging"
	"perennial/shared/gateway"
	"perennial/shared/lifecycle"
	"perennial/shared/lifecycle/lifecycletest"
	"perennial/shared/record"
)

// Rules 10: a capture that nobody waited for was given back, and the
// money came back. It is not the merchant's: it counts as owed until it is
// given back again.
func TestALateCapturesRefundComesBack(t *testing.T) {
	t.Parallel()
	w := lifecycletest.New(t)
	s := w.OnHold()
	if _, err := w.Pay(s.ID, "authenticate_always"); err != nil {
		t.Fatal(err)
	}
	cancel(w, s.ID, lifecycle.CancelNow)
	intent := gateway.Intent(w.Sub(s.ID).Lock.Intent)
	if _, err := w.Gateway.Approve(intent); err != nil {
		t.Fatal(err)
	}
	r, err := w.Recovery.Finish(t.Context(), w.Scope, s.ID)
	if err != nil || r.Payment.Refunded != r.Payment.Amount {
		t.Fatalf("given back %v, %v", r.Payment.Refunded, err)
	}
	key := charging.LateKey + r.Payment.ID
	w.Gateway.Bounce(key)
	if err := w.Refunds.Hear(t.Context(), w.Scope, key); err != nil {
		t.Fatal(err)
	}
	p := lifecycletest.Get[billing.Payment](w, r.Payment.ID)
	given := lifecycletest.Get[billing.Refund](w, p.Refunds[0])
	if given.Status != billing.RefundReview || !p.Refunded.Nothing() || p.Refunding != given.ID || events(w, billing.EventRefundFailed) != 1 {
		t.Errorf("refund %s, refunded %v, told %d times", given.Status, p.Refunded, events(w, billing.EventRefundFailed))
	}
	if owed := owing(w, given.ID, given.ID+"-back"); owed != p.Amount.Minor {
		t.Errorf("the books owe %d, want %d", owed, p.Amount.Minor)
	}
	w.Clock.Set(given.Next)
	if err := w.LookAt(record.RefOf[billing.Refund](given.ID)); err != nil {
		t.Fatal(err)
	}
	again := lifecycletest.Get[billing.Payment](w, p.ID)
	if given := lifecycletest.Get[billing.Refund](w, p.Refunds[0]); given.Status != billing.RefundSucceeded || again.Refunded != p.Amount || len(again.Refunds) != 1 {
		t.Errorf("refund %s, refunded %v in %v", given.Status, again.Refunded, again.Refunds)
	}
	if owed := owing(w, p.Refunds[0], p.Refunds[0]+"-back", p.Refunds[0]+"-1"); owed != 0 {
		t.Errorf("the books still owe %d", owed)
	}
	w.Reconcile()
}

// owing is what journal entries say that customers have to their credit.
func owing(w *lifecycletest.World, entries ...string) (minor int64) {
	for _, id := range entries {
		for _, p := range lifecycletest.Get[billing.Entry](w, id).Postings {
			if p.Account == billing.AccountCredit {
				minor -= p.Amount.Minor
			}
		}
	}
	return minor
}
