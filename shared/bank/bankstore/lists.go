package bankstore

import (
	"context"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"perennial/shared/bank"
)

// listed is how many intents of a customer are listed; it is also the most
// that one BatchGetItem reads.
const listed = 100

// Ledger reads every movement of the account's money, in order.
func (s *Store) Ledger(ctx context.Context, account string) ([]bank.Line, error) {
	items, err := s.page(ctx, account+"#L", "", false, 0)
	if err != nil {
		return nil, err
	}
	lines := make([]bank.Line, len(items))
	for i, stored := range items {
		if lines[i], _, err = decode[bank.Line](stored); err != nil {
			return nil, err
		}
	}
	return lines, nil
}

// Intents reads a customer's latest hundred intents, newest first.
func (s *Store) Intents(ctx context.Context, account, customer string) ([]bank.Intent, error) {
	pointers, err := s.page(ctx, account+"#C#"+customer, "I#", true, listed)
	if err != nil || len(pointers) == 0 {
		return nil, err
	}
	order := make([]string, len(pointers))
	keys := make([]map[string]types.AttributeValue, len(pointers))
	for i, p := range pointers {
		sk := p["sk"].(*types.AttributeValueMemberS).Value
		order[i] = sk[strings.LastIndexByte(sk, '#')+1:]
		keys[i] = intentKey(order[i]).item()
	}
	found, err := s.intents(ctx, keys)
	if err != nil {
		return nil, err
	}
	intents := make([]bank.Intent, len(order))
	for i, id := range order {
		intents[i] = found[id]
	}
	return intents, nil
}

// intents reads many intents at once, by id. DynamoDB may leave keys over.
func (s *Store) intents(ctx context.Context, keys []map[string]types.AttributeValue) (map[string]bank.Intent, error) {
	found := map[string]bank.Intent{}
	left := map[string]types.KeysAndAttributes{*s.table: {Keys: keys, ConsistentRead: aws.Bool(true)}}
	for len(left) > 0 {
		out, err := s.client.BatchGetItem(ctx, &dynamodb.BatchGetItemInput{RequestItems: left})
		if err != nil {
			return nil, fmt.Errorf("get %d intents: %w", len(keys), err)
		}
		for _, stored := range out.Responses[*s.table] {
			intent, version, err := decode[bank.Intent](stored)
			if err != nil {
				return nil, err
			}
			intent.Version = version
			found[intent.ID] = intent
		}
		left = out.UnprocessedKeys
	}
	return found, nil
}
