package lifecycle_test

import (
	"errors"
	"testing"
	"time"

	"perennial/shared/billing"
	"perennial/shared/gateway"
	"perennial/shared/gateway/gatewaytest"
	"perennial/shared/lifecycle"
	"perennial/shared/lifecycle/lifecycletest"
	"perennial/shared/record"
)

// at runs an act once, at the moment when the gateway is first asked for op.
func at(w *lifecycletest.World, op gatewaytest.Op, act func()) {
	done := false
	w.Gateway.OnCall = func(now gatewaytest.Op) {
		if now == op && !done {
			done = true
			act()
		}
	}
}

func TestRule10ACaptureAfterACancellationIsGivenBack(t *testing.T) {
	t.Parallel()
	w := lifecycletest.New(t)
	s := w.OnHold()
	if _, err := w.Pay(s.ID, "authenticate_always"); err != nil {
		t.Fatal(err)
	}
	cancel(w, s.ID, lifecycle.CancelNow)
	if _, err := w.Life.Cancel(t.Context(), lifecycle.Cancel{Scope: w.Scope, Subscription: s.ID, Mode: lifecycle.CancelRevoke}); !errors.Is(err, billing.ErrLocked) {
		t.Errorf("taken back while the payment is under way: %v", err)
	}
	if _, err := w.Gateway.Approve(gateway.Intent(w.Sub(s.ID).Lock.Intent)); err != nil {
		t.Fatal(err)
	}
	active := events(w, billing.EventSubscriptionActive)
	r, err := w.Recovery.Finish(t.Context(), w.Scope, s.ID)
	if err != nil || r.Subscription.Status != billing.StatusCancelled || r.Payment.Refunded != r.Payment.Amount {
		t.Errorf("%s, given back %v, %v", r.Subscription.Status, r.Payment.Refunded, err)
	}
	if events(w, billing.EventSubscriptionActive) != active || events(w, billing.EventSubscriptionCanceled) != 1 || events(w, billing.EventRefundSucceeded) != 1 {
		t.Error("the merchant is told that it was active again, or not of its end")
	}
	w.Reconcile()
}

func TestACancellationBeforeTheChargeStopsIt(t *testing.T) {
	t.Parallel()
	for _, op := range []gatewaytest.Op{gatewaytest.OpPrepare, gatewaytest.OpConfirm} {
		w := lifecycletest.New(t)
		s := w.Active("visa_ok")
		at(w, op, func() { cancel(w, s.ID, lifecycle.CancelNow) })
		w.AdvanceTo(s.Period.End)
		if got := w.Sub(s.ID); got.Status != billing.StatusCancelled || got.HoldEpoch != 0 || events(w, billing.EventPaymentFailed) != 0 {
			t.Errorf("cancelled during %s: %s", op, got.Status)
		}
		captured := len(w.Gateway.Ledger()) > 1
		if captured != (op == gatewaytest.OpConfirm) {
			t.Errorf("cancelled during %s: charged %v", op, captured)
		}
		w.Reconcile()
	}
}

func TestACancellationAtAnyMomentOfAPaymentCostsNothing(t *testing.T) {
	t.Parallel()
	for _, mode := range []lifecycle.CancelMode{lifecycle.CancelNow, lifecycle.CancelAtEnd} {
		for step := 1; step < 6; step++ {
			w := lifecycletest.New(t)
			s := w.OnHold()
			steps, asked := 0, false
			w.Store.Before = func(record.Commit) error {
				if steps++; steps == step {
					asked = true
					cancel(w, s.ID, mode)
				}
				return nil
			}
			_, err := w.Pay(s.ID, "visa_ok")
			w.Store.Before = nil
			w.Clock.Advance(16 * time.Minute)
			if e := w.Collect(s.ID); e != nil {
				t.Error(e)
			}
			if got := w.Sub(s.ID); asked != (got.Status == billing.StatusCancelled) {
				t.Errorf("%s at commit %d: %s (%v)", mode, step, got.Status, err)
			}
			net := int64(0)
			for _, line := range w.Gateway.Ledger()[1:] {
				net += map[gatewaytest.Kind]int64{gatewaytest.Capture: 1, gatewaytest.Refund: -1}[line.Kind] * line.Amount.Minor
			}
			if asked && net != 0 {
				t.Errorf("%s at commit %d: the customer paid %d for nothing", mode, step, net)
			}
			w.Reconcile()
		}
	}
}

func TestAnEndAskedForDuringARenewalThatFailsIsImmediate(t *testing.T) {
	t.Parallel()
	for _, code := range []string{"insufficient_funds", "issuer_not_available"} {
		w := lifecycletest.New(t)
		s := w.Active("visa_ok")
		w.Gateway.Program(s.Method.Reference, gatewaytest.Decline(code), gatewaytest.Succeed())
		at(w, gatewaytest.OpConfirm, func() { cancel(w, s.ID, lifecycle.CancelAtEnd) })
		w.AdvanceTo(s.Period.End)
		if got := w.Sub(s.ID); got.Status != billing.StatusCancelled || got.HoldEpoch != 0 {
			t.Errorf("%s: %s, %d holds", code, got.Status, got.HoldEpoch)
		}
		w.Advance(2 * day)
		if n := len(w.Gateway.Ledger()); n != 1 {
			t.Errorf("%s: charged after the end", code)
		}
		w.Reconcile()
	}
}
