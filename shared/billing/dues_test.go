package billing_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"perennial/shared/billing"
	"perennial/shared/calendar"
	"perennial/shared/money"
)

var start = calendar.At(time.Date(2027, 1, 31, 9, 30, 0, 0, time.UTC))

const day = 24 * time.Hour

// held is a subscription whose renewal of the given interval is unpaid.
func held(every calendar.Interval, status billing.Status) (billing.Subscription, billing.Invoice) {
	end := calendar.Boundary(start, every, 1, time.UTC)
	s := billing.Subscription{
		ID: "sub_1", Customer: "cus_1", Status: status, Quantity: 1, Zone: "UTC",
		Price:  billing.Price{Amount: money.Of(2000, "USD"), Every: every, Term: calendar.Interval{Count: 10, Unit: calendar.Year}},
		Anchor: start, Period: calendar.Period{Start: start, End: end},
	}
	v := billing.Invoice{
		ID: "inv_1", Subscription: s.ID, Cause: billing.CauseRenewal, Status: billing.InvoiceOpen, DueAt: end,
		Total: money.Of(2000, "USD"), Period: calendar.Period{Start: end, End: calendar.Boundary(start, every, 2, time.UTC)},
	}
	s.Open = []string{v.ID}
	return s, v
}

func TestRule5WherePaidDuesLeaveTheBillingDates(t *testing.T) {
	t.Parallel()
	month, year := calendar.Interval{Count: 1, Unit: calendar.Month}, calendar.Interval{Count: 1, Unit: calendar.Year}
	daily := calendar.Interval{Count: 1, Unit: calendar.Day}
	for _, c := range []struct {
		name    string
		every   calendar.Interval
		status  billing.Status
		late    time.Duration
		restart bool
	}{
		{"month, on hold, day 1", month, billing.StatusOnHold, day, false},
		{"month, on hold, just inside a week", month, billing.StatusOnHold, 7*day - time.Second, false},
		{"month, on hold, a week", month, billing.StatusOnHold, 7 * day, true},
		{"month, on hold, middle", month, billing.StatusOnHold, 15 * day, true},
		{"month, on hold, after 1 period", month, billing.StatusOnHold, 32 * day, true},
		{"month, on hold, after 14 periods", month, billing.StatusOnHold, 430 * day, true},
		{"month, past due, middle: access was kept", month, billing.StatusPastDue, 15 * day, false},
		{"year, on hold, day 1", year, billing.StatusOnHold, day, false},
		{"year, on hold, middle", year, billing.StatusOnHold, 180 * day, true},
		{"year, on hold, after 1 period", year, billing.StatusOnHold, 366 * day, true},
		{"year, on hold, after 14 periods", year, billing.StatusOnHold, 14 * 366 * day, true},
		{"day, on hold, after its own period", daily, billing.StatusOnHold, 2 * day, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s, v := held(c.every, c.status)
			at := v.DueAt.Add(c.late)
			d, err := s.DuesAt([]billing.Invoice{v}, at, 7*day, time.UTC)
			if err != nil {
				t.Fatal(err)
			}
			next := v.Period.End
			if c.restart {
				next, _ = calendar.Next(at, c.every, at, time.UTC)
			}
			if d.Restart != c.restart || d.Next != next || d.Total != v.Total {
				t.Errorf("restart %v next %s total %v, want %v %s %v", d.Restart, d.Next, d.Total, c.restart, next, v.Total)
			}
		})
	}
}

// settled pays the dues of a held subscription at an instant.
func settled(t *rapid.T, s billing.Subscription, v billing.Invoice, at calendar.Instant) billing.Change {
	dues, err := s.DuesAt([]billing.Invoice{v}, at, 7*day, time.UTC)
	if err != nil {
		t.Fatal(err)
	}
	locked, invoices, err := s.Begin(billing.Attempt{
		Payment: "pay_1", Method: billing.Method{ID: "pm_1"}, By: billing.ByCustomer, Keep: true, At: at, Wall: at.Time(),
	}, dues)
	if err != nil {
		t.Fatal(err)
	}
	hold := billing.Hold{Subscription: s.ID, Epoch: 1}
	c := billing.Case{
		Subscription: locked, Customer: billing.Customer{ID: "cus_1", InvoicePrefix: "C"},
		Invoices: invoices, Hold: &hold, At: at, Zone: time.UTC, Fresh: []string{"inv_2"},
	}
	change, err := c.Paid("ch_1")
	if err != nil {
		t.Fatal(err)
	}
	return change
}

func TestPaidDuesBalanceAndPayForTimeToCome(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		every := calendar.Interval{
			Count: rapid.IntRange(1, 12).Draw(r, "count"),
			Unit:  rapid.SampledFrom([]calendar.Unit{calendar.Day, calendar.Week, calendar.Month, calendar.Year}).Draw(r, "unit"),
		}
		s, v := held(every, billing.StatusOnHold)
		late := rapid.Int64Range(0, int64(900*day)).Draw(r, "late")
		at := v.DueAt.Add(time.Duration(late))
		ch := settled(r, s, v, at)
		got := ch.Subscription
		if got.Status != billing.StatusActive || got.Lock.Set() || len(got.Open) != 0 {
			r.Fatalf("paid dues leave %+v", got)
		}
		if got.Period.End <= at || !got.Period.Contains(at) {
			r.Fatalf("paid at %s for %v", at, got.Period)
		}
		var paid int64
		for _, inv := range ch.Invoices {
			if inv.Status == billing.InvoicePaid {
				paid += inv.Total.Minor
			}
		}
		if paid != ch.Payment.Amount.Minor || ch.Entry.Balanced() != nil {
			r.Fatalf("invoices %d, payment %d, entry %+v", paid, ch.Payment.Amount.Minor, ch.Entry)
		}
	})
}

func TestABalancedEntryAddsUpToZeroInOneCurrency(t *testing.T) {
	t.Parallel()
	for name, postings := range map[string][]billing.Posting{
		"off by one":     {{Account: "a", Amount: money.Of(5, "USD")}, {Account: "b", Amount: money.Of(-4, "USD")}},
		"two currencies": {{Account: "a", Amount: money.Of(5, "USD")}, {Account: "b", Amount: money.Of(-5, "EUR")}},
	} {
		if (billing.Entry{Postings: postings}).Balanced() == nil {
			t.Errorf("%s: taken for balanced", name)
		}
	}
}
