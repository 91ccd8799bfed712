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
	return s.tally(ctx, rateKey(scope, endpoint, second), more, second.Add(time.Hour))
}

// Tally counts one more of something within a window of time and answers with
// how many there were. All functions share the count. A name that holds
// anything personal is handed over as its hash.
func (s *Store) Tally(ctx context.Context, scope merchant.Scope, name string, window time.Duration) (int, error) {
	since := s.Wall().UTC().Truncate(window)
	return s.tally(ctx, rateKey(scope, name, since), 1, since.Add(window+time.Hour))
}

func (s *Store) tally(ctx context.Context, k key, more int, expires time.Time) (int, error) {
	out, err := s.client.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName: s.table, Key: k.item(), ReturnValues: types.ReturnValueUpdatedNew,
		UpdateExpression:          aws.String("ADD n :more SET #ttl = :ttl"),
		ExpressionAttributeNames:  map[string]string{"#ttl": attrTTL},
		ExpressionAttributeValues: item{":more": number(int64(more)), ":ttl": number(expires.Unix())},
	})
	if err != nil {
		return 0, fmt.Errorf("count %s: %w", k.pk, err)
	}
	n, ok := out.Attributes["n"].(*types.AttributeValueMemberN)
	if !ok {
		return 0, fmt.Errorf("count %s: no count", k.pk)
	}
	return strconv.Atoi(n.Value)
}
