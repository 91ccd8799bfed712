package subscriptions_test

import (
	"testing"

	"perennial/shared/billing"
	"perennial/shared/lifecycle/lifecycletest"
	"perennial/shared/money"
	"perennial/shared/proration"
)

// pricier sells a plan that costs a few cents more than the basic one.
func (s shop) pricier(cents int64) string {
	s.T.Helper()
	p := lifecycletest.Get[billing.Product](s.World, "pdt_basic")
	p.ID, p.Name, p.Version, p.Price.Amount = "pdt_pricier", "pdt_pricier", 0, money.Of(3000+cents, "USD")
	s.Put(p)
	return p.ID
}

// Rules 9: a change that costs too little takes place at once, is previewed
// as that, and is on the next renewal's invoice; its credit is used there.
func TestAChangeThatCostsTooLittleIsCarried(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	sub := s.on("pdt_basic")
	order := s.order(sub.ID, s.pricier(60), proration.Prorated)
	preview, err := s.plans.PreviewPlan(t.Context(), order)
	if err != nil || !preview.Carried || preview.Due().Minor != 30 {
		t.Fatalf("previewed %v, carried %t, %v", preview.Due(), preview.Carried, err)
	}
	got := s.change(order)
	sub = got.Row.Object
	if got.Payment.ID != "" || sub.Product != "pdt_pricier" || sub.Status != billing.StatusActive || sub.Change != nil || len(sub.Open) != 0 {
		t.Fatalf("it is %s on %s, waits for %+v, paid by %+v", sub.Status, sub.Product, sub.Change, got.Payment)
	}
	if sub.Carried.Due.Minor != 30 || sub.Balance().Minor != 1500 {
		t.Errorf("it carries %v with a credit of %v", sub.Carried.Due, sub.Balance())
	}
	next, err := s.plans.Upcoming(t.Context(), s.Scope, sub.ID, 2)
	if err != nil || len(next) != 2 || next[0].Due().Minor != 3060+30 || next[1].Due().Minor != 3060 {
		t.Errorf("upcoming are %+v, %v", next, err)
	}
	before := s.taken()
	s.AdvanceTo(sub.Period.End)
	if paid := s.taken() - before; paid != 3060+30 || len(s.Sub(sub.ID).Carried.Lines) != 0 {
		t.Errorf("the renewal took %d", paid)
	}
	s.Reconcile()
}

// Changes while something is carried lose nothing: back and forth costs what
// the time on each plan costs, whatever is carried meanwhile.
func TestChangesWhileSomethingIsCarried(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	sub := s.on("pdt_basic")
	pricier := s.pricier(60)
	s.change(s.order(sub.ID, pricier, proration.Prorated)) // 15.30 for the half, 15.00 back
	s.change(s.order(sub.ID, "pdt_pro", proration.Prorated))
	if got := s.taken(); got != 3000+4000-1500-1530 {
		t.Errorf("taken %d for half a month of 30.00 and half of 80.00, with 15.30 still carried", got)
	}
	sub = s.Sub(sub.ID)
	s.AdvanceTo(sub.Period.End)
	if got := s.taken(); got != 3000-1500+4000+8000 {
		t.Errorf("taken %d once the next month is paid", got)
	}
	s.Reconcile()
}

// A link is for what can be paid: a change of too little needs none, and a
// manual subscription changes at once, too.
func TestNobodyIsAskedForTooLittle(t *testing.T) {
	t.Parallel()
	for _, manual := range []bool{false, true} {
		s := newShop(t)
		pricier := s.pricier(60)
		if manual {
			p := lifecycletest.Get[billing.Product](s.World, "pdt_basic")
			p.Collect = billing.CollectManual
			s.Put(p)
		}
		order := s.order(s.on("pdt_basic").ID, pricier, proration.Prorated)
		order.Prevent, order.ByLink = true, true
		got := s.change(order)
		sub := got.Row.Object
		if got.Page.Checkout.ID != "" || sub.Product != pricier || sub.Carried.Due.Minor != 30 || sub.Manual.On != manual {
			t.Errorf("manual %t: on %s, carries %v, asked on %q", manual, sub.Product, sub.Carried.Due, got.Page.Checkout.ID)
		}
		s.Reconcile()
	}
}
