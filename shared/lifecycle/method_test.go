package lifecycle_test

import (
	"errors"
	"testing"
	"time"

	"perennial/shared/billing"
	"perennial/shared/customers"
	"perennial/shared/lifecycle/lifecycletest"
	"perennial/shared/record"
	"perennial/shared/recovery"
)

func TestTheFormSentTwiceSavesOneMethod(t *testing.T) {
	t.Parallel()
	w := lifecycletest.New(t)
	s := w.Subscribe()
	pay := recovery.Pay{Scope: w.Scope, Subscription: s.Subscription.ID, Token: w.Gateway.Token("visa_ok"), By: billing.ByCustomer}
	for range 2 {
		if _, err := w.Recovery.ChangeMethod(t.Context(), pay); err != nil {
			t.Fatal(err)
		}
	}
	methods := lifecycletest.All[billing.Method](w)
	if len(methods) != 1 || methods[0].ID != w.Sub(s.Subscription.ID).Method.ID {
		t.Errorf("%d methods, the subscription's is %s", len(methods), w.Sub(s.Subscription.ID).Method.ID)
	}
	w.Reconcile()
}

func TestADoubleOfALiveMethodIsNotRemoved(t *testing.T) {
	t.Parallel()
	w := lifecycletest.New(t)
	s := w.Active("visa_ok")
	double := s.Method
	double.ID, double.Version = "pm_double", 0
	w.Put(double)
	keep := customers.Service{Store: w.Store, Vault: w.Gateway, Wall: w.Clock.Now}
	if err := keep.RemoveMethod(t.Context(), w.Scope, record.System, double.Customer, double.ID); !errors.Is(err, customers.ErrMethodInUse) {
		t.Errorf("removing the double: %v", err)
	}
	w.AdvanceTo(s.Period.End)
	if got := w.Sub(s.ID); got.Period == s.Period {
		t.Errorf("not renewed: %+v", got.Failure)
	}
}

func TestARefusedCardLeavesTheOpenChallengeAlone(t *testing.T) {
	t.Parallel()
	w := lifecycletest.New(t)
	s := w.OnHold()
	first, err := w.Pay(s.ID, "authenticate_always")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Pay(s.ID, "expired_card"); err == nil {
		t.Fatal("an expired card was saved")
	}
	if got := w.Sub(s.ID); got.Lock.Payment != first.Payment.ID {
		t.Errorf("the challenge is gone: %+v", got.Lock)
	}
	w.Clock.Advance(time.Minute)
	if r, err := w.Pay(s.ID, "visa_ok"); err != nil || r.Subscription.Status != billing.StatusActive {
		t.Errorf("another card: %s, %v", r.Subscription.Status, err)
	}
	w.Reconcile()
}

func TestAFirstPaymentIsDecidedOnce(t *testing.T) {
	t.Parallel()
	w := lifecycletest.New(t)
	s := w.Subscribe()
	commits := 0
	w.Store.Before = func(record.Commit) error { commits++; return nil }
	if _, err := w.Pay(s.Subscription.ID, "visa_ok"); err != nil || commits != 4 {
		t.Errorf("%d commits for method, lock, intent and outcome: %v", commits, err)
	}
}
