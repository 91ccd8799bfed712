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

// Faults reads the account's ordered faults, oldest first.
func (s *Store) Faults(ctx context.Context, account string) ([]bank.Fault, error) {
	items, err := s.page(ctx, account+"#F", "", false, 0)
	if err != nil {
		return nil, err
	}
	faults := make([]bank.Fault, len(items))
	for i, stored := range items {
		if faults[i], _, err = decode[bank.Fault](stored); err != nil {
			return nil, err
		}
	}
	return faults, nil
}

// Arm keeps a fault until it is spent or cleared.
func (s *Store) Arm(ctx context.Context, f bank.Fault) error {
	all, err := item(faultKey(f.Account, f.ID), f, 0, time.Time{})
	if err != nil {
		return err
	}
	if f.Times > 0 {
		all["left"] = number(int64(f.Times))
	}
	if _, err := s.client.PutItem(ctx, &dynamodb.PutItemInput{TableName: s.table, Item: all}); err != nil {
		return fmt.Errorf("arm fault: %w", err)
	}
	return nil
}

// Spend takes one use of a fault and reports whether there was one left.
func (s *Store) Spend(ctx context.Context, f bank.Fault) (bool, error) {
	if f.Times == 0 {
		return true, nil
	}
	out, err := s.client.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName: s.table, Key: faultKey(f.Account, f.ID).item(),
		UpdateExpression:         aws.String("SET #left = #left - :one"),
		ConditionExpression:      aws.String("#left >= :one"),
		ExpressionAttributeNames: map[string]string{"#left": "left"},
		ExpressionAttributeValues: map[string]types.AttributeValue{
			":one": number(1),
		},
		ReturnValues: types.ReturnValueUpdatedNew,
	})
	var refused *types.ConditionalCheckFailedException
	if errors.As(err, &refused) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("spend fault: %w", err)
	}
	if left, ok := out.Attributes["left"].(*types.AttributeValueMemberN); ok && left.Value == "0" {
		err = s.clear(ctx, f)
	}
	return true, err
}

// Clear forgets every fault of the account.
func (s *Store) Clear(ctx context.Context, account string) error {
	faults, err := s.Faults(ctx, account)
	if err != nil {
		return err
	}
	for _, f := range faults {
		if err := s.clear(ctx, f); err != nil {
			return err
		}
	}
	return nil
}

func (s *Store) clear(ctx context.Context, f bank.Fault) error {
	_, err := s.client.DeleteItem(ctx, &dynamodb.DeleteItemInput{TableName: s.table, Key: faultKey(f.Account, f.ID).item()})
	if err != nil {
		return fmt.Errorf("clear fault: %w", err)
	}
	return nil
}
