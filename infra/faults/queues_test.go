package faults

import (
	"context"
	"path"
	"strconv"
	"sync"

	"github.com/aws/aws-lambda-go/events"

	"perennial/infra/local/awsjson"
	"perennial/infra/local/identity"
)

// queues is SQS without its event sources: it keeps what is sent until the
// site decides when, how often and in which order to deliver it.
type queues struct {
	mu   sync.Mutex
	held map[string][]events.SQSMessage
	sent map[string][]string // every body that was ever sent
}

func newQueues() *queues {
	return &queues{held: map[string][]events.SQSMessage{}, sent: map[string][]string{}}
}

type letter struct {
	ID       string `json:"Id"`
	QueueURL string `json:"QueueUrl"`
	Body     string `json:"MessageBody"`
	Entries  []letter
}

type receipt struct {
	ID        string `json:"Id,omitempty"`
	MessageID string `json:"MessageId"`
}

type receipts struct{ Successful, Failed []receipt }

// API is the part of SQS that functions use.
func (q *queues) API() awsjson.Service {
	return awsjson.Service{
		"SendMessage": awsjson.Handle(func(_ context.Context, in letter) (receipt, error) {
			return q.put(path.Base(in.QueueURL), in), nil
		}),
		"SendMessageBatch": awsjson.Handle(func(_ context.Context, in letter) (receipts, error) {
			out := receipts{Failed: []receipt{}}
			for _, entry := range in.Entries {
				out.Successful = append(out.Successful, q.put(path.Base(in.QueueURL), entry))
			}
			return out, nil
		}),
		"GetQueueAttributes": awsjson.Handle(func(_ context.Context, in letter) (any, error) {
			q.mu.Lock()
			defer q.mu.Unlock()
			return map[string]any{"Attributes": map[string]string{
				"ApproximateNumberOfMessages":           strconv.Itoa(len(q.held[path.Base(in.QueueURL)])),
				"ApproximateNumberOfMessagesNotVisible": "0", "ApproximateNumberOfMessagesDelayed": "0",
			}}, nil
		}),
	}
}

func (q *queues) put(queue string, l letter) receipt {
	q.mu.Lock()
	defer q.mu.Unlock()
	m := message(l.Body)
	q.held[queue] = append(q.held[queue], m)
	q.sent[queue] = append(q.sent[queue], l.Body)
	return receipt{ID: l.ID, MessageID: m.MessageId}
}

func message(body string) events.SQSMessage {
	return events.SQSMessage{MessageId: identity.UUID(), Body: body, EventSource: "aws:sqs"}
}

// take empties a queue, of the messages that match.
func (q *queues) take(queue string, match func(body string) bool) []events.SQSMessage {
	q.mu.Lock()
	defer q.mu.Unlock()
	var taken, left []events.SQSMessage
	for _, m := range q.held[queue] {
		if match(m.Body) {
			taken = append(taken, m)
		} else {
			left = append(left, m)
		}
	}
	q.held[queue] = left
	return taken
}

// back returns messages that failed.
func (q *queues) back(queue string, messages []events.SQSMessage) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.held[queue] = append(q.held[queue], messages...)
}

// all lists the bodies that were ever sent to a queue.
func (q *queues) all(queue string) []string {
	q.mu.Lock()
	defer q.mu.Unlock()
	return append([]string(nil), q.sent[queue]...)
}
