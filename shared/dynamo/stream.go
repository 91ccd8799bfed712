package dynamo

import (
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"perennial/shared/record"
)

// OutboxFromStream reads the outbox item that is the new image of a stream
// record, without asking the table.
func OutboxFromStream(image map[string]types.AttributeValue) (record.Outbox, error) {
	return item(image).outbox()
}
