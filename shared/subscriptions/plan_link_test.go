package subscriptions_test

import (
	"errors"
	"testing"
	"time"

	"perennial/shared/billing"
	"perennial/shared/calendar"
	"perennial/shared/lifecycle/lifecycletest"
	"perennial/shared/proration"
	"perennial/shared/record"
	"perennial/shared/recovery"
	"perennial/shared/subscriptions"
)

// linked is a change to the pro plan that its customer pays on a page.
func (s shop) linked(id string) subscriptions.PlanChange {
	c := s.order(id, "pdt_pro", proration.Prorated)
	c.Prevent, c.ByLink = true, true
	return c
}

// payLink pays a change of plan as its page does.
func payLink(w shop, page record.Checkout, card string) (recovery.Result, error) {
	return w.Recovery.ChangeMethod(w.T.Context(), recovery.Pay{
		Scope: w.Scope, Subscription: page.Subscription, Customers: []string{page.Customer}, Token: w.Gateway.Token(card),
		Checkout: page.ID, Invoice: page.Dues, By: billing.ByCustomer, ReturnURL: "https://pay.example/return",
	})
}

// collect_via_payment_link: nothing is charged, the page pays, and the plan
// changes then.
func TestAPlanChangeIsPaidByItsLink(t *testing.T) {
	t.Parallel()
	w := newShop(t)
	s := w.on("pdt_basic")
	got, err := w.plans.ChangePlan(t.Context(), w.linked(s.ID))
	if err != nil {
		t.Fatal(err)
	}
	page, own := got.Page.Checkout, s.Method.ID
	if s = w.Sub(s.ID); s.Product == "pdt_pro" || !s.Asks(page.Dues) || got.Page.Payment.Amount.Minor != 2500 {
		t.Fatalf("before it is paid: %s, the page asks for %v", s.Product, got.Page.Payment.Amount)
	}
	if _, err := w.plans.ChangePlan(t.Context(), w.linked(s.ID)); !errors.Is(err, billing.ErrChangePending) {
		t.Errorf("asked for twice: %v", err)
	}
	if got, err := payLink(w, page, "decline_on_charge"); err != nil || got.Payment.Status != billing.PaymentFailed {
		t.Fatalf("a declined card: %v %v", got.Payment.Status, err)
	}
	if s = w.Sub(s.ID); s.Product == "pdt_pro" || s.Status != billing.StatusActive {
		t.Errorf("declined, it is %s on %s", s.Status, s.Product)
	}
	paid, err := payLink(w, page, "visa_ok")
	if err != nil || paid.Payment.Status != billing.PaymentSucceeded || paid.Payment.Amount.Minor != 2500 {
		t.Fatalf("%v %v", paid.Payment, err)
	}
	if s = w.Sub(s.ID); s.Product != "pdt_pro" || s.Method.ID != own || s.Asks(page.Dues) {
		t.Errorf("paid: %s with method %s, was %s", s.Product, s.Method.ID, own)
	}
	w.Reconcile()
}

func TestAPlanChangeWhoseLinkNobodyPaysIsDropped(t *testing.T) {
	t.Parallel()
	w := newShop(t)
	s := w.on("pdt_basic")
	got, err := w.plans.ChangePlan(t.Context(), w.linked(s.ID))
	if err != nil {
		t.Fatal(err)
	}
	w.Advance(25 * time.Hour)
	if s = w.Sub(s.ID); s.Change != nil || s.Product == "pdt_pro" {
		t.Errorf("a day later: %s, %+v", s.Product, s.Change)
	}
	if p := lifecycletest.Get[billing.Payment](w.World, got.Page.Payment.ID); p.Status != billing.PaymentCancelled {
		t.Errorf("the payment that was asked for is %s", p.Status)
	}
	w.Reconcile()
}

func TestALinkIsForAChangeThatWaits(t *testing.T) {
	t.Parallel()
	w := newShop(t)
	s := w.on("pdt_basic")
	c := w.linked(s.ID)
	c.Prevent = false
	if _, err := w.plans.ChangePlan(t.Context(), c); !errors.Is(err, subscriptions.ErrLinkMode) {
		t.Errorf("with apply_change: %v", err)
	}
}

// R240: a manual subscription's plan is changed by its customer's payment.
func TestAManualSubscriptionChangesItsPlanByLink(t *testing.T) {
	t.Parallel()
	w := newShop(t)
	s := w.on("pdt_basic")
	s.Manual.On, s.Method = true, billing.Method{}
	w.Put(s)
	got, err := w.plans.ChangePlan(t.Context(), w.order(s.ID, "pdt_pro", proration.Prorated))
	if err != nil || got.Page.Checkout.ID == "" || got.Payment.ID != "" {
		t.Fatalf("%+v %v", got.Payment, err)
	}
	if _, err := payLink(w, got.Page.Checkout, "visa_ok"); err != nil {
		t.Fatal(err)
	}
	if s = w.Sub(s.ID); s.Product != "pdt_pro" || !s.Method.IsZero() || s.Status != billing.StatusActive {
		t.Errorf("%s on %s keeps %q", s.Status, s.Product, s.Method.ID)
	}
	w.Reconcile()
}

// A request that was sent twice without a key must not bill two periods.
func TestAFullChangeIsNotBilledTwice(t *testing.T) {
	t.Parallel()
	w := newShop(t)
	s := w.on("pdt_basic")
	wish := w.order(s.ID, "pdt_pro", proration.Full)
	if _, err := w.plans.ChangePlan(t.Context(), wish); err != nil {
		t.Fatal(err)
	}
	before := len(lifecycletest.All[billing.Payment](w.World))
	if _, err := w.plans.ChangePlan(t.Context(), wish); !errors.Is(err, billing.ErrChangedAlready) {
		t.Errorf("the same again: %v", err)
	}
	if after := len(lifecycletest.All[billing.Payment](w.World)); after != before {
		t.Errorf("%d more payments", after-before)
	}
	w.AdvanceTo(w.Sub(s.ID).Period.End.Add(time.Hour))
	if _, err := w.plans.ChangePlan(t.Context(), wish); err != nil {
		t.Errorf("in another period: %v", err)
	}
	w.Reconcile()
}

// percent makes a discount that one customer may redeem once.
func percent(w shop, id, code string) {
	w.Put(billing.Discount{ID: id, Code: code, Type: billing.DiscountPercentage, BasisPoints: 1000, UsageLimit: 1, CreatedAt: calendar.At(lifecycletest.Start)},
		billing.DiscountCode{Code: code, Discount: id})
}

// discount_codes replace the discounts, are redeemed once, and given back by
// a change that is never paid.
func TestAPlanChangeBringsDiscounts(t *testing.T) {
	t.Parallel()
	w := newShop(t)
	percent(w, "dsc_1", "TENOFF")
	s := w.on("pdt_basic")
	used := func() int64 { return lifecycletest.Get[billing.DiscountUse](w.World, "dsc_1").Used }
	wish := w.linked(s.ID)
	wish.DropDiscounts, wish.Codes = true, []string{"tenoff"}
	if _, err := w.plans.ChangePlan(t.Context(), wish); err != nil {
		t.Fatal(err)
	}
	if used() != 1 {
		t.Errorf("redeemed %d times", used())
	}
	w.Advance(25 * time.Hour)
	if used() != 0 {
		t.Errorf("dropped, it counts %d times", used())
	}
	wish.ByLink, wish.Mode = false, proration.Full
	if _, err := w.plans.ChangePlan(t.Context(), wish); err != nil {
		t.Fatal(err)
	}
	s = w.Sub(s.ID)
	paid := lifecycletest.Get[billing.Payment](w.World, s.Receipts[0])
	if used() != 1 || len(s.Discounts) != 1 || !s.Discounts[0].Counted || paid.Amount.Minor != 7200 {
		t.Errorf("used %d, %+v, paid %v", used(), s.Discounts, paid.Amount)
	}
	wish.Product, wish.Codes = "pdt_starter", nil
	if _, err := w.plans.ChangePlan(t.Context(), wish); err != nil {
		t.Fatal(err)
	}
	if s = w.Sub(s.ID); len(s.Discounts) != 0 {
		t.Errorf("removed, it keeps %+v", s.Discounts)
	}
	wish.Codes = []string{"nothing"}
	if _, err := w.plans.ChangePlan(t.Context(), wish); !errors.Is(err, billing.ErrDiscountUnknown) {
		t.Errorf("an unknown code: %v", err)
	}
	w.Reconcile()
}
