package mails

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"perennial/shared/fault"
	"perennial/shared/merchant"
	"perennial/shared/record"
)

// How often a mail is tried, and how long its record is kept.
const (
	maxTries = 8
	keepFor  = 30 * 24 * time.Hour
)

// errBusy sends a duplicate of a link's message back to its queue, so that it
// comes again when the one who is at work has died.
var errBusy = fault.New(fault.Unavailable, "MAIL_BUSY", "This mail is being sent.")

// lease is how long a link is left to the one who mails it.
func lease(int) time.Duration { return time.Minute }

// again is when an event's mail is looked at after so many tries.
func again(tries int) time.Duration { return min(5*time.Minute<<(tries-1), 6*time.Hour) }

// claimed is a mail that this call, and no other, is to send.
type claimed struct {
	scope merchant.Scope
	mail  record.Mail
}

// linkID names the mail of a queued wish by the queue's message id.
func linkID(message string) string { return linkPrefix + message }

const linkPrefix = "link:"

// isLink reports a mail whose link only its message can make again.
func isLink(id string) bool { return strings.HasPrefix(id, linkPrefix) }

// claim takes the mail for a while. It is not mine when it was sent, was
// given up, or somebody else is at it; the due index brings an event's mail
// back when that somebody never finishes.
func (s *Service) claim(ctx context.Context, scope merchant.Scope, id string, wait func(tries int) time.Duration) (claimed, bool, error) {
	c := claimed{scope: scope}
	found, err := s.Store.Load(ctx, scope, record.RefOf[record.Mail](id))
	if err != nil {
		return c, false, fmt.Errorf("mail %s: %w", id, err)
	}
	now, known := s.Wall(), found[0] != nil
	c.mail, _ = found[0].(record.Mail) // absent: nobody has tried
	switch {
	case !known:
		key, template, _ := parts(record.DueItem{Ref: record.RefOf[record.Mail](id)}) // a link's mail has none
		c.mail = record.Mail{ID: id, Outbox: key, Template: string(template), Expires: now.Add(keepFor)}
	case isClosed(c.mail):
		return c, false, nil
	case now.Before(c.mail.Next) && isLink(id):
		return c, false, errBusy
	case now.Before(c.mail.Next):
		return c, false, nil
	case c.mail.Tries >= maxTries:
		slog.ErrorContext(ctx, "mail given up", "scope", scope.String(), "mail", id)
		return c, false, s.finish(ctx, c, false)
	}
	c.mail.Tries++
	c.mail.Next = now.Add(wait(c.mail.Tries))
	err = s.save(ctx, &c)
	if errors.Is(err, record.ErrStale) {
		return c, false, nil
	}
	return c, err == nil, err
}

// isClosed reports a mail that was sent, was not needed, or was given up.
func isClosed(m record.Mail) bool {
	return !m.SentAt.IsZero() || m.Next.IsZero() && m.Tries >= maxTries
}

// finish closes a mail for good, whether it was sent or not needed.
func (s *Service) finish(ctx context.Context, c claimed, sent bool) error {
	c.mail.Next, c.mail.Tries = time.Time{}, maxTries
	if sent {
		c.mail.SentAt = s.Wall()
	}
	if err := s.save(ctx, &c); err != nil {
		return err
	}
	slog.InfoContext(ctx, "mail done", "scope", c.scope.String(), "mail", c.mail.ID, "sent", sent)
	return nil
}

// unlease ends the claim of a worker that died while it mailed a link.
func (s *Service) unlease(ctx context.Context, item record.DueItem) error {
	m, err := record.Get[record.Mail](ctx, s.Store, item.Scope, item.Ref.ID)
	if err != nil || m.Next.IsZero() || s.Wall().Before(m.Next) {
		return err
	}
	return s.release(ctx, claimed{scope: item.Scope, mail: m}, nil)
}

// release lets the mail be tried again at once and gives back why.
func (s *Service) release(ctx context.Context, c claimed, why error) error {
	c.mail.Next = time.Time{}
	return errors.Join(why, s.save(ctx, &c))
}

// later says that a mail has to wait, in wall time.
type later time.Duration

func (l later) Error() string { return "wait " + time.Duration(l).String() }

// postpone leaves a mail to the due index for a while; the try is not counted.
func (s *Service) postpone(ctx context.Context, c claimed, wait time.Duration) error {
	c.mail.Tries--
	c.mail.Next = s.Wall().Add(wait)
	return s.save(ctx, &c)
}

func (s *Service) save(ctx context.Context, c *claimed) error {
	err := s.Store.Commit(ctx, record.Commit{
		Scope: c.scope, Actor: record.System, Cause: "mail", Put: []any{c.mail},
	})
	if err != nil {
		return fmt.Errorf("mail %s: %w", c.mail.ID, err)
	}
	c.mail = record.Next(c.mail)
	return nil
}
