package dynamo

import (
	"context"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"perennial/shared/merchant"
	"perennial/shared/record"
)

// List implements record.Lister: one query of byBusiness for the page's keys
// and one read of its objects. A customer's objects come from byCustomer in
// one request.
func (s *Store) List(ctx context.Context, scope merchant.Scope, q record.Query) ([]any, error) {
	q, err := q.Check()
	if err != nil {
		return nil, err
	}
	if customer := q.Filters["customer_id"]; customer != "" {
		all, err := s.Owned(ctx, scope, customer, q.Kind)
		if err != nil {
			return nil, err
		}
		all, err = matching(all, q)
		from := min(q.Offset, len(all))
		return all[from:min(from+q.Limit, len(all))], err
	}
	keys, err := s.pageKeys(ctx, scope, q)
	if err != nil {
		return nil, fmt.Errorf("list %s of %s: %w", q.Kind, scope, err)
	}
	items, err := s.batch(ctx, keys)
	if err != nil {
		return nil, fmt.Errorf("list %s of %s: %w", q.Kind, scope, err)
	}
	var page []item
	for _, k := range keys {
		if it, ok := items[k]; ok {
			page = append(page, it)
		}
	}
	all, err := objects(page)
	if err != nil {
		return nil, err
	}
	return matching(all, q)
}

// pageKeys finds the keys of one page.
func (s *Store) pageKeys(ctx context.Context, scope merchant.Scope, q record.Query) ([]key, error) {
	from, to := "0", last
	if !q.From.IsZero() {
		from = stamp(q.From)
	}
	if !q.To.IsZero() {
		to = stamp(q.To) + "#" + last
	}
	if to < from {
		return nil, nil
	}
	in := between(partition(byBusiness, "bpk", listPartition(scope, string(q.Kind))), "bsk", from, to)
	in.ScanIndexForward = aws.Bool(false)
	if len(q.Filters) == 0 {
		in.Limit = aws.Int32(int32(q.Offset + q.Limit))
	}
	filter(in, q.Filters)
	var keys []key
	skip := q.Offset
	err := s.query(ctx, in, func(it item) bool {
		if skip > 0 {
			skip--
			return true
		}
		keys = append(keys, it.key())
		return len(keys) < q.Limit
	})
	return keys, err
}

// filter makes the index compare the attributes it holds.
func filter(in *dynamodb.QueryInput, filters map[string]string) {
	var conditions []string
	for name, value := range filters {
		attribute := filterAttributes[name]
		in.ExpressionAttributeNames["#"+attribute] = attribute
		in.ExpressionAttributeValues[":"+attribute] = text(value)
		conditions = append(conditions, "#"+attribute+" = :"+attribute)
	}
	if len(conditions) > 0 {
		in.FilterExpression = aws.String(strings.Join(conditions, " AND "))
	}
}

// matching keeps the objects that are selected still: the index lags behind.
func matching(all []any, q record.Query) ([]any, error) {
	var kept []any
	for _, obj := range all {
		e, err := record.Describe(obj)
		if err != nil {
			return nil, err
		}
		if q.Matches(e) {
			kept = append(kept, obj)
		}
	}
	return kept, nil
}
