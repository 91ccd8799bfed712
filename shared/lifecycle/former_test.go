package lifecycle_test

import (
	"testing"

	"perennial/shared/billing"
	"perennial/shared/lifecycle/lifecycletest"
)

// Rules 10: who buys the same product anew ends the old hold; nothing more is
// asked or taken for it.
func TestRule10BuyingAnewEndsTheOldHold(t *testing.T) {
	t.Parallel()
	w := lifecycletest.New(t)
	old := w.OnHold()
	fresh := w.Active("mastercard_ok")
	got := w.Sub(old.ID)
	if got.Status != billing.StatusCancelled || w.Hold(got).Verdict != billing.VerdictEnded || len(got.Open) != 0 {
		t.Errorf("the old one is %s with %v due, its hold %q", got.Status, got.Open, w.Hold(got).Verdict)
	}
	for _, id := range old.Open {
		if v := lifecycletest.Get[billing.Invoice](w, id); v.Status != billing.InvoiceVoid {
			t.Errorf("its invoice is %s", v.Status)
		}
	}
	paid := len(lifecycletest.All[billing.Payment](w))
	w.Advance(20 * day)
	if n := len(lifecycletest.All[billing.Payment](w)); n != paid || w.Sub(fresh.ID).Status != billing.StatusActive {
		t.Errorf("%d payments after the purchase, the new one is %s", n-paid, w.Sub(fresh.ID).Status)
	}
	w.Reconcile()
}

// A purchase of something else, or one that fails, leaves the hold alone.
func TestAnotherPurchaseLeavesTheHold(t *testing.T) {
	t.Parallel()
	w := lifecycletest.New(t)
	old := w.OnHold()
	if _, err := w.Pay(w.Subscribe().Subscription.ID, "decline_on_charge"); err != nil {
		t.Fatal(err)
	}
	w.Product.ID, w.Product.Version = "pdt_other", 0
	w.Put(w.Product)
	w.Active("visa_ok")
	if got := w.Sub(old.ID); got.Status != billing.StatusOnHold {
		t.Errorf("the old one is %s", got.Status)
	}
}
