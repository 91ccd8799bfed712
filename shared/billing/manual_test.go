package billing_test

import (
	"testing"
	"time"

	"perennial/shared/billing"
	"perennial/shared/calendar"
	"perennial/shared/money"
)

var weekly = calendar.Interval{Count: 1, Unit: calendar.Week}

// stuck blocks a weekly subscription from a date until it is paused or the
// time is over.
func stuck(t *testing.T, s billing.Subscription, from, until calendar.Instant) (billing.Subscription, calendar.Instant) {
	t.Helper()
	for at := from; s.Status == billing.StatusActive && at < until; at = s.Due() {
		ch, err := s.Block("no rate", 30*day, at)
		if err != nil {
			t.Fatal(err)
		}
		if s = ch.Subscription; s.Status == billing.StatusPaused {
			return s, at
		}
	}
	return s, until
}

// renewals charges what is due one period after the other.
func renewals(t *testing.T, s billing.Subscription, at calendar.Instant) (n int, last calendar.Period) {
	t.Helper()
	for ; s.Next(at) == billing.StepRenew && n < 10; n++ {
		_, v, err := s.Renewal(billing.Terms{Invoice: "inv_2"}, at, time.UTC)
		if err != nil {
			t.Fatal(err)
		}
		s.Period, s.Blocked, last = v.Period, billing.Blocked{}, v.Period
	}
	return n, last
}

// Rules 9, 11: periods that could not be billed are never charged in a row.
func TestABlockedRenewalIsChargedOnceWhenItIsMended(t *testing.T) {
	t.Parallel()
	s, _ := held(weekly, billing.StatusActive)
	s.Open = nil
	mended, at := stuck(t, s, s.Period.End, s.Period.End.Add(17*day))
	mended.Blocked.Next = 0
	if n, p := renewals(t, mended, at); n != 1 || !p.Contains(at) || p.Start != s.Period.End.Add(14*day) {
		t.Errorf("mended, %d renewals at %s, the last %v", n, at, p)
	}
	paused, at := stuck(t, s, s.Period.End, s.Period.End.Add(60*day))
	if paused.Status != billing.StatusPaused {
		t.Fatalf("it is %s", paused.Status)
	}
	for _, later := range []time.Duration{0, 3 * day} {
		ch, err := paused.Resume(at.Add(later))
		if err != nil {
			t.Fatal(err)
		}
		n, p := renewals(t, ch.Subscription, at.Add(later))
		if n != 1 || p.Start != at.Add(later) || p.End != p.Start.Add(7*day) {
			t.Errorf("resumed after %s, %d renewals, the last %v", later, n, p)
		}
	}
}

// unpaid is a monthly subscription that its customer pays, some days before
// its date, with a numbered invoice open for the next period.
func unpaid() (billing.Subscription, billing.Invoice) {
	s, v := held(monthly, billing.StatusActive)
	s.Manual = billing.Manual{On: true, Ends: v.DueAt.Add(7 * day)}
	v.Number = "C-2"
	return s, v
}

// A manual renewal is tried before its date: what was paid for is not taken.
func TestABlockedManualRenewalKeepsThePaidPeriod(t *testing.T) {
	t.Parallel()
	s, _ := unpaid()
	s.Open, s.Manual.Ends = nil, 0
	first := s.Due()
	ch, err := s.Block("no rate", 3*day, first)
	if err == nil {
		ch, err = ch.Subscription.Block("no rate", 3*day, s.Period.End.Add(-time.Hour))
	}
	if err != nil || ch.Subscription.Status != billing.StatusActive {
		t.Errorf("before its date it is %s, %v", ch.Subscription.Status, err)
	}
	ch, err = ch.Subscription.Block("no rate", 3*day, s.Period.End.Add(3*day))
	if err != nil || ch.Subscription.Status != billing.StatusPaused {
		t.Errorf("after the window it is %s, %v", ch.Subscription.Status, err)
	}
}

// Rules 10, 17: an invoice that stayed open because a payment was locked is
// given up on the date, and its credit comes back.
func TestACancellationOnItsDateGivesUpWhatIsOpen(t *testing.T) {
	t.Parallel()
	s, v := unpaid()
	v.Credit = money.Of(500, "USD")
	s.Spent = []billing.Credit{{ID: "chg_1", Left: v.Credit}}
	s.Cancel.AtPeriodEnd = true
	ch, err := s.CancelDue([]billing.Invoice{v}, nil, s.Period.End)
	if err != nil || len(ch.Invoices) != 1 || ch.Invoices[0].Status != billing.InvoiceUncollectible {
		t.Fatalf("%+v, %v", ch.Invoices, err)
	}
	if left := ch.Subscription.Balance(); left != v.Credit {
		t.Errorf("of the credit %v is left", left)
	}
}

// Rules 11: a dispute that is won gives the days of grace again.
func TestAWonDisputeLeavesTimeToPay(t *testing.T) {
	t.Parallel()
	for _, status := range []billing.Status{billing.StatusActive, billing.StatusPastDue} {
		s, _ := unpaid()
		s.Status = status
		won := s.Period.End.Add(40 * day)
		s.Manual.DueAt = s.Period.End.Add(7 * day)
		if s = s.Withhold("dsp_1"); !s.Due().IsZero() {
			t.Errorf("%s: withheld, there is work on %s", status, s.Due())
		}
		s = s.Release("dsp_1", won, time.UTC)
		if s.Status == billing.StatusActive {
			ch, err := s.Overdue(won)
			if err != nil {
				t.Fatal(err)
			}
			s = ch.Subscription
		}
		if step := s.Next(won.Add(7*day - time.Hour)); step != billing.StepNone {
			t.Errorf("%s: %s in the days of grace", status, step)
		}
		if step := s.Next(won.Add(7 * day)); step != billing.StepLapse {
			t.Errorf("%s: %q after them", status, step)
		}
	}
}

// Giving up an invoice leaves what a waiting change of plan uses.
func TestAWithdrawnInvoiceLeavesTheCreditOfAWaitingChange(t *testing.T) {
	t.Parallel()
	s, _ := unpaid()
	used := money.Of(300, "USD")
	s.Open, s.Spent = nil, []billing.Credit{{ID: "chg_0", Gross: money.Of(900, "USD"), Tax: money.Of(90, "USD"), Left: used}}
	s.Change = &billing.PlanChange{ID: "chg_1", Plan: s.Plan(), Invoice: "inv_3", Used: used}
	ch, err := s.CancelAtEnd(nil, nil, start, billing.Cancellation{})
	if err != nil {
		t.Fatal(err)
	}
	back, err := ch.Subscription.Discard(nil, start)
	if err != nil || len(back.Subscription.Credits) != 1 || back.Subscription.Credits[0].ID != "chg_0" {
		t.Errorf("the credit is %+v, %v", back.Subscription.Credits, err)
	}
}
