package billing

import (
	"time"

	"perennial/shared/calendar"
)

// Blocked is a renewal that cannot be billed: its price or tax is not known,
// such as in a country whose rate nobody has. It is our fault or the
// merchant's, so access stays while the merchant is told (rules 9), but not
// for ever.
type Blocked struct {
	Since  calendar.Instant // zero: nothing stands in the way
	Next   calendar.Instant // when billing is tried again
	Tries  int
	Reason string // for the merchant, in words
}

// blockedPauses are the waits between tries; the last one repeats.
var blockedPauses = []time.Duration{time.Hour, 6 * time.Hour, 24 * time.Hour}

// Block notes that a renewal, or a retry of dues, could not be billed. The
// merchant is told at the first time. When the window is over the subscription
// is paused: access ends, nothing is lost, and resuming it bills at once.
func (s Subscription) Block(reason string, window time.Duration, at calendar.Instant) (Change, error) {
	if s.Lock.Set() {
		return Change{}, ErrLocked
	}
	first := s.Blocked.Since.IsZero()
	if first {
		s.Blocked.Since = at
	}
	wait := blockedPauses[min(s.Blocked.Tries, len(blockedPauses)-1)]
	s.Blocked.Tries++
	s.Blocked.Next, s.Blocked.Reason = at.Add(wait), reason
	if !s.Failure.At.IsZero() { // a retry of dues: the hold has an end of its own
		if s.Failure.NextRetry = s.Blocked.Next; s.Failure.NextRetry > s.Failure.WindowEnd {
			s.Failure.NextRetry = 0
		}
	}
	if s.Status == StatusActive && s.Failure.At.IsZero() && at >= max(s.Blocked.Since, s.Period.End).Add(window) {
		return s.stopBlocked(at)
	}
	ch := Change{Subscription: s}
	if first {
		ch.Events = s.events(EventRenewalBlocked, reason)
	}
	return ch, nil
}

// stopBlocked pauses a subscription whose renewal could not be billed in time.
// What it was used for unbilled stays so: the period that resuming bills
// begins then, and the term is as long as it was.
func (s Subscription) stopBlocked(at calendar.Instant) (Change, error) {
	status, err := s.Status.after(MovePause)
	if err != nil {
		return Change{}, err
	}
	if late := at.Sub(s.Period.End); late > 0 {
		s.Period.End, s.Anchor = at, at
		if !s.EndsAt.IsZero() {
			s.EndsAt = s.EndsAt.Add(late)
		}
		s = s.rescheduled()
	}
	s.Status, s.PausedAt, s.Blocked = status, at, Blocked{}
	return Change{Subscription: s, Events: s.events(EventSubscriptionPaused, ReasonBlocked, EventSubscriptionUpdated)}, nil
}

// unblocked passes over the periods that went by whole while a renewal could
// not be billed: they are never charged, one after the other.
func (s Subscription) unblocked(at calendar.Instant, zone *time.Location) Subscription {
	for !s.Blocked.Since.IsZero() {
		end, _ := calendar.Next(s.Anchor, s.Price.Every, s.Period.End, zone)
		if end > at {
			break
		}
		s.Period.End = end
	}
	return s
}

// renewsAt is when the period that follows is billed: at the end of this one,
// or when it is tried again.
func (s Subscription) renewsAt() calendar.Instant {
	if s.Cancel.AtPeriodEnd || s.Period.End.IsZero() {
		return s.Period.End
	}
	return max(s.Period.End, s.Blocked.Next)
}

// rescheduled keeps the date of a scheduled change with the billing date.
func (s Subscription) rescheduled() Subscription {
	if s.Scheduled != nil {
		c := *s.Scheduled
		c.Date = s.Period.End
		s.Scheduled = &c
	}
	return s
}
