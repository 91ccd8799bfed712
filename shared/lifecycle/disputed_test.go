package lifecycle_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"perennial/shared/billing"
	"perennial/shared/gateway/gatewaytest"
	"perennial/shared/lifecycle/lifecycletest"
	"perennial/shared/money"
	"perennial/shared/tax"
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
	bar := lifecycletest.Get[billing.Bar](w, s.Method.CardID()).With("dsp_of_another") // the decline has left one
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

// A retry that is put off leaves its dues and the credit that they use as they
// are, however often, though they would cost less tax by now: credit that this
// frees is the customer's once, when they are paid.
func TestARetryPutOffMakesNoCredit(t *testing.T) {
	t.Parallel()
	w := lifecycletest.New(t)
	collect(w, "2099-01-01")
	s := w.Active("visa_ok")
	given := money.Of(2300, "USD")
	s.Credits = []billing.Credit{{ID: "chg_1", Gross: given, Tax: money.Of(0, "USD"), Left: given, At: w.Now()}}
	w.Put(s)
	w.Gateway.Program(s.Method.Reference, gatewaytest.Decline("insufficient_funds"))
	w.AdvanceTo(s.Period.End.Add(day / 24))
	failed := w.Sub(s.ID)
	if due := lifecycletest.Get[billing.Invoice](w, failed.Open[0]); due.Total.Minor != 2380 || due.Credit != given {
		t.Fatalf("the renewal costs %v, less %v of credit", due.Total, due.Credit)
	}
	bar := lifecycletest.Get[billing.Bar](w, s.Method.CardID()).With("dsp_1")
	state := w.State()
	state.Seller.Tax = tax.Seller{}
	w.Put(bar, state)
	for range 4 {
		before := w.Sub(s.ID)
		w.AdvanceTo(before.Failure.NextRetry.Add(day / 24))
		got := w.Sub(s.ID)
		if got.Failure.NextRetry != before.Failure.NextRetry.Add(day) {
			t.Fatalf("the retry of %s is put off until %s", before.Failure.NextRetry, got.Failure.NextRetry)
		}
		if diff := cmp.Diff([][]billing.Credit{failed.Credits, failed.Spent}, [][]billing.Credit{got.Credits, got.Spent}); diff != "" {
			t.Errorf("put off, its credit has changed: %s", diff)
		}
	}
	w.Put(lifecycletest.Get[billing.Bar](w, bar.Card).Without("dsp_1"))
	w.AdvanceTo(w.Sub(s.ID).Failure.NextRetry.Add(day / 24))
	if got := w.Sub(s.ID); got.Status != billing.StatusActive || got.Balance().Minor != 300 {
		t.Errorf("paid, it is %s with %v of credit", got.Status, got.Balance())
	}
	w.Reconcile()
}
