// Package dynamo keeps every record of the service in one DynamoDB table. It
// owns the table's keys, indexes and item layout, and decides nothing about
// billing: what one step wants written is one record.Commit and becomes one
// conditional transaction.
//
// Invariants: every tenant's key starts with its scope; an object is written
// only over the version it was read at; the outbox item of a commit is
// written with it or not at all. keys.go is the only file that spells keys.
package dynamo

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"perennial/shared/clock"
	"perennial/shared/merchant"
	"perennial/shared/record"
)

// Store is the table. Wall may be set before use.
type Store struct {
	Wall   clock.Wall // decides when claims and cached entries expire
	client calls
	table  *string
	states cache[merchant.Scope, merchant.State]
	keys   cache[string, found]
}

// found is an object of a global kind with its scope.
type found struct {
	scope merchant.Scope
	obj   any
}

// New opens the table; it asks nothing of it.
func New(client *dynamodb.Client, table string) *Store {
	return &Store{Wall: clock.System, client: callsOf(client), table: &table}
}

// get reads one item strongly; nil when there is none.
func (s *Store) get(ctx context.Context, k key) (item, error) {
	out, err := s.client.GetItem(ctx, &dynamodb.GetItemInput{
		TableName: s.table, Key: k.item(), ConsistentRead: aws.Bool(true),
	})
	if err != nil {
		return nil, fmt.Errorf("get %s: %w", k.pk, err)
	}
	return out.Item, nil
}

// batchSize is how many items one BatchGetItem reads.
const batchSize = 100

// batch reads many items strongly; those that do not exist are missing.
func (s *Store) batch(ctx context.Context, keys []key) (map[key]item, error) {
	all := map[key]item{}
	for len(keys) > 0 {
		n := min(batchSize, len(keys))
		if err := s.batchGet(ctx, keys[:n], all); err != nil {
			return nil, fmt.Errorf("get %d items: %w", n, err)
		}
		keys = keys[n:]
	}
	return all, nil
}

// batchGet asks until DynamoDB leaves no key over.
func (s *Store) batchGet(ctx context.Context, keys []key, into map[key]item) error {
	asked := map[key]bool{}
	var wanted []map[string]types.AttributeValue
	for _, k := range keys {
		if !asked[k] {
			asked[k] = true
			wanted = append(wanted, k.item())
		}
	}
	left := map[string]types.KeysAndAttributes{*s.table: {Keys: wanted, ConsistentRead: aws.Bool(true)}}
	for try := 0; len(left) > 0; try++ {
		if err := pause(ctx, try); err != nil {
			return err
		}
		out, err := s.client.BatchGetItem(ctx, &dynamodb.BatchGetItemInput{RequestItems: left})
		if err != nil {
			return err
		}
		for _, it := range out.Responses[*s.table] {
			into[item(it).key()] = it
		}
		left = out.UnprocessedKeys
		if try == tries && len(left) > 0 {
			return errors.New("dynamo: throttled")
		}
	}
	return nil
}

// query reads pages until want says that it has enough.
func (s *Store) query(ctx context.Context, in *dynamodb.QueryInput, want func(item) bool) error {
	in.TableName = s.table
	for pages := dynamodb.NewQueryPaginator(s.client.query, in); pages.HasMorePages(); {
		out, err := pages.NextPage(ctx)
		if err != nil {
			return fmt.Errorf("query %s: %w", aws.ToString(in.IndexName), err)
		}
		for _, it := range out.Items {
			if !want(it) {
				return nil
			}
		}
	}
	return nil
}

// partition is the query of one partition of the table or of an index.
func partition(index, attribute, value string) *dynamodb.QueryInput {
	in := &dynamodb.QueryInput{
		KeyConditionExpression:    aws.String("#p = :p"),
		ExpressionAttributeNames:  map[string]string{"#p": attribute},
		ExpressionAttributeValues: map[string]types.AttributeValue{":p": text(value)},
	}
	if index != "" {
		in.IndexName = &index
	}
	return in
}

// between narrows a query to sort keys within bounds, both included.
func between(in *dynamodb.QueryInput, attribute, from, to string) *dynamodb.QueryInput {
	*in.KeyConditionExpression += " AND #s BETWEEN :from AND :to"
	in.ExpressionAttributeNames["#s"] = attribute
	in.ExpressionAttributeValues[":from"] = text(from)
	in.ExpressionAttributeValues[":to"] = text(to)
	return in
}

// Waits between tries: full jitter below a ceiling that doubles.
const (
	tries     = 6
	firstWait = 25 * time.Millisecond
	longest   = 400 * time.Millisecond
)

// pause waits before a retry; the first try, number 0, starts at once.
func pause(ctx context.Context, try int) error {
	if try == 0 {
		return ctx.Err()
	}
	wait := time.NewTimer(rand.N(min(firstWait<<try, longest)))
	defer wait.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-wait.C:
		return nil
	}
}

// The store serves every port.
var (
	_ record.Loader    = (*Store)(nil)
	_ record.Committer = (*Store)(nil)
	_ record.Owned     = (*Store)(nil)
	_ record.Lister    = (*Store)(nil)
	_ record.Finder    = (*Store)(nil)
	_ record.Waiting   = (*Store)(nil)
)
