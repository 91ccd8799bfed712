package billing_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"perennial/shared/billing"
	"perennial/shared/calendar"
	"perennial/shared/fault"
	"perennial/shared/money"
)

// running is a paid, active subscription of a monthly price for ten years.
func running() billing.Subscription {
	s, _ := held(monthly, billing.StatusActive)
	s.Open, s.CreatedAt = nil, start
	s.EndsAt = calendar.Boundary(start, s.Price.Term, 1, time.UTC)
	return s
}

func TestAMovedBillingDateIsTheNewAnchor(t *testing.T) {
	t.Parallel()
	s, to := running(), start.Add(45*day)
	ch, err := s.Edit(billing.Edit{NextBilling: to}, start.Add(day), time.UTC)
	if err != nil {
		t.Fatal(err)
	}
	got := ch.Subscription
	if got.Period != (calendar.Period{Start: start, End: to}) || got.Anchor != to || got.EndsAt != s.EndsAt {
		t.Errorf("moved to %+v, anchor %v", got.Period, got.Anchor)
	}
	if diff := cmp.Diff([]billing.Event{{Type: billing.EventSubscriptionUpdated, Object: "sub_1"}}, ch.Events); diff != "" {
		t.Error(diff)
	}
	_, next, err := got.Renewal(billing.Terms{Invoice: "inv_2", Customer: billing.Customer{ID: "cus_1"}}, to, time.UTC)
	if want := calendar.Boundary(to, monthly, 1, time.UTC); err != nil || next.Period != (calendar.Period{Start: to, End: want}) {
		t.Errorf("the renewal bills %v, %v", next.Period, err)
	}
}

func TestATrialEndsOnTheMovedDate(t *testing.T) {
	t.Parallel()
	s, to := running(), start.Add(45*day)
	s.TrialEnd = start.Add(14 * day)
	s.Period.End = s.TrialEnd
	during, err := s.Edit(billing.Edit{NextBilling: to}, start.Add(day), time.UTC)
	if err != nil || during.Subscription.TrialEnd != to {
		t.Errorf("a running trial ends %v, %v", during.Subscription.TrialEnd, err)
	}
	after, err := s.Edit(billing.Edit{NextBilling: to}, start.Add(20*day), time.UTC)
	if err != nil || after.Subscription.TrialEnd != s.TrialEnd {
		t.Errorf("a past trial ends %v, %v", after.Subscription.TrialEnd, err)
	}
}

func TestDatesDoNotMoveUnderAPaymentOrWithoutAccess(t *testing.T) {
	t.Parallel()
	date := billing.Edit{NextBilling: start.Add(45 * day)}
	term := billing.Edit{Term: calendar.Interval{Count: 12, Unit: calendar.Year}}
	for name, c := range map[string]struct {
		change func(*billing.Subscription)
		edit   billing.Edit
		want   error
	}{
		"date, a payment is made":       {func(s *billing.Subscription) { s.Lock.Payment = "pay_1" }, date, billing.ErrLocked},
		"term, a payment is made":       {func(s *billing.Subscription) { s.Lock.Payment = "pay_1" }, term, billing.ErrLocked},
		"date, a renewal is retried":    {func(s *billing.Subscription) { s.Open = []string{"inv_1"} }, date, billing.ErrLocked},
		"date, pending":                 {func(s *billing.Subscription) { s.Status = billing.StatusPending }, date, billing.ErrInactive},
		"date, past due":                {func(s *billing.Subscription) { s.Status = billing.StatusPastDue }, date, billing.ErrInactive},
		"date, on hold":                 {func(s *billing.Subscription) { s.Status = billing.StatusOnHold }, date, billing.ErrInactive},
		"date, cancelled":               {func(s *billing.Subscription) { s.Status = billing.StatusCancelled }, date, billing.ErrInactive},
		"term, cancelled":               {func(s *billing.Subscription) { s.Status = billing.StatusCancelled }, term, billing.ErrInactive},
		"term, on hold":                 {func(s *billing.Subscription) { s.Status = billing.StatusOnHold }, term, nil},
		"metadata, a payment is made":   {func(s *billing.Subscription) { s.Lock.Payment = "pay_1" }, billing.Edit{Metadata: map[string]any{}}, nil},
		"metadata, cancelled long ago":  {func(s *billing.Subscription) { s.Status = billing.StatusCancelled }, billing.Edit{Metadata: map[string]any{}}, nil},
		"a date that cancellation sees": {func(s *billing.Subscription) { s.Cancel.AtPeriodEnd = true }, date, nil},
	} {
		s := running()
		c.change(&s)
		if _, err := s.Edit(c.edit, start.Add(day), time.UTC); !errors.Is(err, c.want) || c.want == nil && err != nil {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
}

func TestEverythingWrongWithAnEditIsNamed(t *testing.T) {
	t.Parallel()
	business, none := strings.Repeat("ü", 251), ""
	_, err := running().Edit(billing.Edit{
		Billing: &billing.Address{}, TaxID: &none, BusinessName: &business,
		Term: calendar.Interval{Count: 3, Unit: calendar.Month}, NextBilling: start,
	}, start.Add(day), time.UTC)
	var fields []string
	for _, p := range fault.Of(err).Problems {
		fields = append(fields, p.Field)
	}
	want := []string{"billing.country", "customer_business_name", "customer_business_name", "subscription_period_count", "next_billing_date"}
	if diff := cmp.Diff(want, fields); diff != "" {
		t.Error(diff)
	}
}

func TestATaxIDTakesTheBusinessNameWithIt(t *testing.T) {
	t.Parallel()
	s := running()
	s.TaxID, s.BusinessName = "DE1", "Northwind GmbH"
	none, other := "", "  Southwind  "
	ch, err := s.Edit(billing.Edit{TaxID: &none}, start, time.UTC)
	if err != nil || ch.Subscription.TaxID != "" || ch.Subscription.BusinessName != "" {
		t.Errorf("left %q %q, %v", ch.Subscription.TaxID, ch.Subscription.BusinessName, err)
	}
	ch, err = s.Edit(billing.Edit{BusinessName: &other}, start, time.UTC)
	if err != nil || ch.Subscription.BusinessName != "Southwind" || ch.Subscription.TaxID != "DE1" {
		t.Errorf("renamed to %q, %v", ch.Subscription.BusinessName, err)
	}
}

func TestATermOnlyGrowsAndByWhatWasAsked(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := running()
		years := rapid.IntRange(1, 40).Draw(t, "years")
		s.Anchor = start.Add(time.Duration(rapid.IntRange(0, 400).Draw(t, "anchor moved by days")) * day)
		ch, err := s.Edit(billing.Edit{Term: calendar.Interval{Count: years}}, start, time.UTC)
		if years < s.Price.Term.Count {
			if err == nil {
				t.Fatalf("the term shrank to %d years", years)
			}
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		grown := ch.Subscription.EndsAt.Time().Sub(s.EndsAt.Time())
		asked := time.Duration(years-s.Price.Term.Count) * 365 * day
		if leap := grown - asked; leap < 0 || leap > 12*day {
			t.Fatalf("%d years moved the end by %v", years, grown)
		}
	})
}

func TestAPlannedPaymentIsForAllDues(t *testing.T) {
	t.Parallel()
	s, v := held(monthly, billing.StatusOnHold)
	v.Tax, v.Attempts = money.Of(300, "USD"), 2
	dues, err := s.DuesAt([]billing.Invoice{v}, v.DueAt, 7*day, time.UTC)
	if err != nil {
		t.Fatal(err)
	}
	got := s.Planned("pay_1", "cks_1", dues, v.DueAt)
	want := billing.Payment{
		ID: "pay_1", Customer: "cus_1", Subscription: "sub_1", Quantity: 1, Invoices: []string{"inv_1"}, Checkout: "cks_1",
		Status: billing.PaymentRequiresMethod, Amount: money.Of(2000, "USD"), Tax: money.Of(300, "USD"), Retry: 2,
		By: billing.ByCustomer, UpdatesMethod: true, Cause: billing.CauseRenewal, Refunded: money.Of(0, "USD"),
		CreatedAt: v.DueAt, UpdatedAt: v.DueAt,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
