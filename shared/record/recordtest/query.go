package recordtest

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"perennial/shared/billing"
	"perennial/shared/calendar"
	"perennial/shared/merchant"
	"perennial/shared/record"
)

// ownedKinds are the kinds that a customer's objects are found by.
var ownedKinds = []record.Kind{
	record.KindCustomer, record.KindMethod, record.KindSubscription, record.KindInvoice, record.KindPayment,
	record.KindRefund, record.KindDispute, record.KindSession,
}

// Owned implements record.Owned.
func (f *Fake) Owned(_ context.Context, scope merchant.Scope, customer string, kinds ...record.Kind) ([]any, error) {
	for _, kind := range kinds {
		if !slices.Contains(ownedKinds, kind) {
			return nil, fmt.Errorf("owned: %s is not found by customer", kind)
		}
	}
	return f.newest(func(i item) bool {
		mine := i.entry.Customer == customer || i.entry.Kind == record.KindCustomer && i.entry.ID == customer
		return i.scope == scope && mine && slices.Contains(kinds, i.entry.Kind)
	})
}

// List implements record.Lister.
func (f *Fake) List(_ context.Context, scope merchant.Scope, q record.Query) ([]any, error) {
	q, err := q.Check()
	if err != nil {
		return nil, err
	}
	all, err := f.newest(func(i item) bool { return i.scope == scope && q.Matches(i.entry) })
	if err != nil {
		return nil, err
	}
	from := min(q.Offset, len(all))
	return all[from:min(from+q.Limit, len(all))], nil
}

// newest gives the matching objects, newest first, ids breaking ties.
func (f *Fake) newest(match func(item) bool) ([]any, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	var found []item
	for _, i := range f.items {
		if match(i) {
			found = append(found, i)
		}
	}
	slices.SortFunc(found, func(a, b item) int {
		return cmp.Or(b.entry.Created.Compare(a.entry.Created), strings.Compare(b.entry.ID, a.entry.ID))
	})
	var objects []any
	for _, i := range found {
		obj, err := i.object()
		if err != nil {
			return nil, err
		}
		objects = append(objects, obj)
	}
	return objects, nil
}

// Customers lists the customers of an e-mail address in a scope, by id.
func (f *Fake) Customers(_ context.Context, scope merchant.Scope, email string) ([]string, error) {
	boxes, err := f.newest(func(i item) bool {
		return i.scope == scope && i.entry.Kind == record.KindMailbox && strings.HasPrefix(i.entry.ID, billing.NormalEmail(email)+"#")
	})
	var customers []string
	for _, box := range boxes {
		customers = append(customers, box.(billing.Mailbox).Customer)
	}
	slices.Sort(customers)
	return customers, err
}

// Everywhere implements record.Addressed.
func (f *Fake) Everywhere(_ context.Context, mode merchant.Mode, email string) ([]record.Owner, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	var owners []record.Owner
	for _, i := range f.items {
		if i.scope.Mode == mode && i.entry.Kind == record.KindMailbox && i.entry.ID == billing.NormalEmail(email)+"#"+i.entry.Customer {
			owners = append(owners, record.Owner{Scope: i.scope, Customer: i.entry.Customer})
		}
	}
	slices.SortFunc(owners, func(a, b record.Owner) int {
		return cmp.Or(strings.Compare(a.Scope.String(), b.Scope.String()), strings.Compare(a.Customer, b.Customer))
	})
	return owners, nil
}

// DueItems implements record.Waiting.
func (f *Fake) DueItems(_ context.Context, p record.Partition, until calendar.Instant, limit int) ([]record.DueItem, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	var due []record.DueItem
	for _, i := range f.items {
		at := i.entry.DueAt()
		if !at.IsZero() && at <= until && record.PartitionOf(i.scope, i.entry) == p {
			due = append(due, record.DueItem{
				Scope: i.scope, Ref: record.Ref{Kind: i.entry.Kind, ID: i.entry.ID}, Customer: i.entry.Customer, Card: i.entry.Card, Due: at,
			})
		}
	}
	slices.SortFunc(due, func(a, b record.DueItem) int {
		return cmp.Or(cmp.Compare(a.Due, b.Due), strings.Compare(a.Ref.ID, b.Ref.ID))
	})
	return due[:min(limit, len(due))], nil
}

// Due is all the work of a scope in business time up to an instant, earliest
// first, whatever partition it waits in.
func (f *Fake) Due(ctx context.Context, scope merchant.Scope, until calendar.Instant) ([]record.DueItem, error) {
	partitions := []record.Partition{{Scope: scope}}
	if scope.Mode == merchant.Live {
		partitions = nil
		for i := range record.Shards {
			partitions = append(partitions, record.Partition{Shard: i})
		}
	}
	var all []record.DueItem
	for _, p := range partitions {
		due, err := f.DueItems(ctx, p, until, math.MaxInt)
		if err != nil {
			return nil, err
		}
		for _, d := range due {
			if d.Scope == scope && !slices.Contains([]record.Kind{record.KindDelivery, record.KindReplay, record.KindMail}, d.Ref.Kind) {
				all = append(all, d)
			}
		}
	}
	slices.SortStableFunc(all, func(a, b record.DueItem) int {
		return cmp.Or(cmp.Compare(a.Due, b.Due), strings.Compare(a.Ref.ID, b.Ref.ID))
	})
	return all, nil
}

// TestScopes lists the state of every test scope, by scope.
func (f *Fake) TestScopes(context.Context) ([]merchant.State, error) {
	found, err := f.newest(func(i item) bool {
		return i.entry.Kind == record.KindState && i.scope.Mode == merchant.Test
	})
	var states []merchant.State
	for _, obj := range slices.Backward(found) {
		states = append(states, obj.(merchant.State))
	}
	return states, err
}

// OutboxByKey reads one outbox item, or record.ErrNotFound.
func (f *Fake) OutboxByKey(_ context.Context, key string) (record.Outbox, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	doc, ok := f.outbox[key]
	if !ok {
		return record.Outbox{}, record.ErrNotFound
	}
	return record.DecodeOutbox(key, record.Schema, doc)
}

// Outboxes lists every outbox item in the order of the commits.
func (f *Fake) Outboxes() []record.Outbox {
	f.mu.Lock()
	defer f.mu.Unlock()
	var all []record.Outbox
	for _, key := range f.order {
		o, err := record.DecodeOutbox(key, record.Schema, f.outbox[key])
		if err != nil {
			panic(err) // we wrote it ourselves
		}
		all = append(all, o)
	}
	return all
}

// Events lists every event of every commit, in order.
func (f *Fake) Events() []billing.Event {
	var all []billing.Event
	for _, o := range f.Outboxes() {
		all = append(all, o.Events...)
	}
	return all
}

// ReplayOutbox gives a scope's outbox items written since a wall time, oldest
// first, until use answers an error.
func (f *Fake) ReplayOutbox(_ context.Context, scope merchant.Scope, from time.Time, use func(record.Outbox) error) error {
	for _, o := range f.Outboxes() {
		if o.Scope != scope || o.Wall.Before(from) {
			continue
		}
		if err := use(o); err != nil {
			return err
		}
	}
	return nil
}
