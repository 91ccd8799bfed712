package subscriptions_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"perennial/shared/billing"
	"perennial/shared/calendar"
	"perennial/shared/gateway/gatewaytest"
	"perennial/shared/lifecycle"
	"perennial/shared/lifecycle/lifecycletest"
	"perennial/shared/money"
	"perennial/shared/proration"
	"perennial/shared/record"
	"perennial/shared/subscriptions"
)

const day = 24 * time.Hour

// shop is a world with three plans and the use case under test.
type shop struct {
	*lifecycletest.World
	plans *subscriptions.Service
}

func newShop(t *testing.T) shop {
	t.Helper()
	w := lifecycletest.New(t)
	for id, price := range map[string]int64{"pdt_basic": 3000, "pdt_pro": 8000, "pdt_starter": 2000} {
		p := w.Product
		p.ID, p.Name, p.Version, p.Price.Amount = id, id, 0, money.Of(price, "USD")
		p.Price.Every = calendar.Interval{Count: 30, Unit: calendar.Day}
		w.Put(p)
	}
	w.Put(billing.Addon{ID: "adn_seat", Name: "Seat", TaxCategory: "saas", Price: money.Of(1000, "USD"), CreatedAt: w.Now()})
	return shop{w, &subscriptions.Service{
		Store: w.Store, Payer: w.Recovery, Charger: w.Charging, Wall: w.Clock.Now,
	}}
}

// on makes an active subscription of a plan, halfway through its period.
func (s shop) on(plan string) billing.Subscription {
	s.T.Helper()
	s.Product.ID = plan
	sub := s.Active("visa_ok")
	s.AdvanceTo(sub.Period.Start.Add(15 * day))
	return s.Sub(sub.ID)
}

func (s shop) order(id, plan string, mode proration.Mode) subscriptions.PlanChange {
	return subscriptions.PlanChange{
		Scope: s.Scope, Actor: record.System, Subscription: id, Product: plan, Quantity: 1, Mode: mode, By: billing.ByMerchant,
	}
}

func (s shop) change(c subscriptions.PlanChange) subscriptions.PlanResult {
	s.T.Helper()
	got, err := s.plans.ChangePlan(s.T.Context(), c)
	if err != nil {
		s.T.Fatal(err)
	}
	return got
}

// taken is what the gateway took in all, refunds subtracted.
func (s shop) taken() int64 {
	var net int64
	for _, line := range s.Gateway.Ledger() {
		if line.Kind == gatewaytest.Refund {
			net -= line.Amount.Minor
		} else {
			net += line.Amount.Minor
		}
	}
	return net
}

// R106, R107, R302: what a change in the middle of the period costs, what it
// leaves as credit, and what the next renewals cost (dodo-api.md 6).
func TestAPlanChangeIsBilledAsPreviewed(t *testing.T) {
	t.Parallel()
	seats := []lifecycle.AddonWish{{Addon: "adn_seat", Quantity: 3}}
	for _, c := range []struct {
		name     string
		from, to string
		mode     proration.Mode
		addons   []lifecycle.AddonWish
		now      int64 // taken at once
		credit   int64
		renewals []int64
	}{
		{"Basic to Pro prorated", "pdt_basic", "pdt_pro", proration.Prorated, nil, 2500, 0, []int64{8000, 8000}},
		{"Pro to Starter prorated", "pdt_pro", "pdt_starter", proration.Prorated, nil, 0, 3000, []int64{0, 1000, 2000}},
		{"Basic to Pro by difference", "pdt_basic", "pdt_pro", proration.Difference, nil, 5000, 0, []int64{8000}},
		{"Basic to Pro full", "pdt_basic", "pdt_pro", proration.Full, nil, 8000, 0, []int64{8000}},
		{"Basic to Pro with three seats", "pdt_basic", "pdt_pro", proration.Prorated, seats, 4000, 0, []int64{11000}},
		{"Basic to Pro, nothing billed", "pdt_basic", "pdt_pro", proration.DoNotBill, nil, 0, 0, []int64{8000}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := newShop(t)
			sub := s.on(c.from)
			wish := s.order(sub.ID, c.to, c.mode)
			wish.Addons = c.addons
			preview, err := s.plans.PreviewPlan(t.Context(), wish)
			if err != nil || preview.Due().Minor != c.now {
				t.Fatalf("preview: %v, %v", preview.Due(), err)
			}
			before := s.taken()
			got := s.change(wish)
			if s.taken()-before != c.now {
				t.Errorf("charged %d, previewed %d", s.taken()-before, c.now)
			}
			if diff := cmp.Diff(preview.Row.Object.Plan(), got.Row.Object.Plan()); diff != "" {
				t.Errorf("preview (-) and change (+): %s", diff)
			}
			fresh := s.Sub(sub.ID)
			if fresh.Balance().Minor != c.credit || fresh.Change != nil || fresh.Status != billing.StatusActive || fresh.Lock.Set() {
				t.Errorf("after: %+v", fresh)
			}
			if moved := fresh.Period.End != sub.Period.End; moved != (c.mode == proration.Full) {
				t.Errorf("the cycle moved: %t", moved)
			}
			for i, want := range c.renewals {
				before = s.taken()
				s.AdvanceTo(s.Sub(sub.ID).Period.End)
				if s.taken()-before != want {
					t.Errorf("renewal %d took %d, want %d", i+1, s.taken()-before, want)
				}
			}
			s.Reconcile()
		})
	}
}

// Rules 3: a change that must not happen unpaid waits a day on the old plan.
func TestAPreventedChangeWaitsForItsPayment(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	sub := s.on("pdt_basic")
	s.Gateway.Program(sub.Method.Reference, gatewaytest.Decline("insufficient_funds"))
	wish := s.order(sub.ID, "pdt_pro", proration.Prorated)
	wish.Prevent = true
	s.change(wish)
	got := s.Sub(sub.ID)
	if got.Product != "pdt_basic" || got.Status != billing.StatusActive || got.Change == nil || len(got.Open) != 0 {
		t.Fatalf("after the decline: %+v", got)
	}
	if _, err := s.plans.ChangePlan(t.Context(), wish); !errors.Is(err, billing.ErrChangePending) {
		t.Errorf("a second change was taken: %v", err)
	}
	invoice := got.Change.Invoice
	s.Advance(day)
	if got = s.Sub(sub.ID); got.Change != nil || got.Product != "pdt_basic" {
		t.Errorf("a day later: %+v", got.Change)
	}
	if v := lifecycletest.Get[billing.Invoice](s.World, invoice); v.Status != billing.InvoiceVoid {
		t.Errorf("its invoice is %s", v.Status)
	}
	s.Reconcile()
}

// Rules 3: a change that is applied in any case is owed, and the way back to
// the paid plan is open.
func TestAnAppliedChangeThatFailsIsOwed(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	sub := s.on("pdt_basic")
	s.Gateway.Program(sub.Method.Reference, gatewaytest.Decline("insufficient_funds"), gatewaytest.Succeed())
	s.change(s.order(sub.ID, "pdt_pro", proration.Prorated))
	held := s.Sub(sub.ID)
	if held.Product != "pdt_pro" || held.Status != billing.StatusOnHold || len(held.Open) != 1 {
		t.Fatalf("after the decline: %+v", held)
	}
	t.Run("paying keeps the dates", func(t *testing.T) {
		s := newShop(t)
		sub := s.on("pdt_basic")
		s.Gateway.Program(sub.Method.Reference, gatewaytest.Decline("insufficient_funds"))
		s.change(s.order(sub.ID, "pdt_pro", proration.Prorated))
		if _, err := s.Pay(sub.ID, "visa_ok"); err != nil {
			t.Fatal(err)
		}
		got := s.Sub(sub.ID)
		if got.Status != billing.StatusActive || got.Period != sub.Period || got.Change != nil || s.taken() != 3000+2500 {
			t.Errorf("after paying: %+v, took %d", got, s.taken())
		}
		s.Reconcile()
	})
	back, err := s.plans.StepPlan(t.Context(), s.Scope, record.System, sub.ID, subscriptions.PlanReturn)
	if err != nil {
		t.Fatal(err)
	}
	got := back.Object
	if got.Product != "pdt_basic" || got.Status != billing.StatusActive || len(got.Open) != 0 || got.Period != sub.Period {
		t.Errorf("after the return: %+v", got)
	}
	s.Reconcile()
	s.AdvanceTo(got.Period.End)
	if s.taken() != 3000+3000 {
		t.Errorf("the old plan renewed: took %d", s.taken())
	}
	s.Reconcile()
}

// A hold of months because of a plan change ends with one charge for the
// change and one for a period from now: the time without access is not billed.
func TestTimeOnHoldIsNotBilled(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	sub := s.on("pdt_basic")
	s.Gateway.Program(sub.Method.Reference, gatewaytest.Decline("stolen_card"))
	s.change(s.order(sub.ID, "pdt_pro", proration.Prorated))
	s.Advance(100 * day)
	if _, err := s.Pay(sub.ID, "mastercard_ok"); err != nil { // the stolen card pays never again
		t.Fatal(err)
	}
	s.Advance(time.Minute)
	if got := s.Sub(sub.ID); s.taken() != 3000+2500+8000 || got.Status != billing.StatusActive || got.Period.Start < sub.Period.End.Add(80*day) {
		t.Errorf("took %d, period %v", s.taken(), got.Period)
	}
	s.Reconcile()
}

func TestAScheduledChangeTakesPlaceAtTheRenewal(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	sub := s.on("pdt_pro")
	wish := s.order(sub.ID, "pdt_basic", proration.Difference)
	wish.Later = true
	if _, err := s.plans.ChangePlan(t.Context(), wish); !errors.Is(err, billing.ErrLaterMode) {
		t.Errorf("a difference at the next date was taken: %v", err)
	}
	wish.Mode = proration.Full
	if preview, err := s.plans.PreviewPlan(t.Context(), wish); err != nil || preview.Invoice.Total.Minor != 3000 {
		t.Errorf("preview: %+v, %v", preview.Invoice, err)
	}
	s.change(wish)
	if got := s.Sub(sub.ID); got.Product != "pdt_pro" || got.Scheduled == nil || s.taken() != 8000 {
		t.Fatalf("scheduled: %+v", got)
	}
	if _, err := s.plans.ChangePlan(t.Context(), wish); !errors.Is(err, billing.ErrChangeScheduled) {
		t.Errorf("a second change was scheduled: %v", err)
	}
	if _, err := s.plans.StepPlan(t.Context(), s.Scope, record.System, sub.ID, subscriptions.PlanUnschedule); err != nil {
		t.Fatal(err)
	}
	if _, err := s.plans.StepPlan(t.Context(), s.Scope, record.System, sub.ID, subscriptions.PlanUnschedule); !errors.Is(err, billing.ErrNoScheduled) {
		t.Errorf("unscheduled twice: %v", err)
	}
	s.change(wish)
	s.AdvanceTo(sub.Period.End)
	if got := s.Sub(sub.ID); got.Product != "pdt_basic" || got.Scheduled != nil || s.taken() != 8000+3000 {
		t.Errorf("after the renewal: %+v, took %d", got, s.taken())
	}
	s.Reconcile()
}

// Rules 2: what was refunded is not given back once more.
func TestACreditLeavesOutRefunds(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	sub := s.on("pdt_pro")
	p := lifecycletest.Get[billing.Payment](s.World, sub.Receipts[0])
	p.Refunded = money.Of(4000, "USD")
	s.Put(p)
	preview, err := s.plans.PreviewPlan(t.Context(), s.order(sub.ID, "pdt_starter", proration.Prorated))
	if err != nil || preview.Quote.Credit.Gross.Minor != 2000 || preview.Row.Object.Balance().Minor != 1000 {
		t.Errorf("%+v, %v", preview.Quote.Credit, err)
	}
}

func TestPlanChangesThatAreRefused(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	sub := s.on("pdt_basic")
	yen := s.Product
	yen.ID, yen.Version, yen.Price.Amount = "pdt_yen", 0, money.Of(500, "JPY")
	s.Put(yen)
	other := s.order(sub.ID, "pdt_pro", proration.Prorated)
	other.Customers = []string{"cus_other"}
	seat := s.order(sub.ID, "pdt_pro", proration.Prorated)
	seat.Addons = []lifecycle.AddonWish{{Addon: "adn_seat", Quantity: 1}, {Addon: "adn_seat", Quantity: 2}}
	for name, c := range map[string]struct {
		wish subscriptions.PlanChange
		want error
	}{
		"another currency":     {s.order(sub.ID, "pdt_yen", proration.Prorated), billing.ErrPlanCurrency},
		"no such product":      {s.order(sub.ID, "pdt_none", proration.Prorated), lifecycle.ErrNoProduct},
		"somebody else's":      {other, record.ErrNotFound},
		"an addon twice":       {seat, billing.ErrDuplicateAddons},
		"no such subscription": {s.order("sub_none", "pdt_pro", proration.Prorated), record.ErrNotFound},
	} {
		if _, err := s.plans.ChangePlan(t.Context(), c.wish); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if s.taken() != 3000 {
		t.Errorf("took %d", s.taken())
	}
	s.Reconcile()
}
