package bankstore

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"perennial/shared/bank"
	"perennial/shared/bank/teller"
)

// Conditions of a commit's writes.
const (
	isNew     = "attribute_not_exists(pk)"
	isThere   = "attribute_exists(pk)"
	isVersion = "ver = :ver"
	isFree    = "attribute_not_exists(pk) OR #exp <= :now" // no key, or a forgotten one
)

// Commit writes a whole step or nothing. When any condition fails, because
// another step was first, it answers teller.ErrConflict.
func (s *Store) Commit(ctx context.Context, c bank.Commit) error {
	writes, err := s.writes(c)
	if err != nil {
		return err
	}
	_, err = s.client.TransactWriteItems(ctx, &dynamodb.TransactWriteItemsInput{TransactItems: writes})
	var cancelled *types.TransactionCanceledException
	if errors.As(err, &cancelled) {
		return fmt.Errorf("%w: %s", teller.ErrConflict, reasons(cancelled))
	}
	if err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	return nil
}

func reasons(cancelled *types.TransactionCanceledException) string {
	var all string
	for _, r := range cancelled.CancellationReasons {
		all += aws.ToString(r.Code) + " "
	}
	return all
}

// writer collects the writes of one transaction; the first error stops it.
type writer struct {
	table  *string
	writes []types.TransactWriteItem
	err    error
}

func (s *Store) writes(c bank.Commit) ([]types.TransactWriteItem, error) {
	w := &writer{table: s.table}
	if c.Token != "" {
		w.remove(tokenKey(c.Account, c.Token))
	}
	if c.Method != nil {
		w.next(methodKey(c.Account, c.Method.ID), *c.Method, c.Method.Version)
	}
	if c.Intent != nil {
		w.next(intentKey(c.Intent.ID), *c.Intent, c.Intent.Version)
		if c.Intent.Version == 0 {
			w.add(listingKey(c.Account, c.Intent.Customer, c.Intent.ID, c.Intent.Created), nil)
		}
	}
	if c.Dispute != nil {
		w.next(disputeKey(c.Account, c.Dispute.ID), *c.Dispute, c.Dispute.Version)
	}
	for _, line := range c.Lines {
		w.add(lineKey(c.Account, line.ID, line.At), line)
	}
	if c.Answer != nil {
		w.answer(*c.Answer)
	}
	return w.writes, w.err
}

// next writes the version after the one that was read; 0 means a new record.
func (w *writer) next(k key, record any, version int) {
	put := w.put(k, record, version+1, time.Time{}, isNew)
	if version > 0 && put != nil {
		put.ConditionExpression = aws.String(isVersion)
		put.ExpressionAttributeValues = map[string]types.AttributeValue{":ver": number(int64(version))}
	}
}

// add writes a record that must be new.
func (w *writer) add(k key, record any) { w.put(k, record, 0, time.Time{}, isNew) }

// answer writes a remembered answer over none or over a forgotten one.
func (w *writer) answer(a bank.Answer) {
	put := w.put(answerKey(a.Account, string(a.Op), a.Key), a, 0, a.Expires(), isFree)
	if put != nil {
		put.ExpressionAttributeNames = map[string]string{"#exp": "exp"}
		put.ExpressionAttributeValues = map[string]types.AttributeValue{":now": number(a.At.UnixNano())}
	}
}

func (w *writer) put(k key, record any, version int, expires time.Time, condition string) *types.Put {
	all, err := item(k, record, version, expires)
	if err != nil {
		w.err = err
		return nil
	}
	put := &types.Put{TableName: w.table, Item: all, ConditionExpression: &condition}
	w.writes = append(w.writes, types.TransactWriteItem{Put: put})
	return put
}

// remove uses up an item that must be there.
func (w *writer) remove(k key) {
	w.writes = append(w.writes, types.TransactWriteItem{Delete: &types.Delete{
		TableName: w.table, Key: k.item(), ConditionExpression: aws.String(isThere),
	}})
}
