package lifecycle_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"perennial/shared/billing"
	"perennial/shared/gateway"
	"perennial/shared/gateway/gatewaytest"
	"perennial/shared/lifecycle/lifecycletest"
	"perennial/shared/record"
)

// rejecting is a gateway that finds fault with some operations.
type rejecting struct {
	*gatewaytest.Fake
	confirm, find, cancel bool
}

func (r rejecting) Confirm(ctx context.Context, a gateway.Account, i gateway.Intent, k string) (gateway.Outcome, error) {
	if r.confirm {
		return gateway.Outcome{}, gateway.ErrRejected
	}
	return r.Fake.Confirm(ctx, a, i, k)
}

func (r rejecting) Find(ctx context.Context, a gateway.Account, i gateway.Intent) (gateway.Outcome, error) {
	if r.find {
		return gateway.Outcome{}, gateway.ErrRejected
	}
	return r.Fake.Find(ctx, a, i)
}

func (r rejecting) Cancel(ctx context.Context, a gateway.Account, i gateway.Intent) (gateway.Outcome, error) {
	if r.cancel {
		return gateway.Outcome{}, gateway.ErrRejected
	}
	return r.Fake.Cancel(ctx, a, i)
}

func TestARejectedConfirmationDoesNotLockForEver(t *testing.T) {
	t.Parallel()
	for name, r := range map[string]rejecting{
		"confirm":                    {confirm: true},
		"confirm and cancel":         {confirm: true, cancel: true},
		"confirm, cancel and find":   {confirm: true, cancel: true, find: true},
		"everything after preparing": {confirm: true, find: true},
	} {
		w := lifecycletest.New(t)
		s := w.Active("visa_ok")
		r.Fake = w.Gateway
		w.Charging.Gateway = r
		w.AdvanceTo(s.Period.End)
		got := w.Sub(s.ID)
		if got.Lock.Set() || got.Status != billing.StatusActive || got.Failure.Decline.Class != billing.ClassOurFault {
			t.Errorf("%s: %s %+v, lock %q", name, got.Status, got.Failure.Decline, got.Lock.State)
		}
		w.Charging.Gateway = w.Gateway
		w.Advance(7 * time.Hour)
		if got := w.Sub(s.ID); got.Period.Start != s.Period.End {
			t.Errorf("%s, mended: not renewed: %+v", name, got.Failure)
		}
		w.Reconcile()
	}
}

func TestAChallengeThatCannotBeCancelledDoesNotLockForEver(t *testing.T) {
	t.Parallel()
	w := lifecycletest.New(t)
	s := w.OnHold()
	if _, err := w.Pay(s.ID, "authenticate_always"); err != nil {
		t.Fatal(err)
	}
	w.Charging.Gateway = rejecting{Fake: w.Gateway, cancel: true}
	w.Clock.Advance(16 * time.Minute)
	if err := w.Collect(s.ID); err != nil || w.Sub(s.ID).Lock.Set() {
		t.Errorf("after the lease: lock %q, %v", w.Sub(s.ID).Lock.State, err)
	}
}

func TestAForgottenAttemptDoesNotKeepTheDuesFromBeingPaid(t *testing.T) {
	t.Parallel()
	w := lifecycletest.New(t)
	s := w.OnHold()
	w.Charging.Gateway = rejecting{Fake: w.Gateway, find: true}
	r, err := w.Pay(s.ID, "visa_ok")
	if err != nil || r.Subscription.Status != billing.StatusActive {
		t.Errorf("%s, %v", r.Subscription.Status, err)
	}
	w.Reconcile()
}

func TestAMethodThatTheGatewayForgotIsOurFault(t *testing.T) {
	t.Parallel()
	w := lifecycletest.New(t)
	s := w.Active("visa_ok")
	if err := w.Gateway.Remove(t.Context(), lifecycletest.Account(w.Scope), s.Method.Reference); err != nil {
		t.Fatal(err)
	}
	w.AdvanceTo(s.Period.End.Add(day))
	if got := w.Sub(s.ID); got.Status != billing.StatusActive || got.Failure.Decline.Class != billing.ClassOurFault {
		t.Errorf("%s %+v", got.Status, got.Failure)
	}
	w.Reconcile()
}

// lying is a gateway that captures and says that it declined.
type lying struct{ *gatewaytest.Fake }

func (l lying) Confirm(ctx context.Context, a gateway.Account, i gateway.Intent, k string) (gateway.Outcome, error) {
	o, err := l.Fake.Confirm(ctx, a, i, k)
	if o.State == gateway.StateSucceeded {
		o.State, o.Charge, o.Decline = gateway.StateDeclined, "", gateway.Decline{Code: "insufficient_funds"}
	}
	return o, err
}

func TestALateCaptureIsGivenBackOnceHoweverOftenItIsTried(t *testing.T) {
	t.Parallel()
	for _, later := range []time.Duration{time.Minute, 25 * time.Hour} {
		w := lifecycletest.New(t)
		s := w.Active("visa_ok")
		w.Charging.Gateway = lying{w.Gateway}
		w.Clock.Set(s.Period.End.Time())
		if err := w.Collect(s.ID); err != nil {
			t.Fatal(err)
		}
		w.Charging.Gateway = w.Gateway
		died := errors.New("died between the refund and its record")
		w.Store.Before = func(c record.Commit) error {
			for _, e := range c.Events {
				if e.Type == billing.EventRefundSucceeded {
					return died
				}
			}
			return nil
		}
		// It went back already, so it does not pay the dues any more.
		failed := lifecycletest.Get[billing.Payment](w, w.Sub(s.ID).Failure.Payment)
		if _, err := w.Gateway.Refund(t.Context(), lifecycletest.Account(w.Scope), gateway.Intent(failed.Intent), "late#"+failed.ID, failed.Amount); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Pay(s.ID, "mastercard_ok"); !errors.Is(err, died) {
			t.Fatal(err)
		}
		w.Store.Before = nil
		w.Clock.Advance(later)
		r, err := w.Pay(s.ID, "mastercard_ok")
		if err != nil || r.Subscription.Status != billing.StatusActive {
			t.Errorf("%v later: %v %v", later, r.Subscription.Status, err)
		}
		w.Reconcile()
	}
}

func TestAnEditDuringAPaymentDoesNotLoseIt(t *testing.T) {
	t.Parallel()
	w := lifecycletest.New(t)
	s := w.OnHold()
	at(w, gatewaytest.OpPrepare, func() {
		change, err := w.Sub(s.ID).Edit(billing.Edit{Metadata: map[string]any{"seat": "4b"}}, w.Now(), time.UTC)
		if err != nil {
			t.Fatal(err)
		}
		w.Put(change.Subscription)
	})
	r, err := w.Pay(s.ID, "visa_ok")
	if err != nil || r.Pending || r.Subscription.Status != billing.StatusActive || r.Subscription.Metadata["seat"] != "4b" {
		t.Errorf("paid: %s, pending %v, metadata %v, %v", r.Subscription.Status, r.Pending, r.Subscription.Metadata, err)
	}
	w.Reconcile()
}
