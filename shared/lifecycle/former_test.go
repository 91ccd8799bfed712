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

// What the old one was to become is forgotten with it: redemptions count no
// more, each once, and the payment that a page asks for is not made.
func TestBuyingAnewDropsWhatTheOldOneWaitedFor(t *testing.T) {
	t.Parallel()
	w := lifecycletest.New(t)
	code := billing.Applied{Discount: billing.Discount{ID: "dsc_1", Code: "HALF", Type: billing.DiscountPercentage, BasisPoints: 5000}, Counted: true}
	var old []billing.Subscription
	for i, page := range []string{"pay_page_1", "pay_page_2"} {
		s := w.OnHold()
		asked := billing.Payment{ID: page, Customer: w.Customer.ID, Subscription: s.ID, Status: billing.PaymentRequiresMethod}
		bill := lifecycletest.Get[billing.Invoice](w, s.Open[0])
		bill.ID, bill.Version, bill.Cause = "inv_"+page, 0, billing.CausePlanChange
		s.Change = &billing.PlanChange{ID: "chg_1", Invoice: bill.ID, Payment: page, Plan: billing.Plan{Discounts: []billing.Applied{code}}}
		w.Put(s, bill, asked)
		if old = append(old, s); i == 0 {
			w.Product.ID, w.Product.Version = "pdt_other", 0
			w.Product.Collection = "pdc_1"
			w.Put(w.Product)
		}
	}
	first := lifecycletest.Get[billing.Product](w, "pdt_1")
	first.Collection = "pdc_1"
	w.Put(first, billing.DiscountUse{ID: "dsc_1", Used: 2}, billing.DiscountUse{ID: billing.DiscountUseID("dsc_1", w.Customer.ID), Used: 2})
	w.Active("mastercard_ok")
	for i, s := range old {
		if got := w.Sub(s.ID); got.Status != billing.StatusCancelled {
			t.Errorf("the old one is %s", got.Status)
		}
		if p := lifecycletest.Get[billing.Payment](w, old[i].Change.Payment); p.Status != billing.PaymentCancelled {
			t.Errorf("the payment of its page is %s", p.Status)
		}
	}
	if total, own := used(w, "dsc_1"), used(w, billing.DiscountUseID("dsc_1", w.Customer.ID)); total != 0 || own != 0 {
		t.Errorf("the code counts %d times, %d of the customer", total, own)
	}
}
