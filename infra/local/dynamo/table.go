package dynamo

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"perennial/infra/topology"
)

// CreateTable makes the table that t describes under the given name, with its
// indexes, stream and TTL attribute, and waits until it serves. A table that
// exists already is kept when it has the same indexes, and refused otherwise.
func CreateTable(ctx context.Context, client *dynamodb.Client, name string, t topology.Table) error {
	_, err := client.CreateTable(ctx, tableInput(name, t))
	var exists *types.ResourceInUseException
	if errors.As(err, &exists) {
		return checkShape(ctx, client, name, t)
	}
	if err != nil {
		return fmt.Errorf("create table %s: %w", name, err)
	}
	waiter := dynamodb.NewTableExistsWaiter(client, func(o *dynamodb.TableExistsWaiterOptions) {
		o.MinDelay, o.MaxDelay = 20*time.Millisecond, 200*time.Millisecond
	})
	if err := waiter.Wait(ctx, &dynamodb.DescribeTableInput{TableName: &name}, 10*time.Second); err != nil {
		return fmt.Errorf("wait for table %s: %w", name, err)
	}
	_, err = client.UpdateTimeToLive(ctx, &dynamodb.UpdateTimeToLiveInput{
		TableName:               &name,
		TimeToLiveSpecification: &types.TimeToLiveSpecification{AttributeName: aws.String("ttl"), Enabled: aws.Bool(true)},
	})
	if err != nil {
		return fmt.Errorf("set TTL of table %s: %w", name, err)
	}
	return nil
}

func tableInput(name string, t topology.Table) *dynamodb.CreateTableInput {
	in := &dynamodb.CreateTableInput{
		TableName:            &name,
		BillingMode:          types.BillingModePayPerRequest,
		KeySchema:            keySchema("pk", "sk"),
		AttributeDefinitions: []types.AttributeDefinition{text("pk"), text("sk")},
	}
	for _, x := range t.Indexes {
		in.GlobalSecondaryIndexes = append(in.GlobalSecondaryIndexes, types.GlobalSecondaryIndex{
			IndexName: aws.String(x.Name), KeySchema: keySchema(x.Partition, x.Sort), Projection: projection(x),
		})
		in.AttributeDefinitions = append(in.AttributeDefinitions, text(x.Partition), text(x.Sort))
	}
	if t.Stream {
		in.StreamSpecification = &types.StreamSpecification{
			StreamEnabled: aws.Bool(true), StreamViewType: types.StreamViewTypeNewAndOldImages,
		}
	}
	return in
}

func projection(x topology.Index) *types.Projection {
	if len(x.Projection) == 0 {
		return &types.Projection{ProjectionType: types.ProjectionTypeKeysOnly}
	}
	return &types.Projection{ProjectionType: types.ProjectionTypeInclude, NonKeyAttributes: x.Projection}
}

func keySchema(partition, sort string) []types.KeySchemaElement {
	return []types.KeySchemaElement{
		{AttributeName: &partition, KeyType: types.KeyTypeHash},
		{AttributeName: &sort, KeyType: types.KeyTypeRange},
	}
}

func text(name string) types.AttributeDefinition {
	return types.AttributeDefinition{AttributeName: &name, AttributeType: types.ScalarAttributeTypeS}
}

// checkShape compares an existing table's indexes with the wanted ones.
func checkShape(ctx context.Context, client *dynamodb.Client, name string, t topology.Table) error {
	out, err := client.DescribeTable(ctx, &dynamodb.DescribeTableInput{TableName: &name})
	if err != nil {
		return fmt.Errorf("describe table %s: %w", name, err)
	}
	have := map[string]string{}
	for _, x := range out.Table.GlobalSecondaryIndexes {
		have[*x.IndexName] = shape(x.Projection.NonKeyAttributes)
	}
	for _, x := range t.Indexes {
		if have[x.Name] != shape(x.Projection) {
			return fmt.Errorf("table %s was made by another version (index %s differs): remove the folder .local to start afresh", name, x.Name)
		}
	}
	return nil
}

// shape spells the attributes of a projection in one fixed order.
func shape(attributes []string) string {
	return "with " + strings.Join(slices.Sorted(slices.Values(attributes)), " ")
}

// StreamARN returns the ARN of a table's stream.
func StreamARN(ctx context.Context, client *dynamodb.Client, table string) (string, error) {
	out, err := client.DescribeTable(ctx, &dynamodb.DescribeTableInput{TableName: &table})
	if err != nil {
		return "", fmt.Errorf("describe table %s: %w", table, err)
	}
	if out.Table.LatestStreamArn == nil {
		return "", fmt.Errorf("table %s has no stream", table)
	}
	return *out.Table.LatestStreamArn, nil
}
