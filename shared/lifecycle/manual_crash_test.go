package lifecycle_test

import (
	"errors"
	"testing"
	"time"

	"perennial/shared/billing"
	"perennial/shared/lifecycle/lifecycletest"
	"perennial/shared/record"
)

// dying makes the n-th commit of a subscription die, before its effect or
// with its reply lost.
func dying(w *lifecycletest.World, n int, after bool) {
	died, count := errors.New("the function died here"), 0
	step := func(c record.Commit) error {
		for _, obj := range c.Put {
			if _, ok := obj.(billing.Subscription); ok {
				if count++; count == n {
					return died
				}
			}
		}
		return nil
	}
	if after {
		w.Store.After = step
	} else {
		w.Store.Before = step
	}
}

// R240: whichever commit dies, the customer is billed once and pays once.
func TestAManualRenewalSurvivesEveryCrash(t *testing.T) {
	t.Parallel()
	for n := 1; n <= 8; n++ {
		for _, after := range []bool{false, true} {
			w := lifecycletest.New(t)
			s := manual(w)
			end := s.Period.End
			dying(w, n, after)
			w.AdvanceTo(end.Add(2 * day))
			for range 4 {
				_, _ = w.Pay(s.ID, "visa_ok") // dies, or leaves an outcome that is not known
				w.Clock.Advance(5 * time.Minute)
				_ = w.Collect(s.ID) // the sweeper brings what a crash left
				if w.Sub(s.ID).Period.Start == end {
					break
				}
			}
			w.Clock.Advance(5 * time.Minute)
			w.Advance(time.Hour)
			got := w.Sub(s.ID)
			if got.Status != billing.StatusActive || got.Period.Start != end || !got.Method.IsZero() || got.Lock.Set() {
				t.Errorf("commit %d, after %v: %s from %s", n, after, got.Status, got.Period.Start)
			}
			paid := 0
			for _, p := range lifecycletest.All[billing.Payment](w) {
				if p.Status == billing.PaymentSucceeded && p.Refunded.Nothing() {
					paid++
				}
			}
			if paid != 2 {
				t.Errorf("commit %d, after %v: paid %d times", n, after, paid)
			}
			w.Reconcile()
		}
	}
}
