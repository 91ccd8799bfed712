package lifecycle_test

import (
	"testing"
	"time"

	"perennial/shared/billing"
	"perennial/shared/charging"
	"perennial/shared/gateway"
	"perennial/shared/lifecycle/lifecycletest"
)

// hear delivers the gateway's word on a payment, as a webhook does.
func hear(w *lifecycletest.World, p billing.Payment) {
	w.T.Helper()
	account := gateway.Account{Gateway: p.Method.Gateway, ID: p.Method.Account}
	out, err := w.Gateway.Find(w.T.Context(), account, gateway.Intent(p.Intent))
	if err == nil {
		err = w.Charging.Hear(w.T.Context(), charging.Notice{Account: account, Event: "evt_" + p.ID, Outcome: out})
	}
	if err != nil {
		w.T.Fatal(err)
	}
}

// A gateway that says declined and captures after all: what is still due is
// paid by it, and what nobody owes any more is given back, once.
func TestALateCapturePaysOnlyWhatIsStillDue(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		meanwhile func(*lifecycletest.World, billing.Subscription)
		status    billing.Status
		pays      bool
	}{
		"still due": {func(*lifecycletest.World, billing.Subscription) {}, billing.StatusActive, true},
		"cancelled": {func(w *lifecycletest.World, s billing.Subscription) { cancel(w, s.ID, "now") }, billing.StatusCancelled, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := lifecycletest.New(t)
			s := w.Active("visa_ok")
			w.Charging.Gateway = lying{w.Gateway}
			w.Clock.Set(s.Period.End.Time())
			if err := w.Collect(s.ID); err != nil {
				t.Fatal(err)
			}
			w.Charging.Gateway = w.Gateway
			held := w.Sub(s.ID)
			if held.Status != billing.StatusOnHold {
				t.Fatalf("told to be declined, it is %s", held.Status)
			}
			failed := lifecycletest.Get[billing.Payment](w, held.Failure.Payment)
			c.meanwhile(w, held)
			w.Clock.Advance(time.Minute)
			for range 2 {
				hear(w, failed)
			}
			got, p := w.Sub(s.ID), lifecycletest.Get[billing.Payment](w, failed.ID)
			if got.Status != c.status || (p.Status == billing.PaymentSucceeded) != c.pays || got.Lock.Set() {
				t.Errorf("it is %s, the payment %s", got.Status, p.Status)
			}
			if c.pays && (got.Period.Start != s.Period.End || w.Hold(got).Verdict != billing.VerdictPaid) {
				t.Errorf("the period begins %s", got.Period.Start)
			}
			w.Reconcile()
		})
	}
}
