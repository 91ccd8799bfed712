package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"sync"

	"github.com/aws/aws-lambda-go/events"

	"perennial/shared/bank/bankhttp"
	"perennial/shared/bank/bankstore"
	"perennial/shared/bank/teller"
	"perennial/shared/clock"
	"perennial/shared/lambdahttp"
)

// function serves two triggers, told apart by the shape of the event.
type function struct {
	http    lambdahttp.Func
	deliver func(ctx context.Context, message string) error
}

func newFunction(store *bankstore.Store, webhooks *bankhttp.Webhooks) (function, error) {
	server, err := bankhttp.New(bankhttp.Options{
		Teller:      &teller.Teller{Vault: store, Book: store, Committer: store, Outbox: webhooks, Now: clock.System},
		Switchboard: store, Secret: webhooks.Secret, BaseURL: webhooks.Origin, Now: clock.System,
	})
	if err != nil {
		return function{}, err
	}
	handler, err := server.Handler()
	if err != nil {
		return function{}, err
	}
	return function{
		http:    lambdahttp.Handler(handler, lambdahttp.Headers(lambdahttp.APIHeaders()), lambdahttp.URL(webhooks.Origin)),
		deliver: webhooks.Deliver,
	}, nil
}

// invoke answers an HTTP request, or posts a batch of queued webhooks.
func (f function) invoke(ctx context.Context, raw json.RawMessage) (any, error) {
	var shape struct {
		Records json.RawMessage
	}
	if err := json.Unmarshal(raw, &shape); err != nil {
		return nil, fmt.Errorf("read event: %w", err)
	}
	if shape.Records != nil {
		return f.batch(ctx, raw)
	}
	var request events.APIGatewayV2HTTPRequest
	if err := json.Unmarshal(raw, &request); err != nil {
		return nil, fmt.Errorf("read event: %w", err)
	}
	return f.http(ctx, request)
}

// batch posts the webhooks at once, so that one slow answer does not hold the
// others, and returns those that failed to the queue.
func (f function) batch(ctx context.Context, raw json.RawMessage) (events.SQSEventResponse, error) {
	var batch events.SQSEvent
	if err := json.Unmarshal(raw, &batch); err != nil {
		return events.SQSEventResponse{}, fmt.Errorf("read event: %w", err)
	}
	failed := make([]error, len(batch.Records))
	var group sync.WaitGroup
	for i, record := range batch.Records {
		group.Go(func() { failed[i] = f.deliver(ctx, record.Body) })
	}
	group.Wait()
	var answer events.SQSEventResponse
	for i, err := range failed {
		if err == nil {
			continue
		}
		id := batch.Records[i].MessageId
		slog.WarnContext(ctx, "webhook not delivered", "message", id, "error", err.Error())
		answer.BatchItemFailures = append(answer.BatchItemFailures, events.SQSBatchItemFailure{ItemIdentifier: id})
	}
	return answer, nil
}
