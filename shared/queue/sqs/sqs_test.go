package sqs_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	client "github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/google/go-cmp/cmp"

	"perennial/infra/local/awsjson"
	"perennial/infra/local/identity"
	"perennial/shared/queue/sqs"
)

// queue is a small SQS that refuses messages as it is told.
type queue struct {
	mu      sync.Mutex
	batches []int
	held    []string
	delays  []int
	refuse  func(body string, batch int) (code string, sender bool)
}

type entry struct {
	ID    string `json:"Id"`
	Body  string `json:"MessageBody"`
	Delay int    `json:"DelaySeconds"`
}

type failure struct {
	ID          string `json:"Id"`
	Code        string
	SenderFault bool
}

type sent struct {
	ID        string `json:"Id"`
	MessageID string `json:"MessageId"`
}

type answer struct {
	Successful []sent
	Failed     []failure
}

func (q *queue) take(_ context.Context, in struct{ Entries []entry }) (answer, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.batches = append(q.batches, len(in.Entries))
	var out answer
	for _, e := range in.Entries {
		if q.refuse != nil {
			if code, sender := q.refuse(e.Body, len(q.batches)); code != "" {
				out.Failed = append(out.Failed, failure{e.ID, code, sender})
				continue
			}
		}
		q.held, q.delays = append(q.held, e.Body), append(q.delays, e.Delay)
		out.Successful = append(out.Successful, sent{e.ID, "m-" + e.ID})
	}
	return out, nil
}

func (q *queue) serve(t *testing.T) *sqs.Sender {
	server := httptest.NewServer(awsjson.Service{
		"SendMessageBatch": awsjson.Handle(q.take),
		"SendMessage": awsjson.Handle(func(ctx context.Context, e entry) (sent, error) {
			_, err := q.take(ctx, struct{ Entries []entry }{[]entry{e}})
			return sent{MessageID: "m"}, err
		}),
		"GetQueueAttributes": func(context.Context, []byte) (any, error) {
			return json.RawMessage(`{"Attributes":{"ApproximateNumberOfMessages":"3","ApproximateNumberOfMessagesNotVisible":"4","ApproximateNumberOfMessagesDelayed":"5"}}`), nil
		},
	})
	t.Cleanup(server.Close)
	return sqs.New(client.New(client.Options{
		BaseEndpoint: aws.String(server.URL), Region: identity.Region, Credentials: identity.Credentials(),
		DisableMessageChecksumValidation: true,
	}), server.URL+"/0/work")
}

func bodies(n int) []string {
	all := make([]string, n)
	for i := range all {
		all[i] = fmt.Sprintf("message %d", i)
	}
	return all
}

func TestAWaitIsRoundedUpToSeconds(t *testing.T) {
	t.Parallel()
	q := &queue{}
	s := q.serve(t)
	for _, wait := range []time.Duration{0, time.Millisecond, 5 * time.Second, 15 * time.Minute} {
		if err := s.SendAfter(t.Context(), "later", wait); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff([]int{0, 1, 5, 900}, q.delays); diff != "" {
		t.Error(diff)
	}
}

func TestTenMessagesToABatch(t *testing.T) {
	t.Parallel()
	q := &queue{}
	if err := q.serve(t).SendBatch(t.Context(), bodies(23)); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]int{10, 10, 3}, q.batches); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(bodies(23), q.held); diff != "" {
		t.Error(diff)
	}
}

func TestABatchStaysBelowTheSizeLimit(t *testing.T) {
	t.Parallel()
	q := &queue{}
	large := strings.Repeat("x", 100_000)
	if err := q.serve(t).SendBatch(t.Context(), []string{large, large, large, "small"}); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]int{2, 2}, q.batches); diff != "" {
		t.Error(diff)
	}
}

func TestWhatABatchRefusedIsSentAgain(t *testing.T) {
	t.Parallel()
	q := &queue{refuse: func(body string, batch int) (string, bool) {
		if batch == 1 && body != "message 1" {
			return "InternalError", false
		}
		return "", false
	}}
	if err := q.serve(t).SendBatch(t.Context(), bodies(3)); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"message 1", "message 0", "message 2"}, q.held); diff != "" {
		t.Error("each exactly once:", diff)
	}
}

func TestAMessageThatIsWrongIsNotSentAgain(t *testing.T) {
	t.Parallel()
	q := &queue{refuse: func(body string, _ int) (string, bool) {
		if body == "message 4" {
			return "InvalidMessageContents", true
		}
		return "", false
	}}
	err := q.serve(t).SendBatch(t.Context(), bodies(12))
	if err == nil || !strings.Contains(err.Error(), "InvalidMessageContents") {
		t.Errorf("a wrong message answered %v", err)
	}
	if len(q.held) != 11 || len(q.batches) != 2 {
		t.Errorf("%d of the others arrived in %d batches", len(q.held), len(q.batches))
	}
}

func TestAQueueThatKeepsRefusingIsReported(t *testing.T) {
	t.Parallel()
	q := &queue{refuse: func(string, int) (string, bool) { return "InternalError", false }}
	if err := q.serve(t).SendBatch(t.Context(), bodies(2)); err == nil || !strings.Contains(err.Error(), "2 messages") {
		t.Errorf("it answered %v", err)
	}
}

func TestOneMessageAndTheDepth(t *testing.T) {
	t.Parallel()
	q := &queue{}
	sender := q.serve(t)
	if err := sender.Send(t.Context(), "login"); err != nil || len(q.held) != 1 || q.held[0] != "login" {
		t.Errorf("the queue holds %v, %v", q.held, err)
	}
	if depth, err := sender.Depth(t.Context()); err != nil || depth != 12 {
		t.Errorf("waiting, in work and delayed together are %d, %v", depth, err)
	}
}
