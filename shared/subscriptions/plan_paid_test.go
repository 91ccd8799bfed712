package subscriptions_test

import (
	"testing"

	"perennial/shared/billing"
	"perennial/shared/calendar"
	"perennial/shared/lifecycle/lifecycletest"
	"perennial/shared/money"
	"perennial/shared/proration"
	"perennial/shared/record"
	"perennial/shared/refunds"
)

// A refund from before a change lowers what that change gives back, and not
// once more what the next one does (rules 2).
func TestARefundIsTakenOffOneCreditOnly(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	sub := s.on("pdt_basic")
	if _, err := s.Refunds.Refund(t.Context(), refunds.Wish{Scope: s.Scope, Actor: record.System, Payment: sub.FirstPayment}); err != nil {
		t.Fatal(err)
	}
	s.change(s.order(sub.ID, "pdt_pro", proration.Prorated)) // 40.00, nothing back
	if got := s.taken(); got != 4000 {
		t.Fatalf("after the first change the gateway keeps %d", got)
	}
	s.change(s.order(sub.ID, "pdt_starter", proration.Prorated)) // 40.00 back, 10.00 charged
	if got := s.Sub(sub.ID).Balance().Minor; got != 3000 {
		t.Errorf("a credit of %d, want 3000", got)
	}
	s.Reconcile()
}

// What was paid for a dear plan is not lost when a cheaper one takes over
// unbilled: the next change gives it back (rules 25).
func TestAnUnbilledChangeLosesNothing(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	sub := s.on("pdt_pro")
	s.change(s.order(sub.ID, "pdt_starter", proration.DoNotBill))
	s.change(s.order(sub.ID, "pdt_basic", proration.Prorated))
	if got := s.Sub(sub.ID).Balance().Minor; got != 4000-1500 {
		t.Errorf("a credit of %d, want 40.00 of Pro less 15.00 of Basic", got)
	}
	s.Reconcile()
}

// After an unbilled change of interval the running period has another length
// than the price: a share of the price for a share of that period would sell
// months for days. The next billed change begins a period.
func TestAnUnbilledIntervalIsNotProrated(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	p := s.Product
	p.ID, p.Version, p.Price.Amount, p.Price.Every = "pdt_year", 0, money.Of(6000, "USD"), calendar.Interval{Count: 1, Unit: calendar.Year}
	s.Put(p)
	sub := s.on("pdt_year")
	s.change(s.order(sub.ID, "pdt_starter", proration.DoNotBill))
	s.change(s.order(sub.ID, "pdt_pro", proration.Prorated))
	got := s.Sub(sub.ID)
	if got.Period.Start != s.Now() || got.Period.End != s.Now().Add(30*day) {
		t.Errorf("the period is %v to %v, want 30 days from now", got.Period.Start, got.Period.End)
	}
	s.Reconcile()
}

// A dearer plan by difference charges its whole price within the period that
// has used a discount's cycle already: it uses no second one.
func TestAChangeWithinAPeriodUsesNoDiscountCycle(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.Put(billing.Discount{ID: "dsc_1", Code: "THREE", Type: billing.DiscountPercentage, BasisPoints: 5000, Cycles: 3, KeepOnChange: true},
		billing.DiscountCode{Code: "THREE", Discount: "dsc_1"})
	in := lifecycletest.One(s.Scope, "pdt_basic", s.Customer.ID, "US")
	in.Cart.Codes = []string{"THREE"}
	sold, err := s.Place(in)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Pay(sold.Subscription.ID, "visa_ok"); err != nil {
		t.Fatal(err)
	}
	for _, mode := range []struct {
		mode proration.Mode
		plan string
		left int
	}{{proration.Difference, "pdt_pro", 2}, {proration.Prorated, "pdt_starter", 2}, {proration.Full, "pdt_basic", 1}} {
		s.change(s.order(sold.Subscription.ID, mode.plan, mode.mode))
		if got := s.Sub(sold.Subscription.ID).Discounts[0].Left; got != mode.left {
			t.Errorf("after %s %d cycles are left, want %d", mode.mode, got, mode.left)
		}
	}
	s.Reconcile()
}
