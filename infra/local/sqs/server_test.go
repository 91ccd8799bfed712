package sqs_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"
	client "github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
	"github.com/google/go-cmp/cmp"

	"perennial/infra/local/identity"
	"perennial/infra/local/lambda"
	"perennial/infra/local/sqs"
	"perennial/infra/local/wait"
	"perennial/infra/topology"
)

// consumer is a function that answers each batch from Go code.
type consumer func(events.SQSEvent) (answer string, failure *lambda.FunctionError)

func (c consumer) Invoke(_ context.Context, _ string, payload []byte) ([]byte, *lambda.FunctionError, error) {
	var e events.SQSEvent
	if err := json.Unmarshal(payload, &e); err != nil {
		return nil, nil, err
	}
	answer, failure := c(e)
	return []byte(answer), failure, nil
}

// world is a server with one queue "q" and a client of it.
type world struct {
	*sqs.Server
	api *client.Client
	url *string
}

func start(t *testing.T, q topology.Queue, c consumer, file string) world {
	t.Helper()
	q.Name = "q"
	if q.Batch == 0 {
		q.Batch = 10
	}
	if q.MaxReceives == 0 {
		q.MaxReceives = 5
	}
	s, err := sqs.Start(sqs.Options{Queues: []topology.Queue{q}, Invoker: c, Retry: 10 * time.Millisecond, File: file})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		if err := s.Stop(ctx); err != nil {
			t.Error(err)
		}
	})
	api := client.New(client.Options{BaseEndpoint: aws.String(s.URL()), Region: identity.Region, Credentials: identity.Credentials()})
	return world{Server: s, api: api, url: aws.String(s.QueueURL("q"))}
}

func (w world) send(t *testing.T, bodies ...string) {
	t.Helper()
	in := &client.SendMessageBatchInput{QueueUrl: w.url}
	for i, b := range bodies {
		in.Entries = append(in.Entries, types.SendMessageBatchRequestEntry{Id: aws.String(fmt.Sprint(i)), MessageBody: aws.String(b)})
	}
	out, err := w.api.SendMessageBatch(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	if len(out.Failed) > 0 {
		t.Fatalf("refused: %+v", out.Failed)
	}
}

func TestMessageArrivesAsLambdaHandsItOver(t *testing.T) {
	t.Parallel()
	got := make(chan events.SQSMessage, 1)
	w := start(t, topology.Queue{}, func(e events.SQSEvent) (string, *lambda.FunctionError) {
		got <- e.Records[0]
		return "null", nil
	}, "")
	out, err := w.api.SendMessage(t.Context(), &client.SendMessageInput{
		QueueUrl: w.url, MessageBody: aws.String("körper"),
		MessageAttributes: map[string]types.MessageAttributeValue{
			"kind": {DataType: aws.String("String"), StringValue: aws.String("renewal")},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	m := <-got
	if m.MessageId != *out.MessageId || m.Body != "körper" || m.Md5OfBody != *out.MD5OfMessageBody {
		t.Errorf("message = %+v", m)
	}
	if m.EventSource != "aws:sqs" || !strings.HasSuffix(m.EventSourceARN, ":q") || m.Attributes["ApproximateReceiveCount"] != "1" {
		t.Errorf("envelope = %+v", m)
	}
	if a := m.MessageAttributes["kind"]; a.DataType != "String" || aws.ToString(a.StringValue) != "renewal" {
		t.Errorf("attribute = %+v", a)
	}
}

// Each answer is what a function may return for a batch of two; the consumer
// succeeds on every later delivery.
func TestPartialBatchResponse(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		answer func(first string) string
		crash  bool
		again  []string
	}{
		"null":              {answer: func(string) string { return `null` }},
		"empty list":        {answer: func(string) string { return `{"batchItemFailures":[]}` }},
		"one named":         {answer: func(id string) string { return `{"batchItemFailures":[{"itemIdentifier":"` + id + `"}]}` }, again: []string{"one"}},
		"unknown id":        {answer: func(string) string { return `{"batchItemFailures":[{"itemIdentifier":"x"}]}` }, again: []string{"one", "two"}},
		"wrong key":         {answer: func(id string) string { return `{"batchItemFailures":[{"id":"` + id + `"}]}` }, again: []string{"one", "two"}},
		"not a JSON object": {answer: func(string) string { return `"fine"` }, again: []string{"one", "two"}},
		"function error":    {crash: true, again: []string{"one", "two"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			first, again := make(chan bool), make(chan string, 10)
			var calls atomic.Int32
			w := start(t, topology.Queue{MaxConcurrency: 1}, func(e events.SQSEvent) (string, *lambda.FunctionError) {
				switch calls.Add(1) {
				case 1: // lets the two messages gather into one batch
					<-first
					return "", nil
				case 2:
					if test.crash {
						return "", &lambda.FunctionError{Type: "Runtime.ExitError"}
					}
					return test.answer(e.Records[0].MessageId), nil
				}
				for _, r := range e.Records {
					again <- r.Body
				}
				return "", nil
			}, "")
			w.send(t, "gate")
			wait.Until(t, "the gate is in flight", func() bool { return w.Depth("q").InFlight == 1 })
			w.send(t, "one", "two")
			first <- true
			wait.Until(t, "the queue is empty", func() bool { return calls.Load() > 1 && w.Depth("q") == sqs.Depth{} })
			close(again)
			got := slices.Sorted(chanValues(again))
			if diff := cmp.Diff(test.again, got); diff != "" {
				t.Error("delivered again (-want +got):\n" + diff)
			}
		})
	}
}

func chanValues(c <-chan string) func(func(string) bool) {
	return func(yield func(string) bool) {
		for v := range c {
			if !yield(v) {
				return
			}
		}
	}
}

func TestMessageThatAlwaysFailsBecomesADeadLetterAndCanBeRedriven(t *testing.T) {
	t.Parallel()
	var healed atomic.Bool
	var receives atomic.Int32
	w := start(t, topology.Queue{MaxReceives: 3}, func(events.SQSEvent) (string, *lambda.FunctionError) {
		receives.Add(1)
		if healed.Load() {
			return "", nil
		}
		return "", &lambda.FunctionError{Type: "errorString", Message: "broken"}
	}, "")
	w.send(t, "poison")
	wait.Until(t, "a dead letter", func() bool { return w.Depth("q") == sqs.Depth{Dead: 1} })
	if receives.Load() != 3 || !slices.Equal(w.Dead("q"), []string{"poison"}) {
		t.Errorf("received %d times, dead %v", receives.Load(), w.Dead("q"))
	}
	healed.Store(true)
	if n := w.Redrive("q"); n != 1 {
		t.Errorf("redrove %d", n)
	}
	wait.Until(t, "an empty queue", func() bool { return w.Depth("q") == sqs.Depth{} && receives.Load() == 4 })
}

func TestDelayedMessageWaits(t *testing.T) {
	t.Parallel()
	got := make(chan time.Time, 1)
	w := start(t, topology.Queue{}, func(events.SQSEvent) (string, *lambda.FunctionError) {
		got <- time.Now()
		return "", nil
	}, "")
	sent := time.Now()
	if _, err := w.api.SendMessage(t.Context(), &client.SendMessageInput{QueueUrl: w.url, MessageBody: aws.String("later"), DelaySeconds: 1}); err != nil {
		t.Fatal(err)
	}
	if d := w.Depth("q"); d.Delayed != 1 || d.Visible != 0 {
		t.Errorf("depth = %+v", d)
	}
	if waited := (<-got).Sub(sent); waited < time.Second {
		t.Errorf("arrived after %s", waited)
	}
}

func TestMaxConcurrencyAndBatchBoundTheConsumerAndDepthIsTruthful(t *testing.T) {
	t.Parallel()
	gate := make(chan bool)
	var largest, running, most atomic.Int32
	w := start(t, topology.Queue{MaxConcurrency: 2, Batch: 3}, func(e events.SQSEvent) (string, *lambda.FunctionError) {
		largest.Store(max(largest.Load(), int32(len(e.Records))))
		most.Store(max(most.Load(), running.Add(1)))
		<-gate
		running.Add(-1)
		return "", nil
	}, "")
	for range 2 {
		w.send(t, "1", "2", "3", "4", "5", "6", "7", "8", "9", "10")
	}
	wait.Until(t, "two batches under way", func() bool { return running.Load() == 2 })
	out, err := w.api.GetQueueAttributes(t.Context(), &client.GetQueueAttributesInput{QueueUrl: w.url, AttributeNames: []types.QueueAttributeName{
		types.QueueAttributeNameApproximateNumberOfMessages, types.QueueAttributeNameApproximateNumberOfMessagesNotVisible,
	}})
	if err != nil {
		t.Fatal(err)
	}
	d := w.Depth("q")
	if d.Visible+d.InFlight != 20 || out.Attributes["ApproximateNumberOfMessages"] != fmt.Sprint(d.Visible) ||
		out.Attributes["ApproximateNumberOfMessagesNotVisible"] != fmt.Sprint(d.InFlight) {
		t.Errorf("depth %+v, attributes %v", d, out.Attributes)
	}
	close(gate)
	wait.Until(t, "an empty queue", func() bool { return w.Depth("q") == sqs.Depth{} })
	if largest.Load() > 3 || most.Load() > 2 {
		t.Errorf("largest batch %d, most at once %d", largest.Load(), most.Load())
	}
}

func TestMessagesOutliveACleanStop(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "queues.json")
	failing := func(events.SQSEvent) (string, *lambda.FunctionError) { return "", &lambda.FunctionError{} }
	before := start(t, topology.Queue{MaxReceives: 1}, failing, file)
	before.send(t, "dead")
	wait.Until(t, "a dead letter", func() bool { return before.Depth("q").Dead == 1 })
	if _, err := before.api.SendMessage(t.Context(), &client.SendMessageInput{QueueUrl: before.url, MessageBody: aws.String("waiting"), DelaySeconds: 1}); err != nil {
		t.Fatal(err)
	}
	if err := before.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	got := make(chan string, 1)
	after := start(t, topology.Queue{}, func(e events.SQSEvent) (string, *lambda.FunctionError) {
		got <- e.Records[0].Body
		return "", nil
	}, file)
	if body := <-got; body != "waiting" {
		t.Errorf("got %q", body)
	}
	if dead := after.Dead("q"); !slices.Equal(dead, []string{"dead"}) {
		t.Errorf("dead letters = %v", dead)
	}
}

func TestRefusalsCarryTheServicesErrorTypes(t *testing.T) {
	t.Parallel()
	w := start(t, topology.Queue{}, func(events.SQSEvent) (string, *lambda.FunctionError) { return "", nil }, "")
	_, err := w.api.SendMessage(t.Context(), &client.SendMessageInput{QueueUrl: aws.String(w.URL() + "/0/none"), MessageBody: aws.String("x")})
	var missing *types.QueueDoesNotExist
	if !errors.As(err, &missing) {
		t.Errorf("unknown queue: %v", err)
	}
	two := []types.SendMessageBatchRequestEntry{{Id: aws.String("a"), MessageBody: aws.String("1")}, {Id: aws.String("a"), MessageBody: aws.String("2")}}
	_, err = w.api.SendMessageBatch(t.Context(), &client.SendMessageBatchInput{QueueUrl: w.url, Entries: two})
	var distinct *types.BatchEntryIdsNotDistinct
	if !errors.As(err, &distinct) {
		t.Errorf("repeated id: %v", err)
	}
	out, err := w.api.SendMessageBatch(t.Context(), &client.SendMessageBatchInput{QueueUrl: w.url, Entries: []types.SendMessageBatchRequestEntry{
		{Id: aws.String("good"), MessageBody: aws.String("1")}, {Id: aws.String("bad"), MessageBody: aws.String("2"), DelaySeconds: 901},
	}})
	if err != nil || len(out.Successful) != 1 || len(out.Failed) != 1 || *out.Failed[0].Id != "bad" {
		t.Errorf("one good, one bad: %+v, %v", out, err)
	}
	found, err := w.api.GetQueueUrl(t.Context(), &client.GetQueueUrlInput{QueueName: aws.String("q")})
	if err != nil || *found.QueueUrl != *w.url {
		t.Errorf("url = %v, %v", found, err)
	}
}
