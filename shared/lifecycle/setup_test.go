package lifecycle_test

import (
	"testing"

	"perennial/shared/billing"
	"perennial/shared/gateway"
	"perennial/shared/gateway/gatewaytest"
	"perennial/shared/lifecycle/lifecycletest"
)

// trial makes the product of a world one that begins with a week's trial.
func trial(w *lifecycletest.World, change func(*billing.Price)) {
	w.T.Helper()
	p := lifecycletest.Get[billing.Product](w, w.Product.ID)
	p.Price.TrialDays = 7
	if change != nil {
		change(&p.Price)
	}
	w.Put(p)
}

// Rules 12: a trial with a card completes the set-up at sign-up, so that its
// conversion needs nobody.
func TestATrialSetsItsCardUpForTheConversion(t *testing.T) {
	t.Parallel()
	w := lifecycletest.New(t)
	trial(w, nil)
	s := w.Subscribe().Subscription
	r, err := w.Pay(s.ID, "authenticate_once")
	if err != nil || r.ActionURL == "" || r.Subscription.Status != billing.StatusPending {
		t.Fatalf("the bank asks at %q, the subscription is %s, %v", r.ActionURL, r.Subscription.Status, err)
	}
	if _, err := w.Gateway.Approve(gateway.Intent(w.Sub(s.ID).Lock.Intent)); err != nil {
		t.Fatal(err)
	}
	if r, err = w.Recovery.Finish(t.Context(), w.Scope, s.ID); err != nil || r.Subscription.Status != billing.StatusActive {
		t.Fatalf("after the challenge it is %s, %v", r.Subscription.Status, err)
	}
	if n := len(w.Gateway.Ledger()); n != 0 {
		t.Errorf("%d captures for a set-up", n)
	}
	w.AdvanceTo(r.Subscription.Period.End)
	if got := w.Sub(s.ID); got.Status != billing.StatusActive || len(w.Gateway.Ledger()) != 1 {
		t.Errorf("the conversion left it %s with %d captures", got.Status, len(w.Gateway.Ledger()))
	}
	w.Reconcile()
}

func TestASetUpThatFailsLeavesTheSignUpOpen(t *testing.T) {
	t.Parallel()
	w := lifecycletest.New(t)
	trial(w, nil)
	s := w.Subscribe().Subscription
	if _, err := w.Pay(s.ID, "authenticate_once"); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Gateway.Reject(gateway.Intent(w.Sub(s.ID).Lock.Intent)); err != nil {
		t.Fatal(err)
	}
	r, err := w.Recovery.Finish(t.Context(), w.Scope, s.ID)
	if err != nil || r.Payment.Status != billing.PaymentFailed || r.Subscription.Status != billing.StatusPending {
		t.Fatalf("%s, %s, %v", r.Payment.Status, r.Subscription.Status, err)
	}
	if r, err = w.Pay(s.ID, "visa_ok"); err != nil || r.Subscription.Status != billing.StatusActive {
		t.Errorf("another card: %s, %v", r.Subscription.Status, err)
	}
	w.Reconcile()
}

func TestASetUpWhoseAnswerIsLostIsFoundAgain(t *testing.T) {
	t.Parallel()
	for _, when := range []gatewaytest.When{gatewaytest.Before, gatewaytest.After} {
		w := lifecycletest.New(t)
		trial(w, nil)
		s := w.Subscribe().Subscription
		w.Gateway.Break(gatewaytest.OpConfirm, when)
		r, err := w.Pay(s.ID, "visa_ok")
		if err != nil || !r.Pending {
			t.Fatalf("pending %t, %v", r.Pending, err)
		}
		w.Clock.Advance(billing.LeaseCharge + 1)
		if r, err = w.Recovery.Finish(t.Context(), w.Scope, s.ID); err != nil {
			t.Fatal(err)
		}
		want := billing.StatusActive
		if when == gatewaytest.Before { // nobody confirms for a customer who left
			want = billing.StatusPending
		}
		if got := w.Sub(s.ID); got.Status != want || got.Lock.Set() {
			t.Errorf("%v: it is %s, locked %t", when, got.Status, got.Lock.Set())
		}
	}
}

// A merchant's order with a saved card has nobody who could be asked.
func TestASetUpWithoutTheCustomerIsNotAsked(t *testing.T) {
	t.Parallel()
	w := lifecycletest.New(t)
	trial(w, nil)
	first := w.Subscribe().Subscription
	if _, err := w.Pay(first.ID, "authenticate_always"); err != nil {
		t.Fatal(err)
	}
	methods := lifecycletest.All[billing.Method](w)
	second := w.Subscribe().Subscription
	r, err := w.Recovery.ChangeMethod(t.Context(), payAs(w, second.ID, methods[0].ID, billing.ByMerchant))
	if err != nil || r.Payment.Status != billing.PaymentFailed || r.ActionURL != "" {
		t.Errorf("%s at %q, %v", r.Payment.Status, r.ActionURL, err)
	}
	if got := w.Sub(second.ID); got.Status != billing.StatusPending {
		t.Errorf("it is %s", got.Status)
	}
}

func TestACancelledSetUpGivesNothingBack(t *testing.T) {
	t.Parallel()
	w := lifecycletest.New(t)
	trial(w, nil)
	s := w.Subscribe().Subscription
	if _, err := w.Pay(s.ID, "authenticate_once"); err != nil {
		t.Fatal(err)
	}
	cancel(w, s.ID, "now")
	if _, err := w.Gateway.Approve(gateway.Intent(w.Sub(s.ID).Lock.Intent)); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Recovery.Finish(t.Context(), w.Scope, s.ID); err != nil {
		t.Fatal(err)
	}
	if got := w.Sub(s.ID); got.Status != billing.StatusCancelled || len(lifecycletest.All[billing.Refund](w)) != 0 {
		t.Errorf("it is %s with %d refunds", got.Status, len(lifecycletest.All[billing.Refund](w)))
	}
	if w.Gateway.Calls(gatewaytest.OpRefund) != 0 {
		t.Error("nothing was asked to be given back")
	}
}
