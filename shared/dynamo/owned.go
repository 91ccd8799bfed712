package dynamo

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"perennial/shared/merchant"
	"perennial/shared/record"
)

// Owned implements record.Owned: one query of the customer's partition for
// the customer and its methods, one of byCustomer for the rest, at once.
func (s *Store) Owned(ctx context.Context, scope merchant.Scope, customer string, kinds ...record.Kind) ([]any, error) {
	var near, far []record.Kind
	for _, kind := range kinds {
		switch {
		case indexed(kind):
			far = append(far, kind)
		case kind == record.KindCustomer || kind == record.KindMethod:
			near = append(near, kind)
		default:
			return nil, fmt.Errorf("owned: %s is not found by customer", kind)
		}
	}
	if customer == "" || len(customer) > maxID {
		return nil, nil
	}
	beside := partition("", "pk", customerPartition(scope, customer))
	beside.ConsistentRead = aws.Bool(true)
	behind := partition(byCustomer, "cpk", ownerPartition(scope, customer))
	if len(far) > 0 {
		behind = between(behind, "csk", string(slices.Min(far))+"#", string(slices.Max(far))+"#"+last)
	}
	items, err := s.gather(ctx, []*dynamodb.QueryInput{beside, behind}, [][]record.Kind{near, far})
	if err != nil {
		return nil, fmt.Errorf("objects of %s: %w", customer, err)
	}
	all, err := objects(items)
	if err != nil {
		return nil, fmt.Errorf("objects of %s: %w", customer, err)
	}
	return newest(all)
}

// gather runs queries side by side and keeps the items of the wanted kinds. A
// query of which nothing is wanted is not made.
func (s *Store) gather(ctx context.Context, queries []*dynamodb.QueryInput, kinds [][]record.Kind) ([]item, error) {
	type answer struct {
		items []item
		err   error
	}
	answers := make(chan answer, len(queries))
	asked := 0
	for i, in := range queries {
		if len(kinds[i]) == 0 {
			continue
		}
		asked++
		go func() {
			var a answer
			a.err = s.query(ctx, in, func(it item) bool {
				if slices.Contains(kinds[i], record.Kind(it.str(attrKind))) {
					a.items = append(a.items, it)
				}
				return true
			})
			answers <- a
		}()
	}
	var all []item
	var failed error
	for range asked {
		a := <-answers
		all, failed = append(all, a.items...), cmp.Or(failed, a.err)
	}
	return all, failed
}

// newest sorts objects, the newest first, ids breaking ties.
func newest(all []any) ([]any, error) {
	order := make([]int, len(all))
	described := make([]record.Entry, len(all))
	for i, obj := range all {
		e, err := record.Describe(obj)
		if err != nil {
			return nil, err
		}
		order[i], described[i] = i, e
	}
	slices.SortFunc(order, func(a, b int) int {
		return cmp.Or(
			described[b].Created.Compare(described[a].Created),
			strings.Compare(described[b].ID, described[a].ID),
		)
	})
	sorted := make([]any, len(all))
	for i, at := range order {
		sorted[i] = all[at]
	}
	return sorted, nil
}
