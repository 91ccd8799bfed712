// Package hooks delivers webhooks: it posts the events of one commit to one
// endpoint, in their order, and keeps a record while the endpoint does not
// accept them. How an event is written, signed and posted is the Poster's.
//
// Delivery is at least once. The webhook-id of an event at an endpoint never
// changes, so a receiver that remembers ids sees each event once; the order
// holds within one commit and not between commits.
package hooks

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"perennial/shared/clock"
	"perennial/shared/merchant"
	"perennial/shared/record"
)

// Store is what delivery needs of storage.
type Store interface {
	record.Loader
	record.Committer
	// OutboxByKey reads one outbox item, or record.ErrNotFound.
	OutboxByKey(ctx context.Context, key string) (record.Outbox, error)
}

// Webhook is one event on its way to one endpoint.
type Webhook struct {
	ID       string // the same for every attempt
	Endpoint merchant.Endpoint
	Outbox   record.Outbox
	Event    int // index of the event in the outbox item
}

// Answer is what an endpoint said to one attempt.
type Answer struct {
	Status     int           // HTTP status; 0 when there was none
	RetryAfter time.Duration // how long it asks to be left alone
	Problem    string        // what went wrong, in words for the merchant
}

// Accepted reports whether the endpoint took the event.
func (a Answer) Accepted() bool { return a.Status >= 200 && a.Status < 300 }

// Poster makes one attempt. An error is trouble of our own; what the endpoint
// does wrong is an answer.
type Poster interface {
	Post(ctx context.Context, w Webhook) (Answer, error)
}

// Service delivers.
type Service struct {
	Store  Store
	Poster Poster
	Wall   clock.Wall
}

// job is one commit's events for one endpoint, with what is known of them.
type job struct {
	scope    merchant.Scope
	endpoint merchant.Endpoint
	outbox   record.Outbox
	delivery record.Delivery // version 0: nothing failed yet
}

// Deliver posts what is still to be sent of a delivery. A duplicate of one
// that was accepted posts again under the same ids; one that waits for its
// next attempt, or was given up, is left alone.
func (s *Service) Deliver(ctx context.Context, item record.DueItem) error {
	j, found, err := s.open(ctx, item)
	if err == nil && found && !j.waits(s.Wall()) {
		err = s.post(ctx, j)
	}
	if err != nil {
		return fmt.Errorf("deliver %s: %w", item.Ref.ID, err)
	}
	return nil
}

// open loads the job. It is not found when its endpoint is gone or switched
// off; what was kept for it goes too.
func (s *Service) open(ctx context.Context, item record.DueItem) (job, bool, error) {
	key, id, err := parts(item)
	if err != nil {
		return job{}, false, err
	}
	j := job{scope: item.Scope}
	found, err := s.Store.Load(ctx, item.Scope, record.RefOf[merchant.Endpoint](id), item.Ref)
	if err != nil {
		return j, false, err
	}
	endpoint, exists := found[0].(merchant.Endpoint)
	j.delivery, _ = found[1].(record.Delivery) // absent: nothing failed yet
	if !exists || endpoint.Disabled {
		return j, false, s.forget(ctx, j)
	}
	j.endpoint = endpoint
	if j.delivery.Version == 0 {
		j.delivery = record.Delivery{ID: item.Ref.ID, Outbox: key, Endpoint: id}
	}
	j.outbox, err = s.Store.OutboxByKey(ctx, key)
	if err == nil && j.outbox.Scope != item.Scope {
		err = record.ErrNotFound
	}
	return j, err == nil, err
}

// waits reports whether the next attempt is not due yet, or given up.
func (j job) waits(now time.Time) bool {
	return j.delivery.Version > 0 && (j.delivery.Next.IsZero() || now.Before(j.delivery.Next))
}

// post sends the events in order and stops at the first that is not accepted.
func (s *Service) post(ctx context.Context, j job) error {
	for i := j.delivery.Event; i < len(j.outbox.Events); i++ {
		if !Wanted(j.endpoint, j.outbox.Events[i].Type) {
			continue
		}
		w := Webhook{
			ID: WebhookID(j.outbox.Key, i, j.endpoint.ID), Endpoint: j.endpoint, Outbox: j.outbox, Event: i,
		}
		answer, err := s.Poster.Post(ctx, w)
		if err != nil {
			return err
		}
		if !answer.Accepted() {
			return s.keep(ctx, j, i, answer)
		}
	}
	return s.forget(ctx, j)
}

// keep records a failed attempt and when the next one is due.
func (s *Service) keep(ctx context.Context, j job, event int, a Answer) error {
	d, now := j.delivery, s.Wall()
	if event != d.Event {
		d.Event, d.Attempts = event, 0
	}
	d.Attempts++
	d.Next = nextAttempt(d.Attempts, a.RetryAfter, now)
	d.Status, d.Problem, d.At = a.Status, a.Problem, now
	slog.WarnContext(ctx, "webhook not accepted", "scope", j.scope.String(), "endpoint", j.endpoint.ID,
		"outbox", j.outbox.Key, "event", string(j.outbox.Events[event].Type),
		"status", a.Status, "problem", a.Problem, "attempts", d.Attempts, "given_up", d.Next.IsZero())
	return s.write(ctx, j, record.Commit{Put: []any{d}})
}

// forget removes the record of a delivery that needs no further attempt.
func (s *Service) forget(ctx context.Context, j job) error {
	if j.delivery.Version == 0 {
		return nil
	}
	return s.write(ctx, j, record.Commit{Delete: []any{j.delivery}})
}

// write commits; a duplicate of the message that was faster is no error.
func (s *Service) write(ctx context.Context, j job, c record.Commit) error {
	c.Scope, c.Actor, c.Cause, c.At = j.scope, record.System, "webhook delivery", j.outbox.At
	if err := s.Store.Commit(ctx, c); !errors.Is(err, record.ErrStale) {
		return err
	}
	return nil
}
