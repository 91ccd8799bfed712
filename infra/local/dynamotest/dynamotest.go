// Package dynamotest gives tests a real DynamoDB engine and fresh tables.
//
// One in-memory engine serves a whole test process and ends with it.
// PERENNIAL_DYNAMODB_ENDPOINT names a running engine to use instead. A missing
// engine fails the test; it never skips it.
package dynamotest

import (
	"context"
	"crypto/rand"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"perennial/infra/local/dynamo"
	"perennial/infra/topology"
)

// shared starts the engine of this test process, once.
var shared = sync.OnceValues(func() (string, error) {
	if url := os.Getenv("PERENNIAL_DYNAMODB_ENDPOINT"); url != "" {
		return url, nil
	}
	engine, err := dynamo.Start(context.Background(), dynamo.Options{})
	if err != nil {
		return "", err
	}
	return engine.URL(), nil
})

// Endpoint returns the URL of an engine that serves this test process.
func Endpoint(tb testing.TB) string {
	tb.Helper()
	url, err := shared()
	if err != nil {
		tb.Fatal(err)
	}
	return url
}

// Client returns a client of the engine.
func Client(tb testing.TB) *dynamodb.Client {
	tb.Helper()
	return dynamo.Client(Endpoint(tb))
}

// Table makes an empty table with the main table's indexes and stream under a
// name of its own, and drops it when the test ends.
func Table(tb testing.TB) string {
	tb.Helper()
	return TableOf(tb, topology.TableMain)
}

// TableOf does the same for any described table.
func TableOf(tb testing.TB, t topology.Table) string {
	tb.Helper()
	client := Client(tb)
	name := t.Name + "-" + rand.Text()[:12]
	if err := dynamo.CreateTable(tb.Context(), client, name, t); err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if _, err := client.DeleteTable(ctx, &dynamodb.DeleteTableInput{TableName: &name}); err != nil {
			tb.Errorf("drop table %s: %v", name, err)
		}
	})
	return name
}
