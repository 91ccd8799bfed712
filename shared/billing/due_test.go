package billing_test

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"perennial/shared/billing"
	"perennial/shared/calendar"
	"perennial/shared/money"
)

func TestDueIsTheFirstInstantAtWhichThereIsWork(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		at := func(name string) calendar.Instant {
			return rapid.SampledFrom([]calendar.Instant{0, 10, 20, 30}).Draw(r, name)
		}
		s := billing.Subscription{
			Status: rapid.SampledFrom([]billing.Status{billing.StatusActive, billing.StatusPastDue, billing.StatusOnHold, billing.StatusPaused, billing.StatusCancelled}).Draw(r, "status"),
			EndsAt: at("ends"), Period: calendar.Period{Start: 1, End: 15}, CreatedAt: 1,
		}
		s.Cancel.AtPeriodEnd = rapid.Bool().Draw(r, "cancel at end")
		if s.Status != billing.StatusActive || rapid.Bool().Draw(r, "failing") {
			s.Failure = billing.Failure{At: 5, NextRetry: at("retry")}
			if s.Status != billing.StatusOnHold {
				s.Failure.HoldAt = at("hold")
			}
		}
		first := calendar.Instant(0)
		for i := calendar.Instant(1); i < 40 && first == 0; i++ {
			if s.Next(i) != billing.StepNone {
				first = i
			}
		}
		if s.Due() != first {
			r.Fatalf("due %d, there is work from %d", s.Due(), first)
		}
	})
}

func TestSettlingDoesNotTouchTheAttempt(t *testing.T) {
	t.Parallel()
	s, v := held(monthly, billing.StatusOnHold)
	second := v
	second.ID, second.Period.Start, second.Period.End = "inv_b", v.Period.End, v.Period.End.Add(30*day)
	s.Open = append(s.Open, second.ID)
	late := v.DueAt.Add(8 * day)
	dues, err := s.DuesAt([]billing.Invoice{v, second}, late, 7*day, time.UTC)
	if err != nil {
		t.Fatal(err)
	}
	locked, invoices, err := s.Begin(billing.Attempt{Payment: "pay_1", Method: billing.Method{ID: "pm_1"}, At: late}, dues)
	if err != nil {
		t.Fatal(err)
	}
	before := slices.Clone(locked.Lock.Invoices)
	c := billing.Case{Subscription: locked, Invoices: invoices, At: late, Zone: time.UTC, Fresh: []string{"inv_x", "inv_y"}}
	ch, err := c.Paid("ch_1")
	if err != nil || !slices.Equal(before, locked.Lock.Invoices) || invoices[0].ID != v.ID {
		t.Errorf("the attempt is now for %v: %v", locked.Lock.Invoices, err)
	}
	if !slices.Equal(ch.Payment.Invoices, []string{"inv_x", "inv_y"}) || ch.Payment.Amount != money.Of(4000, "USD") {
		t.Errorf("two overdue invoices became %v over %v", ch.Payment.Invoices, ch.Payment.Amount)
	}
}
