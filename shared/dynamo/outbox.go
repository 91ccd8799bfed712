package dynamo

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

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
// first, until use answers an error. It reads no further than a page ahead.
func (s *Store) ReplayOutbox(ctx context.Context, scope merchant.Scope, from time.Time, use func(record.Outbox) error) error {
	for sort := stamp(from); sort != ""; {
		var keys []key
		in := between(partition(byBusiness, "bpk", listPartition(scope, outboxList)), "bsk", sort, last)
		in.Limit = aws.Int32(batchSize)
		sort = ""
		err := s.query(ctx, in, func(it item) bool {
			keys = append(keys, it.key())
			if len(keys) < batchSize {
				return true
			}
			sort = it.str("bsk") + " " // the first that comes after it
			return false
		})
		if err == nil {
			err = s.replay(ctx, keys, use)
		}
		if err != nil {
			return fmt.Errorf("replay %s: %w", scope, err)
		}
	}
	return nil
}

// replay gives the outbox items at the keys, in their order.
func (s *Store) replay(ctx context.Context, keys []key, use func(record.Outbox) error) error {
	items, err := s.batch(ctx, keys)
	if err != nil {
		return err
	}
	for _, k := range keys {
		it, ok := items[k]
		if !ok {
			continue // expired since
		}
		o, err := it.outbox()
		if err == nil {
			err = use(o)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
