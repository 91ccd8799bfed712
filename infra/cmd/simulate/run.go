package main

import (
	"fmt"
	"time"

	"perennial/shared/billing"
	"perennial/shared/calendar"
	"perennial/shared/dunning"
	"perennial/shared/merchant"
)

// policy is one of the ways to recover that are compared.
type policy struct {
	name string
	rule merchant.Recovery
}

// policies are the schedules, ours last. What Stripe's model chooses is not
// public: its default of eight tries in two weeks is spread evenly.
func policies() []policy {
	list := func(hours ...int) merchant.Recovery {
		r := merchant.DefaultRecovery()
		r.Timing, r.Retries = merchant.TimingList, nil
		for _, h := range hours {
			r.Retries = append(r.Retries, time.Duration(h)*time.Hour)
		}
		return r
	}
	short := merchant.DefaultRecovery()
	short.WindowDays = 14
	return []policy{
		{"+1 +3 +5 days", list(24, 72, 120)},
		{"8 in 2 weeks", list(42, 42, 42, 42, 42, 42, 42, 42)},
		{"Dodo preset", merchant.DodoRecovery()},
		{"Perennial, 14 days", short},
		{"Perennial", merchant.DefaultRecovery()},
	}
}

// story is what became of one failed renewal.
type story struct {
	recovered bool
	byRetry   bool // and not by the customer's own doing
	days      float64
	attempts  int // automatic retries made
}

// live follows one failed renewal through the rules until it is paid or
// nothing more happens.
func (b *bank) live(i int, c customer, p policy) story {
	at := c.failed
	s := subscription(i, b, c)
	m := billing.Method{Brand: []string{"visa", "mastercard", "amex"}[i%3]}
	var tally billing.Tally
	var out story
	updated := c.updated
	code := c.code
	for {
		now := calendar.At(at)
		tally = tally.Counted(m, now, at)
		f := dunning.Decide(p.rule, s, dunning.Failed{Decline: dunning.Classify(code, ""), At: now, Zone: b.zone, Tally: tally})
		s = follow(s, f, now)
		next := never
		if !f.NextRetry.IsZero() {
			next = f.NextRetry.Time()
		}
		if !updated.IsZero() && updated.Before(next) { // a new card is charged at once, whatever the policy
			next, updated = updated, time.Time{}
		}
		end := c.failed.Add(horizon)
		if !c.acts.After(next) {
			return b.paid(out, c, c.acts, end, false)
		}
		if next.After(end) {
			return out
		}
		before := at
		at = next
		out.attempts++
		if code = b.charge(c, out.attempts, at, before); code == "" {
			return b.paid(out, c, at, end, true)
		}
	}
}

func (b *bank) paid(out story, c customer, at, end time.Time, byRetry bool) story {
	if at.After(end) {
		return out
	}
	out.recovered, out.byRetry, out.days = true, byRetry, at.Sub(c.failed).Hours()/24
	return out
}

func subscription(i int, b *bank, c customer) billing.Subscription {
	now := calendar.At(c.failed)
	return billing.Subscription{
		ID: fmt.Sprintf("sub_%d", i), Status: billing.StatusActive,
		Period:  calendar.Period{Start: calendar.At(c.failed.AddDate(0, -1, 0)), End: now},
		Price:   billing.Price{Every: calendar.Interval{Count: 1, Unit: calendar.Month}},
		Billing: billing.Address{Country: b.Country},
	}
}

// follow carries out what the rules decided.
func follow(s billing.Subscription, f billing.FollowUp, now calendar.Instant) billing.Subscription {
	if s.Failure.At.IsZero() {
		s.Failure.At = now
	}
	if f.Status == billing.StatusOnHold && s.Status != billing.StatusOnHold {
		s.HoldEpoch++
	}
	s.Status = f.Status
	s.Failure.Retries, s.Failure.Pacing, s.Failure.HoldAt, s.Failure.WindowEnd = f.Retries, f.Pacing, f.HoldAt, f.WindowEnd
	return s
}
