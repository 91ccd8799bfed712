package dynamo

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
)

// call is one operation of the SDK's client.
type call[In, Out any] func(context.Context, *In, ...func(*dynamodb.Options)) (*Out, error)

// calls are the operations that a store makes. Holding these instead of the
// client lets the linker leave out the SDK's other operations: packages that
// execute templates keep every method of each type that they may come across.
type calls struct {
	GetItem            call[dynamodb.GetItemInput, dynamodb.GetItemOutput]
	BatchGetItem       call[dynamodb.BatchGetItemInput, dynamodb.BatchGetItemOutput]
	PutItem            call[dynamodb.PutItemInput, dynamodb.PutItemOutput]
	UpdateItem         call[dynamodb.UpdateItemInput, dynamodb.UpdateItemOutput]
	TransactWriteItems call[dynamodb.TransactWriteItemsInput, dynamodb.TransactWriteItemsOutput]
	query              query
}

func callsOf(c *dynamodb.Client) calls {
	return calls{c.GetItem, c.BatchGetItem, c.PutItem, c.UpdateItem, c.TransactWriteItems, c.Query}
}

// query is the operation of which the SDK's paginator wants a client.
type query call[dynamodb.QueryInput, dynamodb.QueryOutput]

// Query implements dynamodb.QueryAPIClient.
func (q query) Query(ctx context.Context, in *dynamodb.QueryInput, o ...func(*dynamodb.Options)) (*dynamodb.QueryOutput, error) {
	return q(ctx, in, o...)
}
