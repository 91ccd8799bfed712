package stream_test

import (
	"context"
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/google/go-cmp/cmp"

	"perennial/infra/local/dynamo"
	"perennial/infra/local/dynamotest"
	"perennial/infra/local/lambda"
	"perennial/infra/local/stream"
)

// consumer is the function at the end of the stream; it notes the sort keys
// it was handed, and answers each batch as its policy says.
type consumer struct {
	policy func(call int, e events.DynamoDBEvent) (string, *lambda.FunctionError)

	mu      sync.Mutex
	batches [][]string
	last    events.DynamoDBEventRecord
}

func (c *consumer) Invoke(_ context.Context, _ string, payload []byte) ([]byte, *lambda.FunctionError, error) {
	var e events.DynamoDBEvent
	if err := json.Unmarshal(payload, &e); err != nil {
		return nil, nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	var batch []string
	for _, r := range e.Records {
		batch = append(batch, r.Change.Keys["sk"].String())
		c.last = r
	}
	c.batches = append(c.batches, batch)
	if c.policy == nil {
		return []byte(`{"batchItemFailures":[]}`), nil, nil
	}
	answer, failure := c.policy(len(c.batches), e)
	return []byte(answer), failure, nil
}

func (c *consumer) seen() [][]string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.batches)
}

// bench is a table with its stream.
type bench struct {
	client *dynamodb.Client
	url    string
	table  string
	arn    string
}

func newBench(t *testing.T) bench {
	t.Helper()
	b := bench{client: dynamotest.Client(t), url: dynamotest.Endpoint(t), table: dynamotest.Table(t)}
	arn, err := dynamo.StreamARN(t.Context(), b.client, b.table)
	if err != nil {
		t.Fatal(err)
	}
	b.arn = arn
	return b
}

func (b bench) put(t *testing.T, keys ...string) {
	t.Helper()
	for _, sk := range keys {
		_, err := b.client.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: &b.table, Item: map[string]types.AttributeValue{
			"pk": &types.AttributeValueMemberS{Value: "p"},
			"sk": &types.AttributeValueMemberS{Value: sk},
			"n":  &types.AttributeValueMemberN{Value: "42"},
			"b":  &types.AttributeValueMemberB{Value: []byte{1, 2, 3}},
			"m":  &types.AttributeValueMemberM{Value: map[string]types.AttributeValue{"l": &types.AttributeValueMemberL{Value: []types.AttributeValue{&types.AttributeValueMemberBOOL{Value: true}}}}},
		}})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// pump runs one until the returned function is called.
func (b bench) pump(t *testing.T, c *consumer, file string) (*stream.Pump, func()) {
	t.Helper()
	p := &stream.Pump{
		Client: dynamo.StreamsClient(b.url), Invoker: c, Stream: b.arn,
		Function: "publisher", Prefix: "OUT", File: file,
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- p.Run(ctx) }()
	stop := sync.OnceFunc(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(stop)
	return p, stop
}

func settle(t *testing.T, p *stream.Pump) {
	t.Helper()
	if err := p.Sync(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func TestOnlyInsertsWithThePrefixArriveAndKeepTheirShape(t *testing.T) {
	t.Parallel()
	b, c := newBench(t), &consumer{}
	b.put(t, "OUT#1", "SUB", "OUT#2")
	b.put(t, "OUT#1", "OUT#3") // the first of these is no insert any more
	p, _ := b.pump(t, c, "")
	settle(t, p)
	if diff := cmp.Diff([]string{"OUT#1", "OUT#2", "OUT#3"}, slices.Concat(c.seen()...)); diff != "" {
		t.Error("delivered (-want +got):\n" + diff)
	}
	r := c.last
	if r.EventName != "INSERT" || r.EventID == "" || r.EventSource != "aws:dynamodb" || r.EventSourceArn != b.arn || r.Change.SequenceNumber == "" {
		t.Errorf("record = %+v", r)
	}
	image := r.Change.NewImage
	if image["n"].Number() != "42" || string(image["b"].Binary()) != "\x01\x02\x03" || !image["m"].Map()["l"].List()[0].Boolean() {
		t.Errorf("image = %v", image)
	}
	if r.Change.OldImage != nil {
		t.Error("an insert has no old image")
	}
}

func TestPartialFailureGoesOnAtTheFirstFailedRecord(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	c := &consumer{policy: func(call int, e events.DynamoDBEvent) (string, *lambda.FunctionError) {
		if call > 1 {
			return "null", nil
		}
		n := len(e.Records)
		return fmt.Sprintf(`{"batchItemFailures":[{"itemIdentifier":%q},{"itemIdentifier":%q}]}`,
			e.Records[n-1].Change.SequenceNumber, e.Records[1].Change.SequenceNumber), nil
	}}
	b.put(t, "OUT#1", "OUT#2", "OUT#3", "OUT#4")
	p, _ := b.pump(t, c, "")
	settle(t, p)
	want := [][]string{{"OUT#1", "OUT#2", "OUT#3", "OUT#4"}, {"OUT#2", "OUT#3", "OUT#4"}}
	if diff := cmp.Diff(want, c.seen()); diff != "" {
		t.Error("batches (-want +got):\n" + diff)
	}
}

func TestRecordThatCrashesTheFunctionIsFoundAndSetAside(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	var good []string
	c := &consumer{policy: func(_ int, e events.DynamoDBEvent) (string, *lambda.FunctionError) {
		var batch []string
		for _, r := range e.Records {
			sk := r.Change.Keys["sk"].String()
			if strings.HasSuffix(sk, "bad") {
				return "", &lambda.FunctionError{Type: "Runtime.ExitError"}
			}
			batch = append(batch, sk)
		}
		good = append(good, batch...)
		return "", nil
	}}
	b.put(t, "OUT#1", "OUT#2", "OUT#3bad", "OUT#4", "OUT#5")
	p, stop := b.pump(t, c, "")
	settle(t, p)
	stop()
	if diff := cmp.Diff([]string{"OUT#1", "OUT#2", "OUT#4", "OUT#5"}, good); diff != "" {
		t.Error("delivered (-want +got):\n" + diff)
	}
	if p.Aside() != 1 {
		t.Errorf("%d records set aside, want 1", p.Aside())
	}
}

func TestRestartNeitherLosesNorRepeats(t *testing.T) {
	t.Parallel()
	b, file := newBench(t), filepath.Join(t.TempDir(), "stream.json")
	before := &consumer{}
	b.put(t, "OUT#1", "OUT#2")
	p, stop := b.pump(t, before, file)
	settle(t, p)
	stop()
	b.put(t, "OUT#3")
	after := &consumer{}
	p, _ = b.pump(t, after, file)
	b.put(t, "OUT#4")
	settle(t, p)
	if diff := cmp.Diff([]string{"OUT#3", "OUT#4"}, slices.Concat(after.seen()...)); diff != "" {
		t.Error("delivered after the restart (-want +got):\n" + diff)
	}
}

func TestManyRecordsComeInBatchesOfAHundred(t *testing.T) {
	t.Parallel()
	b, c := newBench(t), &consumer{}
	for i := range 130 {
		b.put(t, fmt.Sprintf("OUT#%03d", i))
	}
	p, _ := b.pump(t, c, "")
	settle(t, p)
	if n := len(slices.Concat(c.seen()...)); n != 130 {
		t.Errorf("%d records delivered, want 130", n)
	}
	for _, batch := range c.seen() {
		if len(batch) > 100 {
			t.Errorf("a batch of %d", len(batch))
		}
	}
}
