package refunds_test

import (
	"slices"
	"sync"
	"testing"

	"perennial/shared/billing"
	"perennial/shared/lifecycle/lifecycletest"
)

// hear brings a gateway's notice about a refund, however often.
func hear(w *lifecycletest.World, key string, times int) {
	w.T.Helper()
	for range times {
		if err := w.Refunds.Hear(w.T.Context(), w.Scope, key); err != nil {
			w.T.Fatal(err)
		}
	}
}

// A refund that had succeeded comes back weeks later. It is failed, its
// merchant is told once, and payment, journal and documents are as if it had
// not been, so that it can be made again.
func TestTheMoneyOfARefundComesBack(t *testing.T) {
	t.Parallel()
	w := lifecycletest.New(t)
	p := paid(w, "visa_ok")
	part, err := ask(w, p.ID, billing.RefundItem{Item: w.Product.ID, Amount: 500})
	if err != nil {
		t.Fatal(err)
	}
	rest, err := ask(w, p.ID)
	if err != nil {
		t.Fatal(err)
	}
	hear(w, rest.ID, 2) // nothing has happened yet
	w.Gateway.Bounce(rest.ID)
	hear(w, rest.ID, 3)
	got := lifecycletest.Get[billing.Refund](w, rest.ID)
	if got.Status != billing.RefundFailed || got.Problem == "" || count(w, billing.EventRefundFailed) != 1 || count(w, billing.EventRefundSucceeded) != 2 {
		t.Errorf("%+v, told %d times", got, count(w, billing.EventRefundFailed))
	}
	if after := lifecycletest.Get[billing.Payment](w, p.ID); after.Refunded.Minor != 500 || after.Refunding != "" || !slices.Equal(after.Backs, part.Backs) {
		t.Errorf("payment %+v", after)
	}
	w.Reconcile()
	again, err := ask(w, p.ID)
	if err != nil || again.Status != billing.RefundSucceeded || again.Amount.Minor != 1500 || len(again.Notes) != 1 {
		t.Fatalf("%+v, %v", again, err)
	}
	w.Reconcile()
}

func TestTheMoneyComesBackOnceHoweverManyHear(t *testing.T) {
	t.Parallel()
	w := lifecycletest.New(t)
	p := paid(w, "visa_ok")
	r, err := ask(w, p.ID)
	if err != nil {
		t.Fatal(err)
	}
	w.Gateway.Bounce(r.ID)
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			if err := w.Refunds.Hear(t.Context(), w.Scope, r.ID); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	if after := lifecycletest.Get[billing.Payment](w, p.ID); after.Refunded.Minor != 0 || count(w, billing.EventRefundFailed) != 1 {
		t.Errorf("refunded %v, told %d times", after.Refunded, count(w, billing.EventRefundFailed))
	}
	w.Reconcile()
}

func TestANoticeAboutAnotherRefundUndoesNothing(t *testing.T) {
	t.Parallel()
	w := lifecycletest.New(t)
	p := paid(w, "visa_ok")
	r, err := ask(w, p.ID)
	if err != nil {
		t.Fatal(err)
	}
	before := len(w.Store.Commits())
	for _, key := range []string{r.ID, "ref_unknown", "late#" + p.ID, "late#pay_unknown", "x"} {
		hear(w, key, 1)
	}
	if n := len(w.Store.Commits()) - before; n != 0 {
		t.Errorf("%d commits", n)
	}
}
