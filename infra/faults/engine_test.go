package faults

import (
	"context"
	"crypto/rand"
	"os"
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"perennial/infra/local/dynamo"
	"perennial/infra/topology"
)

// engines are the DynamoDB engines that sites share: one for each
// processor, because one engine does one thing at a time.
var engines []string

// next engine in turn.
var turn atomic.Int64

func engine() string { return engines[int(turn.Add(1))%len(engines)] }

// startEngines starts the engines, or takes the one that the environment
// names, and returns what stops them.
func startEngines() (stop func(), err error) {
	if url := os.Getenv("PERENNIAL_DYNAMODB_ENDPOINT"); url != "" {
		engines = []string{url}
		return func() {}, nil
	}
	var running []*dynamo.Engine
	stop = func() {
		for _, e := range running {
			_ = e.Stop() // it ends with this process anyway
		}
	}
	for range min(max(runtime.NumCPU(), 1), 4) {
		e, err := dynamo.Start(context.Background(), dynamo.Options{})
		if err != nil {
			stop()
			return nil, err
		}
		running, engines = append(running, e), append(engines, e.URL())
	}
	return stop, nil
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
