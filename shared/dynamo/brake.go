package dynamo

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"perennial/shared/merchant"
)

// Allow takes one charge of a scope from its budget of this minute, and
// reports false when the budget is used up. All functions share the budget.
func (s *Store) Allow(ctx context.Context, scope merchant.Scope, perMinute int) (bool, error) {
	minute := s.Wall().UTC().Truncate(time.Minute)
	_, err := s.client.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName: s.table, Key: brakeKey(scope, minute).item(),
		UpdateExpression:         aws.String("ADD n :one SET #ttl = :ttl"),
		ConditionExpression:      aws.String("attribute_not_exists(n) OR n < :most"),
		ExpressionAttributeNames: map[string]string{"#ttl": attrTTL},
		ExpressionAttributeValues: item{
			":one": number(1), ":most": number(int64(perMinute)), ":ttl": number(minute.Add(time.Hour).Unix()),
		},
	})
	var full *types.ConditionalCheckFailedException
	if errors.As(err, &full) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("brake of %s: %w", scope, err)
	}
	return true, nil
}
