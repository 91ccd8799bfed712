package register

import (
	"context"
	"fmt"
	"time"

	"perennial/shared/fault"
	"perennial/shared/merchant"
	"perennial/shared/record"
)

// ErrBroad refuses a search that would have to look at too many objects.
var ErrBroad = fault.New(fault.Invalid, "INVALID_QUERY_PARAMS",
	"Too many objects would have to be searched. Narrow the list with created_at_gte and created_at_lte.")

// List reads a page of objects. With keep, which tells the wanted ones among
// what the query selects, it searches up to record.MaxOffset objects.
func List[T any](ctx context.Context, l record.Lister, scope merchant.Scope, q record.Query, keep func(T) bool) ([]T, error) {
	if keep == nil {
		return read[T](ctx, l, scope, q)
	}
	wanted, skip := q.Limit, q.Offset
	q.Limit, q.Offset = record.MaxLimit, 0
	var found []T
	seen := make(map[string]bool)
	for ; q.Offset <= record.MaxOffset; q.Offset += q.Limit {
		page, err := read[T](ctx, l, scope, q)
		if err != nil {
			return nil, err
		}
		for _, obj := range page {
			entry, err := record.Describe(obj)
			if err != nil {
				return nil, err
			}
			if seen[entry.ID] || !keep(obj) {
				continue
			}
			seen[entry.ID] = true
			if skip--; skip < 0 {
				found = append(found, obj)
			}
			if len(found) == wanted {
				return found, nil
			}
		}
		if len(page) == 0 {
			return found, nil
		}
	}
	return nil, ErrBroad
}

// Each visits every object of a kind in a scope, newest first, however many
// there are. What is made meanwhile may be missed.
func Each[T any](ctx context.Context, l record.Lister, scope merchant.Scope, kind record.Kind, visit func(T) error) error {
	q := record.Query{Kind: kind, Limit: record.MaxLimit}
	seen := make(map[string]bool)
	for {
		page, err := read[T](ctx, l, scope, q)
		if err != nil || len(page) == 0 {
			return err
		}
		var last time.Time
		for _, obj := range page {
			entry, err := record.Describe(obj)
			if err != nil {
				return err
			}
			last = entry.Created
			if seen[entry.ID] {
				continue
			}
			seen[entry.ID] = true
			if err := visit(obj); err != nil {
				return err
			}
		}
		if last.Equal(q.To) {
			q.Offset += len(page) // a crowd of one instant
		} else {
			q.To, q.Offset = last, 0
		}
	}
}

func read[T any](ctx context.Context, l record.Lister, scope merchant.Scope, q record.Query) ([]T, error) {
	objects, err := l.List(ctx, scope, q)
	if err != nil {
		return nil, fmt.Errorf("list %s of %s: %w", q.Kind, scope, err)
	}
	page := make([]T, 0, len(objects))
	for _, obj := range objects {
		page = append(page, obj.(T))
	}
	return page, nil
}
