package lifecycle_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"perennial/shared/billing"
	"perennial/shared/calendar"
	"perennial/shared/lifecycle"
	"perennial/shared/lifecycle/lifecycletest"
	"perennial/shared/merchant"
	"perennial/shared/record"
)

// said is a reminder and the days that it came before the charge.
type said struct {
	What string
	Days float64
}

// reminders are those that were given so far.
func reminders(w *lifecycletest.World) []said {
	var all []said
	for _, o := range w.Store.Outboxes() {
		for _, e := range o.Events {
			if e.Type == billing.EventReminder {
				s, _ := record.Find(o, func(s billing.Subscription) bool { return s.ID == e.Object })
				all = append(all, said{e.Reason, s.Period.End.Sub(o.At).Hours() / 24})
			}
		}
	}
	return all
}

func everyYear(p *billing.Product) { p.Price.Every = calendar.Interval{Count: 1, Unit: calendar.Year} }

// sell changes what the product is before it is sold.
func sell(w *lifecycletest.World, change func(*billing.Product)) {
	w.Product.Version = 1
	change(&w.Product)
	w.Put(w.Product)
}

func setLeads(w *lifecycletest.World, l merchant.Leads) {
	state := w.State()
	state.Settings.Reminders = l
	w.Put(state)
}

// R306, R308: customers hear of payments to come in time, once for each.
func TestARenewalIsAnnouncedOnceBeforeIt(t *testing.T) {
	t.Parallel()
	w := lifecycletest.New(t)
	s := w.Active("visa_ok")
	w.AdvanceTo(s.Period.End.Add(40 * 24 * time.Hour))
	want := []said{{"upcoming_renewal", 3}, {"upcoming_renewal", 3}}
	if diff := cmp.Diff(want, reminders(w)); diff != "" {
		t.Error(diff)
	}
	w.Reconcile()
}

// Rules 13: the law wants notice before long renewals and trial conversions,
// whatever the merchant has chosen for the others.
func TestTheNoticesOfTheLawCannotBeSwitchedOff(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		sell  func(*billing.Product)
		leads merchant.Leads
		want  []said
	}{
		"a year":                  {everyYear, merchant.Leads{Renewal: merchant.Never}, []said{{"upcoming_renewal", 14}}},
		"a year, told earlier":    {everyYear, merchant.Leads{Long: 30}, []said{{"upcoming_renewal", 30}}},
		"a month, switched off":   {func(*billing.Product) {}, merchant.Leads{Renewal: merchant.Never}, nil},
		"a trial of 14 days":      {func(p *billing.Product) { p.Price.TrialDays = 14 }, merchant.Leads{Renewal: merchant.Never}, []said{{"trial_ending", 7}}},
		"a trial of 3 days":       {func(p *billing.Product) { p.Price.TrialDays = 3 }, merchant.Leads{}, []said{{"trial_ending", 3}}},
		"a week is not announced": {func(p *billing.Product) { p.Price.Every = calendar.Interval{Count: 1, Unit: calendar.Week} }, merchant.Leads{}, nil},
	} {
		w := lifecycletest.New(t)
		sell(w, c.sell)
		setLeads(w, c.leads)
		s := w.Active("visa_ok")
		w.AdvanceTo(s.Period.End.Add(time.Hour))
		if diff := cmp.Diff(c.want, reminders(w)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestNothingIsAnnouncedThatWillNotCome(t *testing.T) {
	t.Parallel()
	w := lifecycletest.New(t)
	s := w.Active("visa_ok")
	cancel(w, s.ID, lifecycle.CancelAtEnd)
	w.AdvanceTo(s.Period.End.Add(time.Hour))
	if got := reminders(w); got != nil {
		t.Errorf("announced %v", got)
	}
}

func TestACardThatExpiresBeforeTheChargeIsAnnounced(t *testing.T) {
	t.Parallel()
	w := lifecycletest.New(t)
	s := w.Active("visa_ok")
	end := s.Period.End.Time()
	s.Method.ExpMonth, s.Method.ExpYear = int(end.AddDate(0, -1, 0).Month()), end.Year()
	w.Put(s)
	w.AdvanceTo(s.Period.End.Add(-time.Hour))
	want := []said{{"card_expiring", 14}, {"upcoming_renewal", 3}}
	if diff := cmp.Diff(want, reminders(w)); diff != "" {
		t.Error(diff)
	}
}

func TestAPriceThatRisesIsAnnounced(t *testing.T) {
	t.Parallel()
	w := lifecycletest.New(t)
	setLeads(w, merchant.Leads{Renewal: merchant.Never})
	s := w.Active("visa_ok")
	paid := lifecycletest.Get[billing.Payment](w, s.Receipts[0])
	paid.Amount.Minor -= 500
	s.Discounts = []billing.Applied{{Discount: billing.Discount{ID: "dsc_1", Cycles: 1}}}
	w.Put(s, paid)
	w.AdvanceTo(s.Period.End.Add(-time.Hour))
	if diff := cmp.Diff([]said{{"price_rise", 7}}, reminders(w)); diff != "" {
		t.Error(diff)
	}
}

func TestALeadThatWasShortenedIsObeyedAtOnce(t *testing.T) {
	t.Parallel()
	w := lifecycletest.New(t)
	setLeads(w, merchant.Leads{Renewal: 10})
	s := w.Active("visa_ok")
	setLeads(w, merchant.Leads{Renewal: 2})
	w.AdvanceTo(s.Period.End.Add(-time.Hour))
	if diff := cmp.Diff([]said{{"upcoming_renewal", 2}}, reminders(w)); diff != "" {
		t.Error(diff)
	}
}
