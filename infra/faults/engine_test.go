package faults

import (
	"context"
	"crypto/rand"
	"os"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"perennial/infra/local/dynamo"
	"perennial/infra/topology"
)

// engine starts an engine for one site, or takes the one that the environment
// names. An engine of its own is empty, and therefore quick: DynamoDB Local
// writes four times slower once it holds the stream of another table.
func engine(t *testing.T) string {
	t.Helper()
	if url := os.Getenv("PERENNIAL_DYNAMODB_ENDPOINT"); url != "" {
		return url
	}
	e, err := dynamo.Start(t.Context(), dynamo.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = e.Stop() }) // it ends with this process anyway
	return e.URL()
}

// makeTable makes an empty table on an engine and drops it when the site is
// done.
func makeTable(t *testing.T, client *dynamodb.Client, shape topology.Table) string {
	t.Helper()
	name := shape.Name + "-" + rand.Text()[:12]
	if err := dynamo.CreateTable(t.Context(), client, name, shape); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
		defer cancel()
		if _, err := client.DeleteTable(ctx, &dynamodb.DeleteTableInput{TableName: &name}); err != nil {
			t.Errorf("drop table %s: %v", name, err)
		}
	})
	return name
}
