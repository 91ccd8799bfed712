package subscriptions_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"perennial/shared/billing"
	"perennial/shared/gateway/gatewaytest"
	"perennial/shared/lifecycle"
	"perennial/shared/lifecycle/lifecycletest"
	"perennial/shared/money"
	"perennial/shared/proration"
	"perennial/shared/record"
)

// pricier sells a plan that costs a few cents more than the basic one.
func (s shop) pricier(cents int64) string { return s.priced(3000 + cents) }

// priced sells a plan at a price.
func (s shop) priced(minor int64) string {
	s.T.Helper()
	p := lifecycletest.Get[billing.Product](s.World, "pdt_basic")
	p.ID, p.Version, p.Price.Amount = fmt.Sprintf("pdt_%d", minor), 0, money.Of(minor, "USD")
	p.Name = p.ID
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
	if got.Payment.ID != "" || sub.Product != "pdt_3060" || sub.Status != billing.StatusActive || sub.Change != nil || len(sub.Open) != 0 {
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

// Changes while something is carried lose nothing: the next change's invoice
// bills it, so that all costs what the time on each plan costs.
func TestChangesWhileSomethingIsCarried(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	sub := s.on("pdt_basic")
	pricier := s.pricier(60)
	s.change(s.order(sub.ID, pricier, proration.Prorated)) // 15.30 for the half, 15.00 back
	s.change(s.order(sub.ID, "pdt_pro", proration.Prorated))
	if got := s.taken(); got != 1500+4000 {
		t.Errorf("taken %d for half a month of 30.00 and half of 80.00", got)
	}
	if sub = s.Sub(sub.ID); len(sub.Carried.Lines) != 0 || !sub.Balance().Nothing() {
		t.Errorf("it carries %+v with a credit of %v", sub.Carried, sub.Balance())
	}
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

// climb changes to plans that cost ever more, alternately a little and half of
// it again.
func (s shop) climb(id string) billing.Subscription {
	s.T.Helper()
	for _, price := range []int64{3060, 6060, 6120, 12180, 12240, 24420} {
		s.change(s.order(id, s.priced(price), proration.Prorated))
		if due := s.Sub(id).Carried.Due.Minor; due >= 50 {
			s.T.Errorf("on a plan of %d, %d is carried", price, due)
		}
	}
	return s.Sub(id)
}

// Rules 9, 25: nobody climbs to a dear plan by steps of which every other one
// is too small to be charged.
func TestSmallStepsBetweenLargeOnesArePaid(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	sub := s.climb(s.on("pdt_basic").ID)
	if got := s.taken() + sub.Carried.Due.Minor; got != 1500+24420/2 || !sub.Spendable().Nothing() {
		t.Errorf("taken or carried %d, credit %v", got, sub.Spendable())
	}
	s.AdvanceTo(sub.Period.End)
	if got := s.taken(); got != 1500+24420/2+24420 {
		t.Errorf("taken %d with the renewal", got)
	}
	s.Reconcile()
}

// Steps that are each too small are paid as soon as they are enough together.
func TestSmallStepsAddUp(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	sub := s.on("pdt_basic")
	for price := int64(3090); price <= 3900; price += 90 { // 0.45 each
		s.change(s.order(sub.ID, s.priced(price), proration.Prorated))
		if due := s.Sub(sub.ID).Carried.Due.Minor; due >= 50 || s.taken()+due != 1500+price/2 {
			t.Errorf("on a plan of %d, taken %d, carried %d", price, s.taken(), due)
		}
	}
	s.Reconcile()
}

// The end writes off less than the smallest charge: what is carried, less the
// credit that waits for it, which nobody owes any more. So it is at the end of
// the term, and where the renewal that was to bill it is not paid.
func TestAnEndWritesOffLittle(t *testing.T) {
	t.Parallel()
	for _, how := range []string{"cancelled", "cancelled while a change waits", "cancelled on hold", "expired"} {
		s := newShop(t)
		id := s.on("pdt_basic").ID
		s.change(s.order(id, s.pricier(60), proration.Prorated))
		sub := s.Sub(id)
		switch how {
		case "cancelled while a change waits":
			order := s.order(id, "pdt_pro", proration.Prorated)
			order.Prevent, order.ByLink = true, true
			s.change(order)
		case "cancelled on hold":
			s.Gateway.Program(sub.Method.Reference, gatewaytest.Decline("insufficient_funds"))
			s.AdvanceTo(sub.Period.End)
		case "expired":
			sub.EndsAt = sub.Period.End
			s.Put(sub)
			s.AdvanceTo(sub.Period.End)
		}
		if how != "expired" {
			if _, err := s.Life.Cancel(t.Context(), lifecycle.Cancel{Scope: s.Scope, Actor: record.System, Subscription: id, Mode: lifecycle.CancelNow}); err != nil {
				t.Fatalf("%s: %v", how, err)
			}
		}
		sub = s.Sub(id)
		if !sub.Status.Ended() || len(sub.Carried.Lines) != 0 || !sub.Balance().Nothing() || s.taken() != 3000 {
			t.Errorf("%s: %s, carries %+v, credit %v, taken %d", how, sub.Status, sub.Carried, sub.Balance(), s.taken())
		}
		if got := s.owed(); got != 0 {
			t.Errorf("%s: the journal owes %d", how, got)
		}
		if entry := lifecycletest.Get[billing.Entry](s.World, id); entry.Balanced() != nil || entry.At == 0 {
			t.Errorf("%s: %+v", how, entry)
		}
		s.Reconcile()
	}
}

// A refund leaves the credit that is promised to what is carried, as it leaves
// what was used: the next invoice bills the difference.
func TestARefundLeavesWhatIsPromised(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	sub := s.on("pdt_basic")
	s.change(s.order(sub.ID, s.pricier(60), proration.Prorated))
	s.refund(sub.FirstPayment)
	if got := s.Sub(sub.ID); got.Carried.Due.Minor != 30 || got.Balance().Minor != 1500 {
		t.Fatalf("it carries %v with a credit of %v", got.Carried.Due, got.Balance())
	}
	s.AdvanceTo(sub.Period.End)
	if got := s.taken(); got != 3060+30 {
		t.Errorf("taken %d after the refund", got)
	}
	s.Reconcile()
}

// A change that nobody pays leaves what is carried where it was.
func TestADiscardedChangeCarriesAgain(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	sub := s.on("pdt_basic")
	s.change(s.order(sub.ID, s.pricier(60), proration.Prorated))
	before := s.Sub(sub.ID)
	order := s.order(sub.ID, "pdt_pro", proration.Prorated)
	order.Prevent, order.ByLink = true, true
	s.change(order)
	if waits := s.Sub(sub.ID); waits.Change == nil || len(waits.Carried.Lines) != 0 {
		t.Fatalf("waiting for %+v it carries %+v", waits.Change, waits.Carried)
	}
	next, err := s.plans.Upcoming(t.Context(), s.Scope, sub.ID, 1)
	if err != nil || next[0].Due().Minor != 3060+30 {
		t.Errorf("upcoming %+v, %v", next, err)
	}
	s.AdvanceTo(s.Now().Add(billing.PendingChangeLife))
	after := s.Sub(sub.ID)
	if diff := cmp.Diff(before.Carried, after.Carried); diff != "" || after.Balance() != before.Balance() || after.Change != nil {
		t.Errorf("waiting for %+v, credit %v, carried %s", after.Change, after.Balance(), diff)
	}
}
