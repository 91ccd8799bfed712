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

// How long access is kept while nobody is to blame yet, and how soon the same
// charge is tried again meanwhile (rules 9).
const (
	TechnicalGrace = 24 * time.Hour
	TechnicalRetry = 2 * time.Hour
	OurFaultRetry  = 6 * time.Hour
)

// Decide tells what follows a decline of an automatic charge. Only money,
// vague and hard declines, or an authentication that nobody answered for 24
// hours, end or limit access; technical trouble keeps it for a day of quick
// retries, and our own fault as long as it lasts (rules 9). Grace that has
// begun runs on, whatever the next decline is.
func Decide(p merchant.Recovery, s billing.Subscription, d billing.Decline, now calendar.Instant) billing.FollowUp {
	first := s.FailingSince(now)
	f := billing.FollowUp{
		Status:    s.Status,
		HoldAt:    s.Failure.HoldAt,
		WindowEnd: first.Add(time.Duration(p.WindowDays) * 24 * time.Hour),
		Retries:   retriesMade(s),
	}
	switch {
	case s.Status == billing.StatusOnHold:
		f.HoldAt = 0
	case s.Status == billing.StatusPastDue:
	case d.Class == billing.ClassOurFault:
		f.HoldAt = 0
	case keepsAccess(d.Class) && now < first.Add(TechnicalGrace):
		f.HoldAt = first.Add(TechnicalGrace)
	default:
		f.Status, f.HoldAt = afterAccess(p, s, first, now)
	}
	f.NextRetry = nextRetry(p, d.Class, now, f)
	return f
}

// Lapse tells what follows when kept access is over: the merchant's grace if
// any is left, else the hold.
func Lapse(p merchant.Recovery, s billing.Subscription, now calendar.Instant) billing.FollowUp {
	f := billing.FollowUp{
		Status: billing.StatusOnHold, NextRetry: s.Failure.NextRetry,
		WindowEnd: s.Failure.WindowEnd, Retries: s.Failure.Retries,
	}
	if s.Status == billing.StatusActive {
		f.Status, f.HoldAt = afterAccess(p, s, s.FailingSince(now), now)
	}
	return f
}

// afterAccess is where a subscription goes that lost its claim to access.
func afterAccess(p merchant.Recovery, s billing.Subscription, first, now calendar.Instant) (billing.Status, calendar.Instant) {
	if end := graceEnd(p, s, first); p.GraceDays > 0 && now < end {
		return billing.StatusPastDue, end
	}
	return billing.StatusOnHold, 0
}

// keepsAccess reports the classes for which the customer is not to blame yet.
func keepsAccess(c billing.DeclineClass) bool {
	return c == billing.ClassTechnical || c == billing.ClassAuthentication
}

// graceEnd is when past_due becomes on_hold: the merchant's days, but always
// before the unpaid period is over (rules 9).
func graceEnd(p merchant.Recovery, s billing.Subscription, first calendar.Instant) calendar.Instant {
	end := first.Add(time.Duration(p.GraceDays) * 24 * time.Hour)
	next := calendar.Boundary(s.Period.End, s.Price.Every, 1, time.UTC)
	return min(end, next.Add(-time.Hour))
}

// retriesMade counts the retries of the merchant's schedule, the attempt just
// declined included. What was tried again while access was kept, or because
// of our own fault, was no part of that schedule.
func retriesMade(s billing.Subscription) int {
	first := s.Failure.At.IsZero()
	if first || s.Status == billing.StatusActive || s.Failure.Decline.Class == billing.ClassOurFault {
		return s.Failure.Retries
	}
	return s.Failure.Retries + 1
}

// nextRetry is when the same card is tried again; zero when it must not be.
func nextRetry(p merchant.Recovery, c billing.DeclineClass, now calendar.Instant, f billing.FollowUp) calendar.Instant {
	var at calendar.Instant
	switch {
	case c == billing.ClassOurFault:
		at = now.Add(OurFaultRetry)
	case c == billing.ClassTechnical && f.Status == billing.StatusActive:
		at = now.Add(TechnicalRetry)
	case c == billing.ClassMoney, c == billing.ClassTechnical, c == billing.ClassVague && p.RetryVague:
		if f.Retries >= len(p.Retries) {
			return 0
		}
		at = now.Add(p.Retries[f.Retries])
	default:
		return 0
	}
	if at > f.WindowEnd {
		return 0
	}
	return at
}
