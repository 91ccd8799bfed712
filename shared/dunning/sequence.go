package dunning

import (
	"slices"
	"time"

	"perennial/shared/billing"
	"perennial/shared/calendar"
	"perennial/shared/merchant"
)

// A mail of a sequence that is this late is left out: what it says has lost
// its moment, or the next one is as good.
const mostLate = 3 * merchant.Day

// The bounds of mails about failures (rules 21): one in a day to a customer
// over all subscriptions, and at a decent hour.
const (
	mailPause = 24 * time.Hour
	dayBegins = 8
	dayEnds   = 20
)

// PlannedMail is a step of a sequence and when it is to be sent.
type PlannedMail struct {
	Step merchant.MailStep
	At   calendar.Instant
}

// Mails are the steps that a subscription's campaign still brings, earliest
// first. What should have gone out long before an instant is left out, except
// the announcement, as long as no later step has told the same.
func Mails(q merchant.Sequences, s billing.Subscription, at calendar.Instant) []PlannedMail {
	c := s.Mails
	if c.Trigger == "" || c.Over != "" {
		return nil
	}
	var planned []PlannedMail
	for _, step := range q.Of(c.Trigger) {
		due, late := mailAt(s, step), at > mailAt(s, step).Add(mostLate)
		if q.Announces(step) {
			due, late = c.At, len(c.Sent) > 0
		}
		if due.IsZero() || late || slices.Contains(c.Sent, step.ID) {
			continue
		}
		planned = append(planned, PlannedMail{step, due})
	}
	slices.SortStableFunc(planned, func(a, b PlannedMail) int { return int(min(max(a.At-b.At, -1), 1)) })
	return planned
}

// mailAt is when a step is due; zero for never. A mail before a renewal that
// is nearer than its distance goes out a day after the cancellation, so that
// it does not fall together with its confirmation; none follows the end of
// the recovery window or the renewal itself.
func mailAt(s billing.Subscription, step merchant.MailStep) calendar.Instant {
	at := s.Mails.At.Add(step.Delay)
	end := s.Failure.WindowEnd
	if step.Trigger == merchant.TriggerCancelled {
		end = 0
	}
	if step.Before > 0 {
		end = s.Period.End
		at = max(end.Add(-step.Before), s.Mails.At.Add(merchant.Day))
	}
	if !end.IsZero() && at >= end {
		return 0
	}
	return at
}

// MailWait is how long a mail about a failure waits at an instant: for the
// pause after the customer's last one, zero when there was none, and in live
// mode for the day to begin.
func MailWait(last, at calendar.Instant, zone *time.Location, live bool) time.Duration {
	wait := time.Duration(0)
	if since := at.Sub(last); !last.IsZero() && since >= 0 && since < mailPause {
		wait = mailPause - since
	}
	if live {
		wait += untilDay(at.Add(wait), zone)
	}
	return wait
}

// untilDay is how long it is night where the customer is.
func untilDay(at calendar.Instant, zone *time.Location) time.Duration {
	local := at.Time().In(zone)
	if local.Hour() >= dayBegins && local.Hour() < dayEnds {
		return 0
	}
	day := local.Day()
	if local.Hour() >= dayEnds {
		day++
	}
	return time.Date(local.Year(), local.Month(), day, dayBegins, 0, 0, 0, zone).Sub(local)
}
