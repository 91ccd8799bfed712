package billing

import (
	"time"

	"perennial/shared/calendar"
	"perennial/shared/fault"
)

// Extension is more time before the next billing date: until an instant, or
// by a number of days in the subscription's zone.
type Extension struct {
	Until calendar.Instant
	Days  int
}

// longest is how far ahead a billing date may be moved.
const longest = 10 * 366 * 24 * time.Hour

// Extend moves the next billing date later, and never earlier (R222, R224).
// It is what later dates are counted from; a trial that runs ends then (R056),
// and the term is later by as much, so that as many periods are left.
func (s Subscription) Extend(e Extension, at calendar.Instant, zone *time.Location) (Change, error) {
	switch {
	case s.Lock.Set():
		return Change{}, ErrLocked
	case s.Change != nil:
		return Change{}, ErrChangePending
	case s.Status == StatusExpired:
		return Change{}, ErrExpired
	case s.Status != StatusActive || s.OnDemand || len(s.Open) > 0 || !s.Failure.At.IsZero() || at >= s.Period.End:
		return Change{}, ErrInactive
	}
	to := e.Until
	if e.Days > 0 {
		to = calendar.Boundary(s.Period.End, calendar.Interval{Count: e.Days, Unit: calendar.Day}, 1, zone)
	}
	var check fault.Check
	check.That((e.Days == 0) != (e.Until == 0), "next_billing_date", "or days must be given")
	check.That(e.Days >= 0 && to > s.Period.End, "next_billing_date", "may only move later than it is")
	check.That(to <= at.Add(longest), "next_billing_date", "must be within ten years")
	if err := check.Fault("INVALID_REQUEST_PARAMETERS", "The subscription cannot be extended like this."); err != nil {
		return Change{}, err
	}
	later := to.Sub(s.Period.End)
	if !s.EndsAt.IsZero() {
		s.EndsAt = s.EndsAt.Add(later)
	}
	s = s.moveBilling(to, at)
	return Change{Subscription: s, Events: s.events(EventSubscriptionUpdated, ReasonExtended)}, nil
}
