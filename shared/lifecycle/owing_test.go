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
	"perennial/shared/money"
	"perennial/shared/record"
)

// captured renews a subscription through a gateway that captures and says that
// it declined, and gives the payment that is held for failed.
func captured(w *lifecycletest.World, s billing.Subscription) billing.Payment {
	w.T.Helper()
	w.Charging.Gateway = lying{w.Gateway}
	w.Clock.Set(s.Period.End.Time())
	if err := w.Collect(s.ID); err != nil {
		w.T.Fatal(err)
	}
	w.Charging.Gateway = w.Gateway
	return lifecycletest.Get[billing.Payment](w, w.Sub(s.ID).Failure.Payment)
}

// byHand gives back a part of a payment at the gateway, as its owner does.
func byHand(w *lifecycletest.World, p billing.Payment, minor int64) {
	w.T.Helper()
	_, err := w.Gateway.Refund(w.T.Context(), lifecycletest.Account(w.Scope), gateway.Intent(p.Intent), time.Now().String(), money.Of(minor, "USD"))
	if err != nil {
		w.T.Fatal(err)
	}
}

// lookAtRefund does what is due for a refund after a while.
func lookAtRefund(w *lifecycletest.World, id string, after time.Duration) billing.Refund {
	w.T.Helper()
	w.Clock.Advance(after)
	if err := w.LookAt(record.RefOf[billing.Refund](id)); err != nil {
		w.T.Fatal(err)
	}
	return lifecycletest.Get[billing.Refund](w, id)
}

// A capture that the gateway will not give back is no refund, and holds up
// nobody: the dues can be paid, and it is offered back until it is taken.
func TestALateCaptureThatCannotBeGivenBackIsOwed(t *testing.T) {
	t.Parallel()
	w := lifecycletest.New(t)
	s := w.Active("visa_ok")
	p := captured(w, s)
	byHand(w, p, 500) // so that the whole cannot go back, and pays nothing
	if r, err := w.Pay(s.ID, "mastercard_ok"); err != nil || r.Subscription.Status != billing.StatusActive || r.Payment.ID == p.ID {
		t.Fatalf("paying with another card: %s by %s, %v", r.Subscription.Status, r.Payment.ID, err)
	}
	p = lifecycletest.Get[billing.Payment](w, p.ID)
	if !p.Refunded.Nothing() || p.Refunding == "" {
		t.Fatalf("the books say that %v went back, by %q", p.Refunded, p.Refunding)
	}
	if r := lookAtRefund(w, p.Refunding, 26*time.Hour); r.Status != billing.RefundReview {
		t.Errorf("after a day of refusals nobody is asked to look: %s", r.Status)
	}
	byHand(w, p, 1500)
	if r := lookAtRefund(w, p.Refunding, 26*time.Hour); r.Status != billing.RefundSucceeded || len(r.Notes) != 0 {
		t.Errorf("once the rest went back it is %s with notes %v", r.Status, r.Notes)
	}
	w.Reconcile()
}

func TestAnOwedCaptureIsGivenUpAfterAMonthAndTold(t *testing.T) {
	t.Parallel()
	w := lifecycletest.New(t)
	s := w.Active("visa_ok")
	p := captured(w, s)
	byHand(w, p, 500)
	if _, err := w.Pay(s.ID, "mastercard_ok"); err != nil {
		t.Fatal(err)
	}
	id := lifecycletest.Get[billing.Payment](w, p.ID).Refunding
	if r := lookAtRefund(w, id, 29*day); !r.Status.Open() {
		t.Errorf("within the month it is %s", r.Status)
	}
	if r := lookAtRefund(w, id, 2*day); r.Status != billing.RefundFailed || events(w, billing.EventRefundFailed) != 1 {
		t.Errorf("after it %s, told %d times", r.Status, events(w, billing.EventRefundFailed))
	}
	if _, err := w.Pay(s.ID, "visa_ok"); err != nil || w.Sub(s.ID).Lock.Set() {
		t.Errorf("it still stands in the way: %v", err)
	}
}

// Rules 8, 10: a capture after a cancellation that the gateway will not give
// back keeps the subscription from ending no longer.
func TestACancellationDoesNotWaitForARefusedRefund(t *testing.T) {
	t.Parallel()
	w := lifecycletest.New(t)
	s := w.Active("visa_ok")
	w.Gateway.Program(s.Method.Reference, gatewaytest.Succeed())
	w.Gateway.Break(gatewaytest.OpConfirm, gatewaytest.After)
	w.Clock.Set(s.Period.End.Time())
	if err := w.Collect(s.ID); err != nil {
		t.Fatal(err)
	}
	cancel(w, s.ID, lifecycle.CancelNow)
	locked := w.Sub(s.ID).Lock
	byHand(w, billing.Payment{Intent: locked.Intent}, 500)
	w.Clock.Advance(5 * time.Minute)
	if err := w.Collect(s.ID); err != nil {
		t.Fatal(err)
	}
	got := w.Sub(s.ID)
	p := lifecycletest.Get[billing.Payment](w, locked.Payment)
	if got.Status != billing.StatusCancelled || got.Lock.Set() || p.Refunding == "" || !p.Refunded.Nothing() {
		t.Fatalf("it is %s, locked %v; %v went back, by %q", got.Status, got.Lock.Set(), p.Refunded, p.Refunding)
	}
	byHand(w, p, 1500)
	if r := lookAtRefund(w, p.Refunding, 5*time.Minute); r.Status != billing.RefundSucceeded {
		t.Errorf("once it went back it is %s", r.Status)
	}
	w.Reconcile()
}

// An outcome that is not known is no refusal: nothing is charged beside it.
func TestARefundThatNobodyAnswersStillStandsInTheWay(t *testing.T) {
	t.Parallel()
	w := lifecycletest.New(t)
	s := w.Active("visa_ok")
	p := captured(w, s)
	byHand(w, p, 500)
	w.Gateway.Break(gatewaytest.OpRefund, gatewaytest.Before)
	if _, err := w.Pay(s.ID, "mastercard_ok"); !errors.Is(err, gatewaytest.ErrLost) {
		t.Errorf("paid: %v", err)
	}
}

// Rules 6: dues that an earlier capture pays are paid all the same, so that
// the card which was given for them is kept.
func TestACardGivenForDuesIsKeptWhoeverPaysThem(t *testing.T) {
	t.Parallel()
	w := lifecycletest.New(t)
	s := w.Active("visa_ok")
	p := captured(w, s)
	r, err := w.Pay(s.ID, "mastercard_ok")
	if err != nil || r.Payment.ID != p.ID || r.Subscription.Status != billing.StatusActive {
		t.Fatalf("paid by %s: %s, %v", r.Payment.ID, r.Subscription.Status, err)
	}
	if got := w.Sub(s.ID); got.Method.Brand != "mastercard" || got.Method.ID != r.Subscription.Method.ID {
		t.Errorf("it keeps %s", got.Method.Brand)
	}
	if n := events(w, billing.EventMethodUpdated); n == 0 {
		t.Error("nobody is told of the new card")
	}
	w.Reconcile()
}

// A backup that an automatic retry was about to charge becomes nothing when an
// earlier capture on the first card has paid: nobody gave it for these dues.
func TestABackupThatWasNotNeededStaysTheBackup(t *testing.T) {
	t.Parallel()
	w := lifecycletest.New(t)
	s := w.Active("visa_ok")
	captured(w, s)
	failed := w.Sub(s.ID)
	backup := s.Method
	backup.ID, backup.Brand, backup.Reference = "pm_backup", "mastercard", w.Gateway.Token("mastercard_ok")
	failed.Backup, failed.BackupAt, failed.Failure.Backup = backup, w.Now(), true
	w.Put(failed)
	w.Clock.Set(failed.Failure.NextRetry.Time())
	if err := w.Collect(s.ID); err != nil {
		t.Fatal(err)
	}
	if got := w.Sub(s.ID); got.Status != billing.StatusActive || got.Method.ID != s.Method.ID || got.Backup.ID != backup.ID {
		t.Errorf("it is %s, charged by %s, with %s as backup", got.Status, got.Method.ID, got.Backup.ID)
	}
	w.Reconcile()
}
