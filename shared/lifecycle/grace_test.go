package lifecycle_test

import (
	"testing"
	"time"

	"perennial/shared/billing"
	"perennial/shared/gateway/gatewaytest"
	"perennial/shared/lifecycle/lifecycletest"
	"perennial/shared/merchant"
)

func graceOf(w *lifecycletest.World, days int) {
	w.SetRecovery(func(r *merchant.Recovery) { r.GraceDays = days })
}

func TestTroubleDuringGraceDoesNotShortenIt(t *testing.T) {
	t.Parallel()
	for _, code := range []string{"issuer_not_available", "authentication_required", "invalid_request"} {
		w := lifecycletest.New(t)
		graceOf(w, 5)
		s := w.Active("visa_ok")
		w.Gateway.Program(s.Method.Reference, gatewaytest.Decline("insufficient_funds"), gatewaytest.Decline(code))
		w.AdvanceTo(s.Period.End.Add(5*day - time.Hour))
		if got := w.Sub(s.ID); got.Status != billing.StatusPastDue || got.Failure.HoldAt != s.Period.End.Add(5*day) {
			t.Errorf("%s, an hour before five days of grace end: %s %+v", code, got.Status, got.Failure)
		}
		w.Advance(time.Hour)
		if got := w.Sub(s.ID); got.Status != billing.StatusOnHold {
			t.Errorf("%s, after grace: %s", code, got.Status)
		}
		w.Reconcile()
	}
}

func TestADayOfTroubleLeadsToTheMerchantsGrace(t *testing.T) {
	t.Parallel()
	for _, code := range []string{"issuer_not_available", "authentication_required"} {
		w := lifecycletest.New(t)
		graceOf(w, 5)
		s := w.Active("visa_ok")
		w.Gateway.Program(s.Method.Reference, gatewaytest.Decline(code))
		w.AdvanceTo(s.Period.End.Add(day + time.Hour))
		if got := w.Sub(s.ID); got.Status != billing.StatusPastDue || got.Failure.HoldAt != s.Period.End.Add(5*day) {
			t.Errorf("%s for a day: %s %+v", code, got.Status, got.Failure)
		}
		w.Advance(4 * day)
		if got := w.Sub(s.ID); got.Status != billing.StatusOnHold {
			t.Errorf("%s, after grace: %s", code, got.Status)
		}
		w.Reconcile()
	}
}

func TestQuickRetriesDoNotUseUpTheMerchantsSchedule(t *testing.T) {
	t.Parallel()
	w := lifecycletest.New(t)
	w.SetRecovery(func(r *merchant.Recovery) { r.Timing = merchant.TimingList })
	s := w.Active("visa_ok")
	trouble := gatewaytest.Decline("issuer_not_available")
	w.Gateway.Program(s.Method.Reference, trouble, trouble, trouble, trouble, trouble,
		gatewaytest.Decline("insufficient_funds"), gatewaytest.Succeed())
	w.AdvanceTo(s.Period.End.Add(11 * time.Hour))
	if got := w.Sub(s.ID); got.Status != billing.StatusOnHold || got.Failure.Retries != 0 {
		t.Fatalf("after quick retries and a decline: %s %+v", got.Status, got.Failure)
	}
	w.Advance(day)
	if got := w.Sub(s.ID); got.Status != billing.StatusActive {
		t.Errorf("a day after the decline: %s %+v", got.Status, got.Failure)
	}
	w.Reconcile()
}

func TestRule9OurOwnFaultKeepsAccessUntilItIsMended(t *testing.T) {
	t.Parallel()
	w := lifecycletest.New(t)
	graceOf(w, 2)
	s := w.Active("visa_ok")
	var steps []gatewaytest.Step
	for range 20 {
		steps = append(steps, gatewaytest.Decline("invalid_request"))
	}
	w.Gateway.Program(s.Method.Reference, append(steps, gatewaytest.Decline("insufficient_funds"), gatewaytest.Succeed())...)
	w.AdvanceTo(s.Period.End.Add(5*day - 7*time.Hour))
	if got := w.Sub(s.ID); got.Status != billing.StatusActive {
		t.Fatalf("five days of our fault: %s %+v", got.Status, got.Failure)
	}
	mended := w.Now().Add(7 * time.Hour)
	w.AdvanceTo(mended)
	if got := w.Sub(s.ID); got.Status != billing.StatusPastDue || got.Failure.HoldAt != mended.Add(2*day) {
		t.Errorf("mended, then no money: %s %+v, grace counts from %s", got.Status, got.Failure, mended)
	}
	w.AdvanceTo(w.Sub(s.ID).Failure.NextRetry) // some time in the two hours of the next morning's retries
	if got := w.Sub(s.ID); got.Status != billing.StatusActive || !got.Failure.At.IsZero() {
		t.Errorf("paid a day later: %s %+v", got.Status, got.Failure)
	}
	w.Reconcile()
}
