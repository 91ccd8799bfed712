package lifecycle_test

import (
	"errors"
	"testing"
	"time"

	"perennial/shared/billing"
	"perennial/shared/customers"
	"perennial/shared/gateway"
	"perennial/shared/gateway/gatewaytest"
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

// backed gives an active subscription a backup card.
func backed(w *lifecycletest.World) (billing.Subscription, billing.Method) {
	w.T.Helper()
	s := w.Active("visa_ok")
	m, err := w.Recovery.Wallet.Save(w.T.Context(), w.Scope, record.System, w.Customer, w.Gateway.Token("mastercard_ok"), gateway.Fields{})
	if err != nil {
		w.T.Fatal(err)
	}
	s, _, err = s.SetBackup(m, w.Now())
	if err != nil {
		w.T.Fatal(err)
	}
	w.Put(s)
	w.Gateway.Program(s.Method.Reference, gatewaytest.Decline("lost_card"))
	return w.Sub(s.ID), m
}

// A removed card is no backup any more: neither one that may be needed some
// day nor one that was to be charged within the hour.
func TestARemovedBackupIsNotCharged(t *testing.T) {
	t.Parallel()
	for name, after := range map[string]time.Duration{"before the first card dies": -time.Hour, "once the first card is dead": time.Minute} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := lifecycletest.New(t)
			s, m := backed(w)
			w.AdvanceTo(s.Period.End.Add(after))
			keep := customers.Service{Store: w.Store, Vault: w.Gateway, Wall: w.Clock.Now}
			told := events(w, billing.EventSubscriptionUpdated)
			for range 2 {
				if err := keep.RemoveMethod(t.Context(), w.Scope, record.System, m.Customer, m.ID); err != nil {
					t.Fatal(err)
				}
			}
			if got := w.Sub(s.ID); got.HasBackup() || !got.Backup.IsZero() || events(w, billing.EventSubscriptionUpdated) != told+1 {
				t.Errorf("it is still the backup: %+v, told %d times", got.Backup, events(w, billing.EventSubscriptionUpdated)-told)
			}
			w.AdvanceTo(s.Period.End.Add(5 * 24 * time.Hour))
			deadCardTriedOnce(w, s)
		})
	}
}

// deadCardTriedOnce asserts that one charge of the dead card is all that was
// tried, and that its decline is what the customer hears of.
func deadCardTriedOnce(w *lifecycletest.World, s billing.Subscription) {
	w.T.Helper()
	tried := 0
	for _, p := range lifecycletest.All[billing.Payment](w) {
		if p.Status == billing.PaymentFailed {
			tried++
		}
	}
	got := w.Sub(s.ID)
	if tried != 1 || got.Status != billing.StatusOnHold || got.Failure.Decline.Code != "lost_card" || !got.Failure.NextRetry.IsZero() {
		w.T.Errorf("%s after %d tries, declined with %s, next %v", got.Status, tried, got.Failure.Decline.Code, got.Failure.NextRetry)
	}
	w.Reconcile()
}

// Who takes the consent back calls off what it was given for: the dead card is
// not charged in its place.
func TestConsentTakenBackCallsTheChargeOff(t *testing.T) {
	t.Parallel()
	w := lifecycletest.New(t)
	s, _ := backed(w)
	w.Gateway.Program(s.Method.Reference, gatewaytest.Decline("expired_card"))
	w.AdvanceTo(s.Period.End.Add(time.Minute))
	failing := w.Sub(s.ID)
	if !failing.Failure.Backup {
		t.Fatalf("the backup is not to be charged: %+v", failing.Failure)
	}
	without, _, err := failing.SetBackup(billing.Method{}, w.Now())
	if err != nil {
		t.Fatal(err)
	}
	w.Put(without)
	w.AdvanceTo(s.Period.End.Add(5 * 24 * time.Hour))
	if got := w.Sub(s.ID); got.Attempts != failing.Attempts || !got.Failure.NextRetry.IsZero() || len(lifecycletest.All[billing.Payment](w)) != 2 {
		t.Errorf("the expired card was charged again: %d payments, next %v", len(lifecycletest.All[billing.Payment](w)), got.Failure.NextRetry)
	}
	w.Reconcile()
}

// A backup that its gateway does not know any more is asked once, and what the
// first card was declined for stays what the customer is told.
func TestABackupThatIsGoneAtItsGatewayIsAskedOnce(t *testing.T) {
	t.Parallel()
	w := lifecycletest.New(t)
	s, m := backed(w)
	if err := w.Gateway.Remove(t.Context(), lifecycletest.Account(w.Scope), m.Reference); err != nil {
		t.Fatal(err)
	}
	w.AdvanceTo(s.Period.End.Add(5 * 24 * time.Hour))
	tried := 0
	for _, p := range lifecycletest.All[billing.Payment](w) {
		if p.Method.ID == m.ID {
			tried++
		}
	}
	got := w.Sub(s.ID)
	if tried != 1 || got.Status != billing.StatusOnHold || got.Failure.Decline.Code != "lost_card" || !got.Failure.NextRetry.IsZero() {
		t.Errorf("%s, the backup tried %d times, declined with %s, next %v", got.Status, tried, got.Failure.Decline.Code, got.Failure.NextRetry)
	}
	w.Reconcile()
}
