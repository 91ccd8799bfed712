package dynamo

import (
	"context"
	"fmt"
	"slices"
	"time"

	"perennial/shared/merchant"
	"perennial/shared/record"
)

// outboxItem is the item of a commit's events.
func outboxItem(o record.Outbox) (item, error) {
	address, err := record.ParseAddress(o.Key)
	if err != nil {
		return nil, err
	}
	doc, err := record.EncodeOutbox(o)
	if err != nil {
		return nil, err
	}
	it := outboxKey(address).item()
	it["bpk"] = text(listPartition(o.Scope, outboxList))
	it["bsk"] = text(listSort(o.Wall, address.Subject.ID))
	it.expire(o.Wall.Add(record.OutboxLife))
	return it, it.hold(doc)
}

// outbox reads an outbox item.
func (it item) outbox() (record.Outbox, error) {
	address, err := outboxAddress(it.key())
	if err != nil {
		return record.Outbox{}, err
	}
	doc, schema, err := it.doc()
	if err != nil {
		return record.Outbox{}, err
	}
	return record.DecodeOutbox(address.String(), schema, doc)
}

// OutboxByKey reads one outbox item, or record.ErrNotFound.
func (s *Store) OutboxByKey(ctx context.Context, name string) (record.Outbox, error) {
	address, err := record.ParseAddress(name)
	if err != nil {
		return record.Outbox{}, err
	}
	it, err := s.get(ctx, outboxKey(address))
	if err != nil {
		return record.Outbox{}, err
	}
	if it == nil {
		return record.Outbox{}, record.ErrNotFound
	}
	return it.outbox()
}

// ReplayOutbox gives a scope's outbox items written since a wall time, oldest
// first, until use answers an error.
func (s *Store) ReplayOutbox(ctx context.Context, scope merchant.Scope, from time.Time, use func(record.Outbox) error) error {
	in := between(partition(byBusiness, "bpk", listPartition(scope, outboxList)), "bsk", stamp(from), last)
	var keys []key
	err := s.query(ctx, in, func(it item) bool {
		keys = append(keys, it.key())
		return true
	})
	if err != nil {
		return fmt.Errorf("replay %s: %w", scope, err)
	}
	for chunk := range slices.Chunk(keys, batchSize) {
		items, err := s.batch(ctx, chunk)
		if err != nil {
			return fmt.Errorf("replay %s: %w", scope, err)
		}
		for _, k := range chunk {
			it, ok := items[k]
			if !ok {
				continue // expired since
			}
			o, err := it.outbox()
			if err != nil {
				return err
			}
			if err := use(o); err != nil {
				return err
			}
		}
	}
	return nil
}
