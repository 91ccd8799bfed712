// Package hooks delivers webhooks: it posts the events of one commit to one
// endpoint, in their order, and keeps the log of what the endpoint said. How
// an event is written, signed and posted is the Poster's.
//
// Delivery is at least once. The webhook-id of an event at an endpoint never
// changes, so a receiver that remembers ids sees each event once; the order
// holds within one commit and not between commits.
//
// An endpoint that is slow, broken or limited waits for itself alone: its
// messages go back to the queue and make room for those of others. One that
// accepts nothing for days, or says that it is gone, is switched off.
package hooks

import (
	"context"
	"fmt"
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
	// ReplayOutbox gives a scope's outbox items written since a wall time,
	// oldest first, until use answers an error.
	ReplayOutbox(ctx context.Context, scope merchant.Scope, from time.Time, use func(record.Outbox) error) error
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
	Said       string        // how the body of the answer began
	Took       time.Duration
}

// Accepted reports whether the endpoint took the event.
func (a Answer) Accepted() bool { return a.Status >= 200 && a.Status < 300 }

// gone is the status by which an endpoint says that it wants nothing ever
// again (Standard Webhooks: the sender switches it off).
const gone = 410

// Poster makes one attempt. An error is trouble of our own; what the endpoint
// does wrong is an answer.
type Poster interface {
	Post(ctx context.Context, w Webhook) (Answer, error)
}

// Queue takes messages for later, at most 15 minutes.
type Queue interface {
	SendAfter(ctx context.Context, body string, wait time.Duration) error
}

// Limiter counts the webhooks of an endpoint. All functions share the count.
type Limiter interface {
	// Count adds webhooks to those of an endpoint in this second and answers
	// with their sum.
	Count(ctx context.Context, scope merchant.Scope, endpoint string, more int) (int, error)
}

// Service delivers.
type Service struct {
	Store   Store
	Poster  Poster
	Queue   Queue // of deliveries
	Limiter Limiter
	Wall    clock.Wall

	gate gate
}

// job is one commit's events for one endpoint, with what is known of them.
type job struct {
	scope    merchant.Scope
	endpoint merchant.Endpoint
	outbox   record.Outbox
	delivery record.Delivery // version 0: nothing was tried yet
}

// Deliver posts what is still to be sent of a delivery. One that was accepted,
// was given up or waits for its next attempt is left alone; one whose endpoint
// is busy or at its limit goes back to the queue.
func (s *Service) Deliver(ctx context.Context, item record.DueItem) error {
	j, found, err := s.open(ctx, item)
	if err == nil && found && !j.rests(s.Wall()) {
		err = s.inTurn(ctx, item, j)
	}
	if err != nil {
		return fmt.Errorf("deliver %s: %w", item.Ref.ID, err)
	}
	return nil
}

// inTurn posts when the endpoint has room.
func (s *Service) inTurn(ctx context.Context, item record.DueItem, j job) error {
	if !s.gate.enter(j.endpoint.ID, s.Wall()) {
		return s.postpone(ctx, item, busyWait)
	}
	var slowest time.Duration
	defer func() { s.gate.leave(j.endpoint.ID, slowest, s.Wall()) }()
	wait, err := s.pace(ctx, j)
	if err != nil {
		return err
	}
	if wait > 0 {
		return s.postpone(ctx, item, wait)
	}
	slowest, err = s.post(ctx, j)
	return err
}

// postpone puts the message back. It is no attempt, and costs no record.
func (s *Service) postpone(ctx context.Context, item record.DueItem, wait time.Duration) error {
	body, err := record.EncodeDue(item)
	if err != nil {
		return err
	}
	return s.Queue.SendAfter(ctx, string(body), wait)
}

// open loads the job. It is not found when its endpoint is gone or switched
// off, which ends what was kept for it.
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
	j.delivery, _ = found[1].(record.Delivery) // absent: nothing was tried yet
	if !exists || endpoint.Disabled {
		return j, false, s.end(ctx, j, exists)
	}
	j.endpoint = endpoint
	j.outbox, err = s.Store.OutboxByKey(ctx, key)
	if err == nil && j.outbox.Scope != item.Scope {
		err = record.ErrNotFound
	}
	if j.delivery.Version == 0 {
		j.delivery = New(j.outbox, id)
	}
	return j, err == nil, err
}

// New is the delivery of an outbox item to an endpoint before its first
// attempt.
func New(o record.Outbox, endpoint string) record.Delivery {
	d := record.Delivery{ID: DeliveryID(o.Key, endpoint), Outbox: o.Key, Endpoint: endpoint, Created: o.Wall}
	for _, e := range o.Events {
		d.Types = append(d.Types, string(e.Type))
	}
	return d
}

// skew is how far the clocks of two workers may be apart.
const skew = time.Second

// rests reports a delivery that is not due yet, was accepted or given up.
func (j job) rests(now time.Time) bool {
	return j.delivery.Version > 0 && (j.delivery.Next.IsZero() || now.Add(skew).Before(j.delivery.Next))
}
