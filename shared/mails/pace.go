package mails

import (
	"context"
	"errors"
	"fmt"
	"time"

	"perennial/shared/calendar"
	"perennial/shared/merchant"
	"perennial/shared/record"
)

// How often a customer may be told that a charge failed, over all
// subscriptions, and at what hours of the day (rules 21).
const (
	pause   = 24 * time.Hour
	morning = 8
	evening = 20
)

// later says that a mail has to wait.
type later time.Duration

func (l later) Error() string { return "wait " + time.Duration(l).String() }

// pace lets one mail about a failed charge through, and makes the next one to
// the same customer wait. A mail that is sent again is not in its own way.
func (s *Service) pace(ctx context.Context, d dossier) error {
	wall := s.Wall()
	now := d.state.Clock.Now(wall)
	if wait, err := untilMorning(d, now); err != nil || wait > 0 {
		return errors.Join(err, asLater(wait))
	}
	scope, id := d.outbox.Scope, "failure:"+d.customer.ID
	found, err := s.Store.Load(ctx, scope, record.RefOf[record.Mail](id))
	if err != nil {
		return fmt.Errorf("mails about failures to %s: %w", d.customer.ID, err)
	}
	last, _ := found[0].(record.Mail) // none so far: zero
	last.ID = id
	since := now.Sub(calendar.At(last.SentAt))
	if last.Version > 0 && last.Outbox != d.outbox.Key && since >= 0 && since < pause {
		return later(pause - since)
	}
	last.Outbox, last.SentAt, last.Expires = d.outbox.Key, now.Time(), wall.Add(keepFor)
	err = s.Store.Commit(ctx, record.Commit{Scope: scope, Actor: record.System, Cause: "mail", Put: []any{last}})
	if err != nil {
		return fmt.Errorf("mails about failures to %s: %w", d.customer.ID, err)
	}
	return nil
}

// untilMorning is how long it is night where the subscription is reckoned.
// Test modes are not kept waiting.
func untilMorning(d dossier, now calendar.Instant) (time.Duration, error) {
	zone, err := time.LoadLocation(d.sub.Zone)
	if err != nil || d.outbox.Scope.Mode != merchant.Live {
		return 0, err
	}
	local := now.Time().In(zone)
	if local.Hour() >= morning && local.Hour() < evening {
		return 0, nil
	}
	open := time.Date(local.Year(), local.Month(), local.Day(), morning, 0, 0, 0, zone)
	if local.Hour() >= evening {
		open = time.Date(local.Year(), local.Month(), local.Day()+1, morning, 0, 0, 0, zone)
	}
	return open.Sub(local), nil
}

func asLater(wait time.Duration) error {
	if wait <= 0 {
		return nil
	}
	return later(wait)
}

// postpone leaves a mail to the due index for a while; the try is not counted.
func (s *Service) postpone(ctx context.Context, c claimed, wait time.Duration) error {
	c.mail.Tries--
	c.mail.Next = s.Wall().Add(wait)
	return s.save(ctx, &c)
}
