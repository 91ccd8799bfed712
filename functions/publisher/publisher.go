package main

import (
	"context"
	"fmt"
	"log/slog"
	"strings"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"perennial/infra/topology"
	"perennial/shared/dynamo"
	"perennial/shared/lambdabatch"
	"perennial/shared/record"
)

// service publishes one outbox item.
type service interface {
	Publish(ctx context.Context, o record.Outbox) error
}

type publisher struct{ service }

// invoke publishes in the order of the stream and names the first record that
// failed; Lambda brings it and everything after it again.
func (p publisher) invoke(ctx context.Context, batch events.DynamoDBEvent) (events.DynamoDBEventResponse, error) {
	for _, r := range batch.Records {
		if err := lambdabatch.Safely(func() error { return p.one(ctx, r) }); err != nil {
			slog.ErrorContext(ctx, "record failed", "record", r.EventID, "error", err.Error())
			return events.DynamoDBEventResponse{
				BatchItemFailures: []events.DynamoDBBatchItemFailure{{ItemIdentifier: r.Change.SequenceNumber}},
			}, nil
		}
	}
	return events.DynamoDBEventResponse{}, nil
}

// one publishes a record when it is a new outbox item.
func (p publisher) one(ctx context.Context, r events.DynamoDBEventRecord) error {
	sort, ok := r.Change.NewImage["sk"]
	if r.EventName != string(events.DynamoDBOperationTypeInsert) || !ok || !strings.HasPrefix(sort.String(), topology.StreamPrefix) {
		return nil
	}
	image, err := imageOf(r)
	if err != nil {
		return err
	}
	o, err := dynamo.OutboxFromStream(image)
	if err != nil {
		return err
	}
	return p.Publish(ctx, o)
}

// imageOf is the new item as the SDK's values; outbox items hold texts,
// numbers and bytes only.
func imageOf(r events.DynamoDBEventRecord) (map[string]types.AttributeValue, error) {
	image := make(map[string]types.AttributeValue, len(r.Change.NewImage))
	for name, v := range r.Change.NewImage {
		switch v.DataType() {
		case events.DataTypeString:
			image[name] = &types.AttributeValueMemberS{Value: v.String()}
		case events.DataTypeNumber:
			image[name] = &types.AttributeValueMemberN{Value: v.Number()}
		case events.DataTypeBinary:
			image[name] = &types.AttributeValueMemberB{Value: v.Binary()}
		default:
			return nil, fmt.Errorf("attribute %s has a type that outbox items do not hold", name)
		}
	}
	return image, nil
}
