package lifecycle_test

import (
	"errors"
	"testing"

	"perennial/shared/billing"
	"perennial/shared/charging"
	"perennial/shared/gateway/gatewaytest"
	"perennial/shared/lifecycle/lifecycletest"
)

// Rules 14: the customer, however often asked, and the system together never
// pass what the network allows, over all subscriptions on that card.
func TestOneCardIsNotTriedBeyondItsNetworksLimit(t *testing.T) {
	t.Parallel()
	w := lifecycletest.New(t)
	declined, refused := 0, 0
	for range 3 {
		id := w.Subscribe().Subscription.ID
		for range 10 {
			switch _, err := w.Pay(id, "decline_on_charge"); {
			case errors.Is(err, charging.ErrSpent):
				refused++
			case err != nil:
				t.Fatal(err)
			}
		}
	}
	for _, p := range lifecycletest.All[billing.Payment](w) {
		if p.Status == billing.PaymentFailed {
			declined++
		}
	}
	if declined != 20 || refused != 10 {
		t.Errorf("%d charges declined, %d refused by us; a Visa card may be tried 20 times in 30 days", declined, refused)
	}
	w.Reconcile()
}

// Visa's category 1: not even the customer may have a stolen card charged again.
func TestAForbiddenCardIsNotChargedAgain(t *testing.T) {
	t.Parallel()
	w := lifecycletest.New(t)
	s := w.Active("visa_ok")
	w.Gateway.Program(s.Method.Reference, gatewaytest.Decline("stolen_card"))
	w.AdvanceTo(s.Period.End.Add(day))
	before := len(lifecycletest.All[billing.Payment](w))
	if _, err := payWith(w, s.ID, s.Method.ID); !errors.Is(err, charging.ErrForbid) {
		t.Errorf("the stolen card was taken: %v", err)
	}
	if after := len(lifecycletest.All[billing.Payment](w)); after != before {
		t.Errorf("%d payments were made", after-before)
	}
	if _, err := w.Pay(s.ID, "mastercard_ok"); err != nil || w.Sub(s.ID).Status != billing.StatusActive {
		t.Errorf("another card: %s, %v", w.Sub(s.ID).Status, err)
	}
	w.Reconcile()
}

// A retry for which there is no room any more is put off, not made.
func TestARetryWaitsForRoom(t *testing.T) {
	t.Parallel()
	w := lifecycletest.New(t)
	s := w.Active("visa_ok")
	w.Gateway.Program(s.Method.Reference, gatewaytest.Decline("insufficient_funds"), gatewaytest.Succeed())
	w.AdvanceTo(s.Period.End.Add(day / 24))
	failed := w.Sub(s.ID)
	invoice := lifecycletest.Get[billing.Invoice](w, failed.Open[0])
	id := billing.TallyID(failed.Method, invoice.Due())
	tally := lifecycletest.Get[billing.Tally](w, id)
	if len(tally.At) != 1 {
		t.Fatalf("the first decline is counted as %+v", tally)
	}
	for range 16 {
		tally = tally.Counted(failed.Method, failed.Failure.At, w.Clock.Now())
	}
	w.Put(tally)
	w.AdvanceTo(failed.Failure.NextRetry.Add(day / 24))
	got := w.Sub(s.ID)
	if got.Status != billing.StatusOnHold || got.Failure.NextRetry < failed.Failure.At.Add(billing.TallySpan) && !got.Failure.NextRetry.IsZero() {
		t.Errorf("%s, next retry %s", got.Status, got.Failure.NextRetry)
	}
}
