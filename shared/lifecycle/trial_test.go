package lifecycle_test

import (
	"testing"

	"perennial/shared/billing"
	"perennial/shared/lifecycle/lifecycletest"
	"perennial/shared/money"
)

// R301: a plan may start with a trial.
func TestATrialIsFreeThenBilled(t *testing.T) {
	t.Parallel()
	w := lifecycletest.New(t)
	p := lifecycletest.Get[billing.Product](w, w.Product.ID)
	p.Price.TrialDays = 7
	w.Put(p)
	s := w.Subscribe()
	r, err := w.Pay(s.Subscription.ID, "visa_ok")
	if err != nil || r.Subscription.Status != billing.StatusActive {
		t.Fatalf("sign-up: %s, %v", r.Subscription.Status, err)
	}
	if got := lifecycletest.Get[billing.Payment](w, r.Payment.ID); got.Amount != money.Of(0, "USD") || got.Refunded != money.Of(0, "USD") {
		t.Errorf("the free payment is over %v, refunded %v", got.Amount, got.Refunded)
	}
	if n := len(w.Gateway.Ledger()); n != 0 {
		t.Errorf("%d captures for a trial", n)
	}
	w.AdvanceTo(r.Subscription.Period.End)
	got := w.Sub(s.Subscription.ID)
	if got.Status != billing.StatusActive || got.Period.Start != r.Subscription.TrialEnd || len(w.Gateway.Ledger()) != 1 {
		t.Errorf("converted: %s %v, %d captures", got.Status, got.Period, len(w.Gateway.Ledger()))
	}
	w.Reconcile()
}
