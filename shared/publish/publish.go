// Package publish tells the world what was committed: for each outbox item it
// queues one delivery per endpoint that wants to hear of it and the mails
// that it asks for, and it starts and wakes the workflows of holds.
//
// It may run several times for one item, and writes nothing itself: every
// consumer recognises what it has had. Names and inputs are made of the
// item alone, so that a repetition looks the same.
package publish

import (
	"context"
	"fmt"

	"perennial/shared/billing"
	"perennial/shared/clock"
	"perennial/shared/hooks"
	"perennial/shared/mails"
	"perennial/shared/merchant"
	"perennial/shared/record"
)

// Queue takes messages.
type Queue interface {
	SendBatch(ctx context.Context, bodies []string) error
}

// Flow runs hold workflows.
type Flow interface {
	// Start begins an execution; one of the same name that has begun is no
	// error.
	Start(ctx context.Context, name string, input []byte) error
	// Succeed answers a waiting task; gone says that nobody waits any more.
	Succeed(ctx context.Context, token string, output []byte) (gone bool, err error)
}

// States gives a scope's settings, not more than half a minute old.
type States interface {
	State(ctx context.Context, scope merchant.Scope) (merchant.State, error)
}

// Service publishes.
type Service struct {
	States     States
	Endpoints  *Endpoints
	Deliveries Queue
	Mail       Queue
	Flow       Flow
	Wall       clock.Wall
}

// Publish does everything that follows from one commit. After an error the
// whole of it is repeated.
func (s *Service) Publish(ctx context.Context, o record.Outbox) error {
	for _, e := range o.Events {
		if err := s.flow(ctx, o, e); err != nil {
			return fmt.Errorf("publish %s: %w", o.Key, err)
		}
	}
	if err := s.deliver(ctx, o); err != nil {
		return fmt.Errorf("publish %s: %w", o.Key, err)
	}
	items, err := mails.For(o, s.Wall(), func() (merchant.State, error) { return s.States.State(ctx, o.Scope) })
	if err != nil {
		return fmt.Errorf("publish %s: mail: %w", o.Key, err)
	}
	if err := send(ctx, s.Mail, items); err != nil {
		return fmt.Errorf("publish %s: mail: %w", o.Key, err)
	}
	return nil
}

// deliver queues one message per endpoint that wants one of the events.
func (s *Service) deliver(ctx context.Context, o record.Outbox) error {
	endpoints, err := s.Endpoints.Of(ctx, o.Scope)
	if err != nil {
		return err
	}
	var items []record.DueItem
	for _, e := range endpoints {
		if hooks.WantsAny(e, o.Events) {
			items = append(items, hooks.First(o.Scope, o.Key, e.ID, s.Wall()))
		}
	}
	if err := send(ctx, s.Deliveries, items); err != nil {
		return fmt.Errorf("deliveries: %w", err)
	}
	return nil
}

// send queues items in one batch.
func send(ctx context.Context, q Queue, items []record.DueItem) error {
	if len(items) == 0 {
		return nil
	}
	bodies := make([]string, len(items))
	for i, item := range items {
		body, err := record.EncodeDue(item)
		if err != nil {
			return err
		}
		bodies[i] = string(body)
	}
	return q.SendBatch(ctx, bodies)
}

// flow keeps the hold's workflow in step with the hold.
func (s *Service) flow(ctx context.Context, o record.Outbox, e billing.Event) error {
	if e.Type != billing.EventHoldStarted && e.Type != billing.EventHoldDecided {
		return nil
	}
	hold, ok := record.Find(o, func(h billing.Hold) bool { return h.ID() == e.Object })
	if !ok {
		return fmt.Errorf("%s speaks of hold %s, which was not committed with it", e.Type, e.Object)
	}
	if e.Type == billing.EventHoldStarted {
		return s.start(ctx, o, hold)
	}
	return s.wake(ctx, hold)
}
