// Package lambdabatch answers queue batches message by message, so that one
// that fails is the only one to come again. It knows no message.
package lambdabatch

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/aws/aws-lambda-go/events"
	"golang.org/x/sync/errgroup"
)

// Each gives every message of a batch to do, at most parallel at a time, and
// names those that failed. A panic is a failure of its message. Errors are
// logged here and nowhere else.
func Each(ctx context.Context, batch events.SQSEvent, parallel int, do func(context.Context, events.SQSMessage) error) events.SQSEventResponse {
	failed := make([]bool, len(batch.Records))
	var group errgroup.Group
	group.SetLimit(parallel)
	for i, message := range batch.Records {
		group.Go(func() error {
			if err := Safely(func() error { return do(ctx, message) }); err != nil {
				slog.ErrorContext(ctx, "message failed", "message", message.MessageId, "error", err.Error())
				failed[i] = true
			}
			return nil
		})
	}
	_ = group.Wait() // no member gives an error
	var answer events.SQSEventResponse
	for i, message := range batch.Records {
		if failed[i] {
			answer.BatchItemFailures = append(answer.BatchItemFailures, events.SQSBatchItemFailure{ItemIdentifier: message.MessageId})
		}
	}
	return answer
}

// Safely turns a panic into an error.
func Safely(do func() error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v", r)
		}
	}()
	return do()
}
