package mails

import (
	"context"
	"fmt"
	"time"

	"perennial/shared/dunning"
	"perennial/shared/merchant"
	"perennial/shared/record"
)

// later says that a mail has to wait.
type later time.Duration

func (l later) Error() string { return "wait " + time.Duration(l).String() }

// pace lets one mail about a failed charge through, and makes the next one to
// the same customer wait. A mail that is sent again is not in its own way.
func (s *Service) pace(ctx context.Context, d dossier) error {
	wall, scope := s.Wall(), d.outbox.Scope
	now := d.state.Clock.Now(wall)
	zone, err := time.LoadLocation(d.sub.Zone)
	if err != nil {
		return err
	}
	last, err := record.Pace(ctx, s.Store, scope, d.customer.ID)
	if err != nil {
		return err
	}
	before := last.Last()
	if last.Outbox == d.outbox.Key {
		before = 0
	}
	if wait := dunning.MailWait(before, now, zone, scope.Mode == merchant.Live); wait > 0 {
		return later(wait)
	}
	err = s.Store.Commit(ctx, record.Commit{
		Scope: scope, Actor: record.System, Cause: "mail", Put: []any{last.Paced(d.outbox.Key, now, wall)},
	})
	if err != nil {
		return fmt.Errorf("mails about failures to %s: %w", d.customer.ID, err)
	}
	return nil
}

// postpone leaves a mail to the due index for a while; the try is not counted.
func (s *Service) postpone(ctx context.Context, c claimed, wait time.Duration) error {
	c.mail.Tries--
	c.mail.Next = s.Wall().Add(wait)
	return s.save(ctx, &c)
}
