// Package dunning decides what follows a failed charge: how a decline is
// classed, whether access is kept, and when the next attempt is made. It is
// pure; the use case obeys it, the portal explains it.
package dunning

import (
	"time"

	"perennial/shared/billing"
	"perennial/shared/calendar"
	"perennial/shared/merchant"
)

// How long access is kept while nobody is to blame yet (rules 9).
const (
	TechnicalGrace = 24 * time.Hour
	TechnicalRetry = 2 * time.Hour
)

// Decide tells what follows a decline of an automatic charge. Only money,
// vague and hard declines, or an authentication that nobody answered for 24
// hours, end or limit access; technical trouble and our own faults keep it
// while quick retries run (rules 9).
func Decide(p merchant.Recovery, s billing.Subscription, d billing.Decline, now calendar.Instant) billing.FollowUp {
	first := s.Failure.At
	if first.IsZero() {
		first = now
	}
	f := billing.FollowUp{
		Status:    s.Status,
		HoldAt:    s.Failure.HoldAt,
		WindowEnd: first.Add(time.Duration(p.WindowDays) * 24 * time.Hour),
	}
	switch {
	case s.Status == billing.StatusOnHold:
		f.HoldAt = 0
	case keepsAccess(d.Class):
		f.HoldAt = first.Add(TechnicalGrace)
		if now >= f.HoldAt {
			f.Status, f.HoldAt = billing.StatusOnHold, 0
		}
	case s.Status == billing.StatusPastDue:
	case p.GraceDays > 0:
		f.Status, f.HoldAt = billing.StatusPastDue, graceEnd(p, s, first)
	default:
		f.Status, f.HoldAt = billing.StatusOnHold, 0
	}
	f.NextRetry = nextRetry(p, s.Failure, d.Class, now, f)
	return f
}

// keepsAccess reports the classes for which the customer is not to blame yet.
func keepsAccess(c billing.DeclineClass) bool {
	switch c {
	case billing.ClassTechnical, billing.ClassOurFault, billing.ClassAuthentication:
		return true
	case billing.ClassHard, billing.ClassNeedsCustomer, billing.ClassMoney, billing.ClassVague:
	}
	return false
}

// graceEnd is when past_due becomes on_hold: the merchant's days, but always
// before the unpaid period is over (rules 9).
func graceEnd(p merchant.Recovery, s billing.Subscription, first calendar.Instant) calendar.Instant {
	end := first.Add(time.Duration(p.GraceDays) * 24 * time.Hour)
	next := calendar.Boundary(s.Period.End, s.Price.Every, 1, time.UTC)
	return min(end, next.Add(-time.Hour))
}

// nextRetry is when the same card is tried again; zero when it must not be.
func nextRetry(p merchant.Recovery, f billing.Failure, c billing.DeclineClass, now calendar.Instant, next billing.FollowUp) calendar.Instant {
	var at calendar.Instant
	made := f.Retries
	if !f.At.IsZero() {
		made++ // the attempt just declined was a retry
	}
	switch {
	case c == billing.ClassTechnical && next.Status == billing.StatusActive:
		at = now.Add(TechnicalRetry)
	case c == billing.ClassMoney, c == billing.ClassTechnical, c == billing.ClassVague && p.RetryVague:
		if made >= len(p.Retries) {
			return 0
		}
		at = now.Add(p.Retries[made])
	default:
		return 0
	}
	if at > next.WindowEnd {
		return 0
	}
	return at
}
