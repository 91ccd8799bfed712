package dynamo

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"perennial/shared/ids"
	"perennial/shared/merchant"
	"perennial/shared/record"
)

// Commit implements record.Committer: one TransactWriteItems, or one PutItem
// where a single object changes and nothing happens besides.
func (s *Store) Commit(ctx context.Context, c record.Commit) error {
	return record.CommitMarked(ctx, c, s.commit)
}

func (s *Store) commit(ctx context.Context, c record.Commit) error {
	writes, err := s.writes(c)
	if err != nil {
		return fmt.Errorf("commit %s: %w", c.Cause, err)
	}
	if len(writes) == 1 && writes[0].put != nil && !writes[0].claim {
		err = s.putAlone(ctx, writes[0])
	} else {
		err = s.transact(ctx, writes)
	}
	if err == nil || errors.Is(err, record.ErrStale) {
		s.forget(c.Put)
	}
	if err != nil {
		return fmt.Errorf("commit %s: %w", c.Cause, err)
	}
	return nil
}

// write is one write of a commit with its condition.
type write struct {
	put    item // nil deletes
	at     key
	claim  bool
	name   string // for the error
	when   *string
	names  map[string]string
	values map[string]types.AttributeValue
}

// Conditions of writes.
const (
	isNew     = "attribute_not_exists(pk)"
	isVersion = "ver = :ver"
	isOurs    = " AND #s = :s"
	isFree    = isNew + " OR #until <= :now"
)

// writes lists what a commit writes. Nothing may be written twice.
func (s *Store) writes(c record.Commit) ([]write, error) {
	var all []write
	for _, obj := range c.Put {
		w, err := objectWrite(c, obj, true)
		if err != nil {
			return nil, err
		}
		all = append(all, w)
	}
	for _, obj := range c.Delete {
		w, err := objectWrite(c, obj, false)
		if err != nil {
			return nil, err
		}
		all = append(all, w)
	}
	for _, claim := range c.Claims {
		all = append(all, s.claimWrite(c.Scope, claim))
	}
	if len(c.Events) > 0 {
		w, err := s.outboxWrite(c)
		if err != nil {
			return nil, err
		}
		all = append(all, w)
	}
	return all, distinct(all)
}

// maxWrites is what one transaction holds.
const maxWrites = 100

func distinct(all []write) error {
	if len(all) == 0 || len(all) > maxWrites {
		return fmt.Errorf("%d writes", len(all))
	}
	seen := map[key]bool{}
	for _, w := range all {
		if seen[w.at] {
			return fmt.Errorf("%s twice", w.name)
		}
		seen[w.at] = true
	}
	return nil
}

// objectWrite writes the next version of an object over the one that was
// read, or deletes that.
func objectWrite(c record.Commit, obj any, put bool) (write, error) {
	e, err := record.Describe(obj)
	if err != nil {
		return write{}, err
	}
	home := c.Scope
	if e.Scope != (merchant.Scope{}) {
		home = e.Scope
	}
	ref := record.Ref{Kind: e.Kind, ID: e.ID}
	w := write{at: place(home, ref), name: fmt.Sprintf("%s %s at version %d", e.Kind, e.ID, e.Version)}
	if home.Business != c.Scope.Business || !mayLook(home, ref) {
		return w, fmt.Errorf("%s does not belong into %s", w.name, c.Scope)
	}
	switch {
	case e.Loose:
	case e.Version == 0 && put:
		w.when = aws.String(isNew)
	default:
		w.when, w.values = aws.String(isVersion), item{":ver": number(e.Version)}
		if e.Kind.Global() {
			*w.when += isOurs
			w.names, w.values[":s"] = map[string]string{"#s": attrScope}, text(home.String())
		}
	}
	if put {
		w.put, err = objectItem(home, obj, e, c)
	}
	return w, err
}

// claimWrite takes a name that is free, or whose claim has ended. DynamoDB
// deletes expired items late, so the condition compares.
func (s *Store) claimWrite(scope merchant.Scope, c record.Claim) write {
	at := claimKey(scope, c.Key)
	it := at.item()
	if !c.Expires.IsZero() {
		it[attrUntil] = number(c.Expires.UnixMicro())
		it.expire(c.Expires)
	}
	return write{
		put: it, at: at, claim: true, name: "claim " + c.Key, when: aws.String(isFree),
		names:  map[string]string{"#until": attrUntil},
		values: item{":now": number(s.Wall().UnixMicro())},
	}
}

// outboxWrite adds the commit's outbox item.
func (s *Store) outboxWrite(c record.Commit) (write, error) {
	o, err := record.OutboxOf(c, s.Wall())
	if err != nil {
		return write{}, err
	}
	it, err := outboxItem(o)
	return write{put: it, at: it.key(), name: "outbox " + o.Key, when: aws.String(isNew)}, err
}

// forget drops remembered copies of what was written, or was found to be old.
func (s *Store) forget(put []any) {
	for _, obj := range put {
		switch o := obj.(type) {
		case merchant.State:
			s.states.drop(o.Scope)
		case merchant.APIKey:
			s.keys.drop(o.Hash)
		}
	}
}

// putAlone writes one object without a transaction, at half the price. A
// retry after a lost reply meets its own effect, and knows it by its name.
func (s *Store) putAlone(ctx context.Context, w write) error {
	w.put[attrWrite] = text(ids.UUID()[:13])
	in := &dynamodb.PutItemInput{
		TableName: s.table, Item: w.put, ConditionExpression: w.when,
		ExpressionAttributeNames: w.names, ExpressionAttributeValues: w.values,
		ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
	}
	return retry(ctx, func() error {
		_, err := s.client.PutItem(ctx, in)
		var failed *types.ConditionalCheckFailedException
		if errors.As(err, &failed) {
			if item(failed.Item).str(attrWrite) == w.put.str(attrWrite) {
				return nil
			}
			return fmt.Errorf("%s: %w", w.name, record.ErrStale)
		}
		return err
	})
}

// transact writes everything or nothing. The token makes a retry after a lost
// reply answer as the first try did.
func (s *Store) transact(ctx context.Context, writes []write) error {
	in := &dynamodb.TransactWriteItemsInput{ClientRequestToken: aws.String(ids.UUID())}
	for _, w := range writes {
		in.TransactItems = append(in.TransactItems, s.action(w))
	}
	return retry(ctx, func() error {
		_, err := s.client.TransactWriteItems(ctx, in)
		var cancelled *types.TransactionCanceledException
		if errors.As(err, &cancelled) {
			return refusal(writes, cancelled, err)
		}
		return err
	})
}

func (s *Store) action(w write) types.TransactWriteItem {
	if w.put == nil {
		return types.TransactWriteItem{Delete: &types.Delete{
			TableName: s.table, Key: w.at.item(), ConditionExpression: w.when,
			ExpressionAttributeNames: w.names, ExpressionAttributeValues: w.values,
		}}
	}
	return types.TransactWriteItem{Put: &types.Put{
		TableName: s.table, Item: w.put, ConditionExpression: w.when,
		ExpressionAttributeNames: w.names, ExpressionAttributeValues: w.values,
	}}
}
