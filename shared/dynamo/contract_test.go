package dynamo_test

import (
	"testing"

	"perennial/infra/local/dynamotest"
	"perennial/shared/dynamo"
	"perennial/shared/record/recordtest"
)

func TestTheTableKeepsTheContract(t *testing.T) {
	t.Parallel()
	recordtest.Suite(t, func(tb testing.TB) recordtest.Store {
		return dynamo.New(dynamotest.Client(tb), dynamotest.Table(tb))
	})
}

// newStore opens a table without a proxy.
func newStore(t *testing.T, table string) *dynamo.Store {
	t.Helper()
	return dynamo.New(dynamotest.Client(t), table)
}
