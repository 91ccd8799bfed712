package dynamo

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"perennial/shared/merchant"
)

// Count adds webhooks to those that an endpoint gets in this second and
// answers with their sum. All functions share the count.
func (s *Store) Count(ctx context.Context, scope merchant.Scope, endpoint string, more int) (int, error) {
	second := s.Wall().UTC().Truncate(time.Second)
	out, err := s.client.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName: s.table, Key: rateKey(scope, endpoint, second).item(), ReturnValues: types.ReturnValueUpdatedNew,
		UpdateExpression:         aws.String("ADD n :more SET #ttl = :ttl"),
		ExpressionAttributeNames: map[string]string{"#ttl": attrTTL},
		ExpressionAttributeValues: item{
			":more": number(int64(more)), ":ttl": number(second.Add(time.Hour).Unix()),
		},
	})
	if err != nil {
		return 0, fmt.Errorf("rate of %s: %w", endpoint, err)
	}
	n, ok := out.Attributes["n"].(*types.AttributeValueMemberN)
	if !ok {
		return 0, fmt.Errorf("rate of %s: no count", endpoint)
	}
	return strconv.Atoi(n.Value)
}
