// Package bankqueue is the sandbox gateway's own SQS queue, on which its
// webhooks wait to be posted.
package bankqueue

import (
	"context"
	"fmt"
	"math"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sqs"
)

// Queue is one SQS queue.
type Queue struct {
	client *sqs.Client
	url    *string
}

// New opens the queue with the given URL.
func New(client *sqs.Client, url string) *Queue { return &Queue{client: client, url: &url} }

// Send queues a text; consumers see it once the delay, in whole seconds
// rounded up, is over.
func (q *Queue) Send(ctx context.Context, body string, delay time.Duration) error {
	_, err := q.client.SendMessage(ctx, &sqs.SendMessageInput{
		QueueUrl: q.url, MessageBody: &body, DelaySeconds: int32(math.Ceil(delay.Seconds())),
	})
	if err != nil {
		return fmt.Errorf("queue event: %w", err)
	}
	return nil
}
