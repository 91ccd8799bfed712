package faults

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"

	"perennial/infra/local/dynamo"
	"perennial/infra/local/lambda"
	"perennial/infra/local/stream"
	"perennial/infra/topology"
)

// records reads the table's stream and keeps what it reads until the site
// decides when, how often and in which order to deliver it.
type records struct {
	pump stream.Pump
	wake chan struct{}
	door *turnstile

	mu   sync.Mutex
	held []streamRecord
}

// streamRecord is one record as the event source spells it.
type streamRecord struct {
	raw      json.RawMessage
	key      string // partition key of the item
	sequence string
	tries    int
}

func openRecords(t *testing.T, engine, table string) *records {
	t.Helper()
	arn, err := dynamo.StreamARN(t.Context(), dynamo.Client(engine), table)
	if err != nil {
		t.Fatal(err)
	}
	r := &records{wake: make(chan struct{}, 1), door: newTurnstile()}
	client := dynamo.StreamsClient(engine)
	options := client.Options()
	options.HTTPClient = &http.Client{Transport: r.door}
	r.pump = stream.Pump{
		Client: dynamodbstreams.New(options), Invoker: r, Stream: arn,
		Function: topology.StreamConsumer, Prefix: topology.StreamPrefix,
		Wake: r.wake, Busy: func() bool { return false },
	}
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error)
	go func() { done <- r.pump.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return r
}

// Invoke implements stream.Invoker: it only takes the records.
func (r *records) Invoke(_ context.Context, _ string, payload []byte) ([]byte, *lambda.FunctionError, error) {
	var batch struct{ Records []json.RawMessage }
	if err := json.Unmarshal(payload, &batch); err != nil {
		return nil, nil, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, raw := range batch.Records {
		var one struct {
			Change struct {
				Keys           map[string]struct{ S string }
				SequenceNumber string
			} `json:"dynamodb"`
		}
		if err := json.Unmarshal(raw, &one); err != nil {
			return nil, nil, err
		}
		r.held = append(r.held, streamRecord{raw: raw, key: one.Change.Keys["pk"].S, sequence: one.Change.SequenceNumber})
	}
	return nil, nil, nil
}

// sync waits until everything written before is held here.
func (r *records) sync(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	select {
	case r.wake <- struct{}{}:
	default: // told already
	}
	r.door.open()
	defer r.door.close()
	return r.pump.Sync(ctx)
}

// turnstile lets the pump ask the engine only while somebody wants to know:
// asking all the time costs the engine more than everything else.
type turnstile struct {
	mu    sync.Mutex
	ready chan struct{} // closed while open
}

func newTurnstile() *turnstile { return &turnstile{ready: make(chan struct{})} }

func (d *turnstile) open() {
	d.mu.Lock()
	defer d.mu.Unlock()
	close(d.ready)
}

func (d *turnstile) close() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.ready = make(chan struct{})
}

// RoundTrip implements http.RoundTripper.
func (d *turnstile) RoundTrip(r *http.Request) (*http.Response, error) {
	d.mu.Lock()
	ready := d.ready
	d.mu.Unlock()
	select {
	case <-ready:
		return plain.RoundTrip(r)
	case <-r.Context().Done():
		return nil, r.Context().Err()
	}
}

// take gives the held records whose items lie in a scope; an empty scope takes
// all.
func (r *records) take(scope string) []streamRecord {
	r.mu.Lock()
	defer r.mu.Unlock()
	var taken, left []streamRecord
	for _, one := range r.held {
		if strings.HasPrefix(one.key, scope) {
			taken = append(taken, one)
		} else {
			left = append(left, one)
		}
	}
	r.held = left
	return taken
}

// back keeps records that were not published.
func (r *records) back(records []streamRecord) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.held = append(r.held, records...)
}

// payload is the event that the consumer gets.
func payload(records []streamRecord) ([]byte, error) {
	event := struct{ Records []json.RawMessage }{}
	for _, one := range records {
		event.Records = append(event.Records, one.raw)
	}
	return json.Marshal(event)
}
