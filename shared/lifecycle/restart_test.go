package lifecycle_test

import (
	"testing"
	"time"

	"perennial/shared/billing"
	"perennial/shared/calendar"
	"perennial/shared/gateway"
	"perennial/shared/gateway/gatewaytest"
	"perennial/shared/lifecycle/lifecycletest"
	"perennial/shared/merchant"
)

func TestRule5ARestartMovesTheEndOfTheTermWithIt(t *testing.T) {
	t.Parallel()
	w := lifecycletest.New(t)
	p := lifecycletest.Get[billing.Product](w, w.Product.ID)
	p.Price.Term = calendar.Interval{Count: 2, Unit: calendar.Month}
	w.Put(p)
	s := w.OnHold()
	w.AdvanceTo(s.EndsAt.Add(-time.Hour))
	r, err := w.Pay(s.ID, "visa_ok")
	if err != nil {
		t.Fatal(err)
	}
	if shift := r.Subscription.Period.Start.Sub(s.Period.End); r.Subscription.EndsAt != s.EndsAt.Add(shift) {
		t.Errorf("restarted %v late, the term ends %s, was %s", shift, r.Subscription.EndsAt, s.EndsAt)
	}
	w.Advance(20 * day)
	if got := w.Sub(s.ID); got.Status != billing.StatusActive {
		t.Errorf("within the month that was paid for: %s", got.Status)
	}
	w.Reconcile()
}

func TestRule5TheInstantOfPaymentDecidesAboutARestart(t *testing.T) {
	t.Parallel()
	for late, restart := range map[int]bool{6: false, 10: true, 40: true} {
		w := lifecycletest.New(t)
		s := w.OnHold()
		w.Gateway.Program(s.Method.Reference, gatewaytest.Processing(gatewaytest.Succeed()), gatewaytest.Succeed())
		if _, err := payWith(w, s.ID, s.Method.ID); err != nil {
			t.Fatal(err)
		}
		intent := gateway.Intent(w.Sub(s.ID).Lock.Intent)
		state := w.State()
		state.Clock = merchant.Clock{Frozen: s.Period.End.Add(time.Duration(late) * day)}
		w.Put(state)
		w.Clock.Advance(time.Hour)
		if _, err := w.Gateway.Settle(intent); err != nil {
			t.Fatal(err)
		}
		if err := w.Collect(s.ID); err != nil {
			t.Fatal(err)
		}
		want := s.Period.End
		if restart {
			want = w.Now()
		}
		if got := w.Sub(s.ID); got.Status != billing.StatusActive || got.Period.Start != want {
			t.Errorf("%d days late: %s, period from %s, want %s", late, got.Status, got.Period.Start, want)
		}
		w.Reconcile()
	}
}
