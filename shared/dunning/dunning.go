// Package dunning decides what follows a failed charge: how a decline is
// classed, whether access is kept, when the next attempt is made and within
// which limits of the card networks. It is pure; the use cases obey it, the
// portal explains it.
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

// BackupDelay is how soon a backup method is charged once the first is dead.
const BackupDelay = time.Hour

// Failed is a decline with what deciding about it needs besides the
// subscription.
type Failed struct {
	Decline billing.Decline
	At      calendar.Instant
	Zone    *time.Location // the customer's; nil is UTC
	Tally   billing.Tally  // of the charged card, this charge counted
}

// Decide tells what follows a decline of an automatic charge. Only money,
// vague and hard declines, or an authentication that nobody answered for 24
// hours, end or limit access; technical trouble keeps it for a day of quick
// retries, and our own fault as long as it lasts (rules 9). Grace that has
// begun runs on, whatever the next decline is.
func Decide(p merchant.Recovery, s billing.Subscription, d Failed) billing.FollowUp {
	now, first := d.At, s.FailingSince(d.At)
	f := billing.FollowUp{
		Status:    s.Status,
		HoldAt:    s.Failure.HoldAt,
		WindowEnd: first.Add(time.Duration(p.WindowDays) * 24 * time.Hour),
		Pacing:    planOf(p, s),
	}
	if first == s.Failure.At && !s.Failure.WindowEnd.IsZero() {
		f.WindowEnd = s.Failure.WindowEnd // as it was when the failure began
	}
	f.Retries = retriesMade(s, f.Pacing)
	switch {
	case s.Status == billing.StatusOnHold:
		f.HoldAt = 0
	case s.Status == billing.StatusPastDue:
	case d.Decline.Class == billing.ClassOurFault && !s.Failure.Backup:
		f.HoldAt = 0
	case keepsAccess(d.Decline.Class) && now < graceOf(s, first):
		f.HoldAt = graceOf(s, first)
	default:
		f.Status, f.HoldAt = afterAccess(p, s, first, now)
	}
	f.NextRetry, f.Backup = next(p, s, d, f)
	return f
}

// Lapse tells what follows when kept access is over: the merchant's grace if
// any is left, else the hold.
func Lapse(p merchant.Recovery, s billing.Subscription, now calendar.Instant) billing.FollowUp {
	f := billing.FollowUp{
		Status: billing.StatusOnHold, NextRetry: s.Failure.NextRetry,
		WindowEnd: s.Failure.WindowEnd, Retries: s.Failure.Retries, Pacing: s.Failure.Pacing, Backup: s.Failure.Backup,
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

// graceOf is until when access is kept while nobody is to blame: a day from
// the failure, or from when the customer was asked to confirm with the bank.
func graceOf(s billing.Subscription, first calendar.Instant) calendar.Instant {
	return max(first.Add(TechnicalGrace), s.Failure.HoldAt)
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

// retriesMade counts the retries of the schedule, the attempt just declined
// included. What was tried again because of our own fault was no part of it,
// and quick retries while access was kept were none of a merchant's own list.
func retriesMade(s billing.Subscription, plan billing.Pacing) int {
	quick := s.Status == billing.StatusActive && (plan == billing.PacingList || plan == billing.PacingHoldout)
	if s.Failure.At.IsZero() || quick || s.Failure.Decline.Class == billing.ClassOurFault {
		return s.Failure.Retries
	}
	return s.Failure.Retries + 1
}

// next is when the next automatic charge is made, zero for never, and whether
// it is to the backup method.
func next(p merchant.Recovery, s billing.Subscription, d Failed, f billing.FollowUp) (calendar.Instant, bool) {
	if needsAnother(d.Decline.Class) && !s.Failure.Backup && s.HasBackup() {
		if at := d.At.Add(BackupDelay); at <= f.WindowEnd {
			return at, true
		}
	}
	at := scheduled(p, s, d, f)
	if at.IsZero() {
		return 0, false
	}
	at = max(at, d.At.Add(adviceWait(d.Decline.Advice)))
	if at = Opens(d.Tally, billing.BySystem, at); at.IsZero() || at > f.WindowEnd {
		return 0, false
	}
	return at, s.Failure.Backup
}

// needsAnother reports the classes after which the same card is useless.
func needsAnother(c billing.DeclineClass) bool {
	return c == billing.ClassHard || c == billing.ClassNeedsCustomer
}

// scheduled is when the plan tries the same card again; zero for never. A
// backup that the gateway would not take is not tried again: it may be gone,
// and what stands in the way of paying is the first card's decline.
func scheduled(p merchant.Recovery, s billing.Subscription, d Failed, f billing.FollowUp) calendar.Instant {
	c := d.Decline.Class
	switch {
	case c == billing.ClassOurFault && s.Failure.Backup:
		return 0
	case c == billing.ClassOurFault:
		return d.At.Add(OurFaultRetry)
	case needsAnother(c) || c == billing.ClassAuthentication || c == billing.ClassVague && !p.RetryVague:
		return 0
	case f.Pacing == billing.PacingSmart:
		return smart(s, d, f)
	case c == billing.ClassTechnical && f.Status == billing.StatusActive && f.Pacing != billing.PacingDodo:
		return d.At.Add(TechnicalRetry)
	}
	if delays := p.Delays(); f.Retries < len(delays) {
		return d.At.Add(delays[f.Retries])
	}
	return 0
}

// adviceWaits are Mastercard's advice codes that tell how long to wait.
var adviceWaits = map[string]time.Duration{
	"02": 24 * time.Hour,
	"24": time.Hour, "25": 24 * time.Hour, "26": 2 * 24 * time.Hour, "27": 4 * 24 * time.Hour,
	"28": 6 * 24 * time.Hour, "29": 8 * 24 * time.Hour, "30": 10 * 24 * time.Hour,
}

func adviceWait(advice string) time.Duration { return adviceWaits[advice] }
