package lifecycle_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"perennial/shared/billing"
	"perennial/shared/charging"
	"perennial/shared/gateway"
	"perennial/shared/gateway/gatewaytest"
	"perennial/shared/lifecycle/lifecycletest"
	"perennial/shared/record"
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

// capturedLate is a subscription on hold whose renewal was told to be declined
// and captured after all, with that renewal's payment.
func capturedLate(t *testing.T) (*lifecycletest.World, billing.Subscription, billing.Payment) {
	t.Helper()
	w := lifecycletest.New(t)
	s := w.Active("visa_ok")
	w.Charging.Gateway = lying{w.Gateway}
	w.Clock.Set(s.Period.End.Time())
	if err := w.Collect(s.ID); err != nil {
		t.Fatal(err)
	}
	w.Charging.Gateway = w.Gateway
	held := w.Sub(s.ID)
	w.Clock.Advance(time.Minute)
	return w, held, lifecycletest.Get[billing.Payment](w, held.Failure.Payment)
}

// unremembered is a gateway that does not list its refunds.
type unremembered struct{ *gatewaytest.Fake }

func (unremembered) Refunds(context.Context, gateway.Account, gateway.Intent) ([]gateway.Refund, error) {
	return nil, nil
}

// Money that is on its way back pays nothing, whether the gateway tells of the
// refund or only our own record of having begun it does.
func TestACaptureThatGoesBackPaysNothing(t *testing.T) {
	t.Parallel()
	t.Run("the gateway tells", func(t *testing.T) {
		t.Parallel()
		w, held, failed := capturedLate(t)
		account := lifecycletest.Account(w.Scope)
		if _, err := w.Gateway.Refund(t.Context(), account, gateway.Intent(failed.Intent), "late#"+failed.ID, failed.Amount); err != nil {
			t.Fatal(err)
		}
		hear(w, failed)
		returned(t, w, held.ID, failed)
	})
	t.Run("our record tells", func(t *testing.T) {
		t.Parallel()
		w, held, failed := capturedLate(t)
		given := errors.New("died before the refund's record")
		w.Charging.Gateway = unremembered{w.Gateway}
		w.Store.Before = func(c record.Commit) error {
			for _, e := range c.Events {
				if e.Type == billing.EventRefundSucceeded {
					return given
				}
			}
			return nil
		}
		account := gateway.Account{Gateway: failed.Method.Gateway, ID: failed.Method.Account}
		out, err := w.Gateway.Find(t.Context(), account, gateway.Intent(failed.Intent))
		if err != nil {
			t.Fatal(err)
		}
		locked := w.Sub(held.ID)
		locked.Lock = billing.Lock{Payment: "pay_other", State: billing.LockAction}
		w.Put(locked)
		n := charging.Notice{Account: account, Event: "evt_first", Outcome: out}
		if err := w.Charging.Hear(t.Context(), n); !errors.Is(err, given) {
			t.Fatalf("given back: %v", err)
		}
		w.Store.Before = nil
		free := w.Sub(held.ID)
		free.Lock = billing.Lock{}
		w.Put(free)
		hear(w, failed)
		returned(t, w, held.ID, failed)
	})
}

// returned demands that a capture went back and paid nothing.
func returned(t *testing.T, w *lifecycletest.World, id string, failed billing.Payment) {
	t.Helper()
	got, p := w.Sub(id), lifecycletest.Get[billing.Payment](w, failed.ID)
	if got.Status != billing.StatusOnHold || p.Status != billing.PaymentFailed || p.Refunded != failed.Amount {
		t.Errorf("it is %s, the payment %s with %v refunded", got.Status, p.Status, p.Refunded)
	}
	w.Reconcile()
}

// A capture that nobody was told of pays the dues at the next attempt: nothing
// is charged again.
func TestTheLastLookPaysBeforeAnythingIsChargedAgain(t *testing.T) {
	t.Parallel()
	w, held, failed := capturedLate(t)
	moved := len(w.Gateway.Ledger())
	r, err := w.Pay(held.ID, "decline_on_charge")
	if err != nil || r.Subscription.Status != billing.StatusActive || r.Payment.ID != failed.ID {
		t.Fatalf("%s by %s, %v", r.Subscription.Status, r.Payment.ID, err)
	}
	p := lifecycletest.Get[billing.Payment](w, failed.ID)
	if p.Status != billing.PaymentSucceeded || p.Decline != (billing.Decline{}) || len(w.Gateway.Ledger()) != moved {
		t.Errorf("the payment is %s with %+v after %d movements", p.Status, p.Decline, len(w.Gateway.Ledger())-moved)
	}
	w.Reconcile()
}
