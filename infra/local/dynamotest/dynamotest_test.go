package dynamotest_test

import (
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/google/go-cmp/cmp"

	"perennial/infra/local/dynamotest"
	"perennial/infra/topology"
)

func TestTableHasTheDescribedShape(t *testing.T) {
	t.Parallel()
	client, name := dynamotest.Client(t), dynamotest.Table(t)

	out, err := client.DescribeTable(t.Context(), &dynamodb.DescribeTableInput{TableName: &name})
	if err != nil {
		t.Fatal(err)
	}
	var got, want []string
	for _, x := range out.Table.GlobalSecondaryIndexes {
		got = append(got, *x.IndexName)
	}
	for _, x := range topology.TableMain.Indexes {
		want = append(want, x.Name)
	}
	slices.Sort(got)
	slices.Sort(want)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error("indexes (-want +got):\n" + diff)
	}
	if s := out.Table.StreamSpecification; s == nil || s.StreamViewType != types.StreamViewTypeNewAndOldImages {
		t.Errorf("stream = %+v, want new and old images", s)
	}
	ttl, err := client.DescribeTimeToLive(t.Context(), &dynamodb.DescribeTimeToLiveInput{TableName: &name})
	if err != nil {
		t.Fatal(err)
	}
	if got := aws.ToString(ttl.TimeToLiveDescription.AttributeName); got != "ttl" {
		t.Errorf("TTL attribute = %q, want ttl", got)
	}
}

func TestTablesShareNothing(t *testing.T) {
	t.Parallel()
	client := dynamotest.Client(t)
	one, two := dynamotest.Table(t), dynamotest.Table(t)
	key := map[string]types.AttributeValue{
		"pk": &types.AttributeValueMemberS{Value: "p"}, "sk": &types.AttributeValueMemberS{Value: "s"},
	}
	if _, err := client.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: &one, Item: key}); err != nil {
		t.Fatal(err)
	}
	out, err := client.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: &two, Key: key})
	if err != nil {
		t.Fatal(err)
	}
	if out.Item != nil {
		t.Errorf("the second table holds the first one's item: %v", out.Item)
	}
}
