package record

import (
	"time"
)

// How long the log keeps a delivery: one that was accepted, and one that was
// not and may be sent again as long as its events are kept.
const (
	AcceptedLife = 30 * 24 * time.Hour
	RefusedLife  = OutboxLife
)

// Delivery is the events of one outbox item on their way to one endpoint, and
// afterwards the log of it. Its first record is written by its first attempt.
type Delivery struct {
	ID       string // outbox key and endpoint
	Version  int64
	Outbox   string
	Endpoint string
	Types    []string  // of all the outbox item's events
	Event    int       // first event of the outbox item that is still to be sent
	Attempts int       // at that event
	Next     time.Time // zero when accepted or given up
	Due      time.Time // when the sweeper looks, if not at Next
	Done     time.Time // accepted; zero when it was not
	Status   int       // last HTTP status, 0 when there was none
	Problem  string
	At       time.Time // of the last attempt
	Created  time.Time // of the commit that it tells of
	Log      []Attempt // the latest ones
}

// Attempt is one line of a delivery's log.
type Attempt struct {
	Event  int // index of the event in the outbox item
	At     time.Time
	Took   time.Duration
	Status int    // 0 when there was no answer
	Note   string // what went wrong, or how the answer began
}

// DeliveryState is where a delivery stands.
type DeliveryState string

// The states.
const (
	DeliveryPending   DeliveryState = "pending"
	DeliveryDelivered DeliveryState = "delivered"
	DeliveryFailed    DeliveryState = "failed"
)

// State is where the delivery stands.
func (d Delivery) State() DeliveryState {
	switch {
	case !d.Next.IsZero():
		return DeliveryPending
	case !d.Done.IsZero():
		return DeliveryDelivered
	}
	return DeliveryFailed
}

// Again makes the delivery be sent from its first event on, under the same
// webhook ids; one that was given up goes on at the event that was refused.
func (d Delivery) Again(now time.Time) Delivery {
	if d.State() == DeliveryDelivered {
		d.Event = 0
	}
	d.Attempts, d.Next, d.Due, d.Done = 0, now, time.Time{}, time.Time{}
	return d
}

// Noted adds a line to the log, which keeps the latest ones.
func (d Delivery) Noted(a Attempt) Delivery {
	const lines = 20
	log := append([]Attempt{}, d.Log[max(0, len(d.Log)-lines+1):]...)
	d.Log = append(log, a)
	return d
}

func describeDelivery(d Delivery) Entry {
	e := Entry{
		Kind: KindDelivery, ID: d.ID, Version: d.Version, Created: d.Created, DueWall: d.Next, Listed: true,
		Expires: d.At.Add(RefusedLife),
		Filters: map[string]string{"status": string(d.State()), "webhook_id": d.Endpoint},
	}
	if e.Created.IsZero() {
		e.Created = d.At
	}
	if !d.Due.IsZero() && !d.Next.IsZero() {
		e.DueWall = d.Due
	}
	if !d.Done.IsZero() {
		e.Expires = d.Done.Add(AcceptedLife)
	}
	return e
}

// Replay is a merchant's wish that an endpoint hear again of what happened
// since a time. An endpoint has one at a time.
type Replay struct {
	ID         string // the endpoint's
	Version    int64
	From       time.Time
	Until      time.Time
	FailedOnly bool      // leave alone what was accepted
	Cursor     time.Time // everything before it is queued
	Queued     int       // deliveries
	Next       time.Time // zero when finished
	StartedAt  time.Time
	DoneAt     time.Time
}
