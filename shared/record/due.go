package record

import (
	"context"
	"encoding/json"
	"fmt"
	"hash/fnv"

	"perennial/shared/calendar"
	"perennial/shared/merchant"
)

// DueItem is one entry of the due index.
type DueItem struct {
	Scope    merchant.Scope
	Ref      Ref
	Customer string // spares a read: the object's customer
	Card     string // spares another: the bar of the card that it is charged to; empty: not known
	Due      calendar.Instant
}

// Shards is the number of partitions that hold the due work of all live
// scopes and all wall-time work. It is part of the stored form and never
// changes.
const Shards = 64

// Partition is one part of the due index, read in order of time: a shard of
// wall time, or the business time of one test scope.
type Partition struct {
	Shard int            // 0 to Shards-1, when Scope is zero
	Scope merchant.Scope // a test scope
}

// PartitionOf says where an object waits. Live business time is wall time;
// a test scope's business time is its own.
func PartitionOf(scope merchant.Scope, e Entry) Partition {
	if scope.Mode == merchant.Test && !e.Due.IsZero() {
		return Partition{Scope: scope}
	}
	h := fnv.New32a()
	_, _ = h.Write([]byte(e.ID)) // never fails
	return Partition{Shard: int(h.Sum32() % Shards)}
}

// DueAt is the instant under which an object waits in its partition, zero
// when it waits for nothing.
func (e Entry) DueAt() calendar.Instant {
	if e.Due.IsZero() && !e.DueWall.IsZero() {
		return calendar.At(e.DueWall)
	}
	return e.Due
}

// Waiting reads the due index: up to limit entries of a partition that are
// due at an instant, earliest first. It may lag behind commits by moments.
type Waiting interface {
	DueItems(ctx context.Context, p Partition, until calendar.Instant, limit int) ([]DueItem, error)
}

// dueMessage is the queue's form of a due item.
type dueMessage struct {
	Schema   int    `json:"v"`
	Scope    string `json:"scope"`
	Kind     Kind   `json:"kind"`
	ID       string `json:"id"`
	Customer string `json:"customer,omitempty"`
	Card     string `json:"card,omitempty"`
	Due      int64  `json:"due"` // microseconds since the epoch
}

// EncodeDue writes a due item as a queue message.
func EncodeDue(d DueItem) ([]byte, error) {
	return json.Marshal(dueMessage{
		Schema: Schema, Scope: d.Scope.String(), Kind: d.Ref.Kind, ID: d.Ref.ID, Customer: d.Customer, Card: d.Card, Due: int64(d.Due),
	})
}

// DecodeDue reads what EncodeDue wrote. A message that this program does not
// understand is an error, and stays one however often it is tried.
func DecodeDue(message []byte) (DueItem, error) {
	var m dueMessage
	if err := json.Unmarshal(message, &m); err != nil {
		return DueItem{}, fmt.Errorf("record: due message: %w", err)
	}
	scope, ok := merchant.ParseScope(m.Scope)
	if m.Schema < 1 || m.Schema > Schema || !ok || m.Kind == "" || m.ID == "" {
		return DueItem{}, fmt.Errorf("record: due message of schema %d names no object", m.Schema)
	}
	return DueItem{Scope: scope, Ref: Ref{m.Kind, m.ID}, Customer: m.Customer, Card: m.Card, Due: calendar.Instant(m.Due)}, nil
}
