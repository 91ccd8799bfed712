package billing

import (
	"perennial/shared/calendar"
	"perennial/shared/fault"
)

// Faults of pausing.
var (
	ErrPaused    = fault.New(fault.Invalid, "SUBSCRIPTION_ALREADY_PAUSED", "This subscription is paused already.")
	ErrNotPaused = fault.New(fault.Invalid, "SUBSCRIPTION_NOT_PAUSED", "This subscription is not paused.")
	ErrNoPause   = fault.New(fault.Invalid, "SUBSCRIPTION_NOT_ELIGIBLE_FOR_PAUSE", "This subscription cannot be paused now.")
)

// Pause freezes an active subscription that owes nothing: no renewals, no
// access, and no time passes (Dodo 4.5).
func (s Subscription) Pause(at calendar.Instant) (Change, error) {
	switch {
	case s.Status == StatusPaused:
		return Change{}, ErrPaused
	case s.Lock.Set():
		return Change{}, ErrLocked
	case s.paidAhead(at):
		return Change{}, ErrPaidAhead
	case s.Change != nil:
		return Change{}, ErrChangePending
	case s.Status != StatusActive, len(s.Open) > 0, !s.Failure.At.IsZero(), s.Cancel.AtPeriodEnd, at >= s.Period.End:
		return Change{}, ErrNoPause
	}
	status, err := s.Status.after(MovePause)
	if err != nil {
		return Change{}, err
	}
	s.Status, s.PausedAt = status, at
	return Change{Subscription: s, Events: s.events(EventSubscriptionPaused, "", EventSubscriptionUpdated)}, nil
}

// Resume ends a pause. Everything that lay ahead is later by its length: the
// billing date and those after it, the trial and the term.
func (s Subscription) Resume(at calendar.Instant) (Change, error) {
	if s.Status != StatusPaused {
		return Change{}, ErrNotPaused
	}
	status, err := s.Status.after(MoveResume)
	if err != nil {
		return Change{}, err
	}
	length := max(at, s.PausedAt).Sub(s.PausedAt)
	trial := s.PausedAt < s.TrialEnd
	s.Period.End = s.Period.End.Add(length)
	if length > 0 { // the day of month is another
		s.Anchor = s.Period.End
	}
	s.Frozen += length
	if s.Funded.From != 0 {
		s.Funded.From = s.Funded.From.Add(length)
	}
	if trial {
		s.TrialEnd = s.TrialEnd.Add(length)
	}
	if !s.EndsAt.IsZero() {
		s.EndsAt = s.EndsAt.Add(length)
	}
	s.Status, s.PausedAt = status, 0
	s = s.rescheduled()
	return Change{Subscription: s, Events: s.events(EventSubscriptionResumed, "", EventSubscriptionUpdated)}, nil
}
