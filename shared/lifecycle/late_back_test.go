package lifecycle_test

import (
	"testing"
	"time"

	"perennial/shared/billing"
	"perennial/shared/charging"
	"perennial/shared/gateway"
	"perennial/shared/lifecycle"
	"perennial/shared/lifecycle/lifecycletest"
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
	for range 2 {
		if err := w.Refunds.Hear(t.Context(), w.Scope, key); err != nil {
			t.Fatal(err)
		}
	}
	p := lifecycletest.Get[billing.Payment](w, r.Payment.ID)
	if given := lifecycletest.Get[billing.Refund](w, p.Refunds[0]); given.Status != billing.RefundFailed || !p.Refunded.Nothing() || events(w, billing.EventRefundFailed) != 1 {
		t.Errorf("refund %s, refunded %v, told %d times", given.Status, p.Refunded, events(w, billing.EventRefundFailed))
	}
	if owed := owing(w, p.Refunds[0], p.Refunds[0]+"-back"); owed != p.Amount.Minor {
		t.Errorf("the books owe %d, want %d", owed, p.Amount.Minor)
	}

	w.Clock.Advance(25 * time.Hour) // the gateway forgets the key: it is asked to give back anew
	out, err := w.Gateway.Find(t.Context(), lifecycletest.Account(w.Scope), intent)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Charging.Hear(t.Context(), charging.Notice{Account: lifecycletest.Account(w.Scope), Event: "evt_late", Outcome: out}); err != nil {
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
