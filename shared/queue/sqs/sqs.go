// Package sqs sends messages to Amazon SQS queues. It knows nothing of what
// they say; package record owns the messages' form.
package sqs

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
)

// Limits of one SendMessageBatch, and how often what a batch refused for the
// moment is sent again.
const (
	batchSize  = 10
	batchBytes = 250_000 // below the 256 KB that older queues take
	tries      = 5
)

const (
	firstWait = 50 * time.Millisecond
	longest   = 800 * time.Millisecond
)

// Sender sends to one queue.
type Sender struct {
	client calls
	url    string
}

// New makes a sender for the queue at a URL; it asks nothing of it.
func New(client *sqs.Client, url string) *Sender { return &Sender{client: callsOf(client), url: url} }

// calls are the operations that a sender makes: without the client itself the
// linker leaves out the SDK's others (see dynamo).
type calls struct {
	SendMessage        func(context.Context, *sqs.SendMessageInput, ...func(*sqs.Options)) (*sqs.SendMessageOutput, error)
	SendMessageBatch   func(context.Context, *sqs.SendMessageBatchInput, ...func(*sqs.Options)) (*sqs.SendMessageBatchOutput, error)
	GetQueueAttributes func(context.Context, *sqs.GetQueueAttributesInput, ...func(*sqs.Options)) (*sqs.GetQueueAttributesOutput, error)
}

func callsOf(c *sqs.Client) calls {
	return calls{c.SendMessage, c.SendMessageBatch, c.GetQueueAttributes}
}

// Send sends one message.
func (s *Sender) Send(ctx context.Context, body string) error {
	if _, err := s.client.SendMessage(ctx, &sqs.SendMessageInput{QueueUrl: &s.url, MessageBody: &body}); err != nil {
		return fmt.Errorf("send: %w", err)
	}
	return nil
}

// SendAfter sends one message that nobody receives before the wait is over,
// rounded up to whole seconds, at most 15 minutes.
func (s *Sender) SendAfter(ctx context.Context, body string, wait time.Duration) error {
	seconds := int32((max(0, wait) + time.Second - 1) / time.Second)
	_, err := s.client.SendMessage(ctx, &sqs.SendMessageInput{QueueUrl: &s.url, MessageBody: &body, DelaySeconds: seconds})
	if err != nil {
		return fmt.Errorf("send in %s: %w", wait, err)
	}
	return nil
}

// SendBatch sends messages in as few requests as possible, and what a batch
// refused again. An error names how many were not sent; some others may have
// been, so whoever sends again sends twice.
func (s *Sender) SendBatch(ctx context.Context, bodies []string) error {
	var failed []error
	for len(bodies) > 0 {
		n := fits(bodies)
		if err := s.sendAll(ctx, bodies[:n]); err != nil {
			failed = append(failed, err)
		}
		bodies = bodies[n:]
	}
	return errors.Join(failed...)
}

// fits is how many of the messages one request takes.
func fits(bodies []string) int {
	size := 0
	for i, body := range bodies {
		if size += len(body); i == batchSize || i > 0 && size > batchBytes {
			return i
		}
	}
	return len(bodies)
}

// sendAll sends one batch until nothing of it is left.
func (s *Sender) sendAll(ctx context.Context, bodies []string) error {
	left := make([]types.SendMessageBatchRequestEntry, len(bodies))
	for i := range bodies {
		id := strconv.Itoa(i)
		left[i] = types.SendMessageBatchRequestEntry{Id: &id, MessageBody: &bodies[i]}
	}
	var last string
	for try := range tries {
		if err := pause(ctx, try); err != nil {
			return fmt.Errorf("%d messages not sent: %w", len(left), err)
		}
		out, err := s.client.SendMessageBatch(ctx, &sqs.SendMessageBatchInput{QueueUrl: &s.url, Entries: left})
		if err != nil {
			return fmt.Errorf("%d messages not sent: %w", len(left), err)
		}
		if len(out.Failed) == 0 {
			return nil
		}
		refused := map[string]bool{}
		for _, f := range out.Failed {
			refused[*f.Id], last = true, *f.Code
			if f.SenderFault {
				return fmt.Errorf("message refused: %s", *f.Code)
			}
		}
		left = slices.DeleteFunc(left, func(e types.SendMessageBatchRequestEntry) bool { return !refused[*e.Id] })
	}
	return fmt.Errorf("%d messages refused %d times: %s", len(left), tries, last)
}

// pause waits before a retry, with full jitter.
func pause(ctx context.Context, try int) error {
	if try == 0 {
		return nil
	}
	wait := time.NewTimer(rand.N(min(firstWait<<try, longest)))
	defer wait.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-wait.C:
		return nil
	}
}

// Depth is about how many messages the queue holds, those being worked on and
// those delayed included.
func (s *Sender) Depth(ctx context.Context) (int, error) {
	names := []types.QueueAttributeName{
		types.QueueAttributeNameApproximateNumberOfMessages,
		types.QueueAttributeNameApproximateNumberOfMessagesNotVisible,
		types.QueueAttributeNameApproximateNumberOfMessagesDelayed,
	}
	out, err := s.client.GetQueueAttributes(ctx, &sqs.GetQueueAttributesInput{QueueUrl: &s.url, AttributeNames: names})
	if err != nil {
		return 0, fmt.Errorf("depth: %w", err)
	}
	depth := 0
	for _, name := range names {
		n, err := strconv.Atoi(out.Attributes[string(name)])
		if err != nil {
			return 0, fmt.Errorf("depth: %s: %w", name, err)
		}
		depth += n
	}
	return depth, nil
}
