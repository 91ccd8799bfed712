package lifecycle_test

import (
	"testing"

	"perennial/shared/billing"
	"perennial/shared/gateway/gatewaytest"
	"perennial/shared/lifecycle/lifecycletest"
)

// Rules 11: no automatic retry charges a card about which a dispute is open,
// though it was opened about a payment of somebody else with that card; when
// the dispute is won, the retry is made.
func TestARetryWaitsWhileItsCardIsDisputed(t *testing.T) {
	t.Parallel()
	w := lifecycletest.New(t)
	s := w.Active("visa_ok")
	w.Gateway.Program(s.Method.Reference, gatewaytest.Decline("insufficient_funds"), gatewaytest.Succeed())
	w.AdvanceTo(s.Period.End.Add(day / 24))
	failed := w.Sub(s.ID)
	bar := billing.Bar{Card: billing.BarID(s.Method.Gateway, s.Method.Account, s.Method.Fingerprint)}.With("dsp_of_another")
	w.Put(bar)
	w.AdvanceTo(failed.Failure.NextRetry.Add(day / 24))
	got := w.Sub(s.ID)
	if n := w.Gateway.Calls(gatewaytest.OpConfirm); n != 2 || got.Failure.NextRetry != failed.Failure.NextRetry.Add(day) {
		t.Errorf("%d charges confirmed, next retry %s, it was %s", n, got.Failure.NextRetry, failed.Failure.NextRetry)
	}
	w.Put(lifecycletest.Get[billing.Bar](w, bar.Card).Without("dsp_of_another"))
	w.AdvanceTo(got.Failure.NextRetry.Add(day / 24))
	if got := w.Sub(s.ID); got.Status != billing.StatusActive || !got.Failure.At.IsZero() {
		t.Errorf("after the dispute it is %s, %+v", got.Status, got.Failure)
	}
	w.Reconcile()
}
