// Package bankstore keeps the sandbox gateway's records in its own DynamoDB
// table (keys pk and sk, TTL attribute ttl). It decides nothing: what a step
// wants written is one bank.Commit, and becomes one conditional transaction.
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
)

// Store is the bank's table.
type Store struct {
	client *dynamodb.Client
	table  *string
}

// New opens the table.
func New(client *dynamodb.Client, table string) *Store {
	return &Store{client: client, table: &table}
}

// get reads one record strongly; missing is the error when there is none.
func get[T any](ctx context.Context, s *Store, k key, missing error) (T, int, error) {
	var none T
	out, err := s.client.GetItem(ctx, &dynamodb.GetItemInput{TableName: s.table, Key: k.item(), ConsistentRead: aws.Bool(true)})
	if err != nil {
		return none, 0, fmt.Errorf("get %s: %w", k.pk, err)
	}
	if out.Item == nil {
		return none, 0, missing
	}
	return decode[T](out.Item)
}

func (s *Store) put(ctx context.Context, k key, record any, expires time.Time) error {
	all, err := item(k, record, 0, expires)
	if err != nil {
		return err
	}
	if _, err := s.client.PutItem(ctx, &dynamodb.PutItemInput{TableName: s.table, Item: all}); err != nil {
		return fmt.Errorf("put %s: %w", k.pk, err)
	}
	return nil
}

// page reads a partition's items whose sort key starts with a prefix, at most
// limit of them; 0 means all.
func (s *Store) page(ctx context.Context, pk, prefix string, newestFirst bool, limit int) ([]map[string]types.AttributeValue, error) {
	input := &dynamodb.QueryInput{
		TableName: s.table, ConsistentRead: aws.Bool(true), ScanIndexForward: aws.Bool(!newestFirst),
		KeyConditionExpression: aws.String("pk = :pk"),
		ExpressionAttributeValues: map[string]types.AttributeValue{
			":pk": &types.AttributeValueMemberS{Value: pk},
		},
	}
	if prefix != "" {
		input.KeyConditionExpression = aws.String("pk = :pk AND begins_with(sk, :sk)")
		input.ExpressionAttributeValues[":sk"] = &types.AttributeValueMemberS{Value: prefix}
	}
	if limit > 0 {
		input.Limit = aws.Int32(int32(limit))
	}
	var all []map[string]types.AttributeValue
	for pages := dynamodb.NewQueryPaginator(s.client, input); pages.HasMorePages(); {
		out, err := pages.NextPage(ctx)
		if err != nil {
			return nil, fmt.Errorf("query %s: %w", pk, err)
		}
		all = append(all, out.Items...)
		if limit > 0 && len(all) >= limit {
			return all[:limit], nil
		}
	}
	return all, nil
}

// Enrol keeps a customer; writing it again changes nothing.
func (s *Store) Enrol(ctx context.Context, c bank.Customer) error {
	return s.put(ctx, customerKey(c.Account, c.ID), c, time.Time{})
}

// Customer reads a customer of the account.
func (s *Store) Customer(ctx context.Context, account, id string) (bank.Customer, error) {
	c, _, err := get[bank.Customer](ctx, s, customerKey(account, id), bank.ErrNoCustomer)
	return c, err
}

// AddToken keeps a token until it expires.
func (s *Store) AddToken(ctx context.Context, t bank.Token) error {
	return s.put(ctx, tokenKey(t.Account, t.ID), t, t.Expires)
}

// Token reads a token that was not used yet.
func (s *Store) Token(ctx context.Context, account, id string) (bank.Token, error) {
	t, _, err := get[bank.Token](ctx, s, tokenKey(account, id), bank.ErrNoToken)
	return t, err
}

// Method reads a payment method, removed ones too.
func (s *Store) Method(ctx context.Context, account, id string) (bank.Method, error) {
	m, version, err := get[bank.Method](ctx, s, methodKey(account, id), bank.ErrNoMethod)
	m.Version = version
	return m, err
}

// Intent reads an intent of any account; the caller checks whose it is.
func (s *Store) Intent(ctx context.Context, id string) (bank.Intent, error) {
	i, version, err := get[bank.Intent](ctx, s, intentKey(id), bank.ErrNoIntent)
	i.Version = version
	return i, err
}

// Dispute reads a dispute of the account.
func (s *Store) Dispute(ctx context.Context, account, id string) (bank.Dispute, error) {
	d, version, err := get[bank.Dispute](ctx, s, disputeKey(account, id), bank.ErrNoDispute)
	d.Version = version
	return d, err
}

// Answer reads what was answered under a key, which may have expired.
func (s *Store) Answer(ctx context.Context, account string, op bank.Operation, name string) (bank.Answer, bool, error) {
	a, _, err := get[bank.Answer](ctx, s, answerKey(account, string(op), name), errNoAnswer)
	if errors.Is(err, errNoAnswer) {
		return bank.Answer{}, false, nil
	}
	return a, err == nil, err
}

var errNoAnswer = errors.New("bankstore: no answer under this key")
