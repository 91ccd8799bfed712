package main

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/aws/aws-lambda-go/events"

	"perennial/shared/billing"
	"perennial/shared/record"
)

// due is a subscription whose renewal is due and will meet a card.
func (s *shop) due(ctx context.Context, card string) (billing.Subscription, error) {
	sub, err := s.buyer(ctx)
	if err != nil || card == cardGood {
		return sub, err
	}
	return s.card(ctx, sub, card)
}

// collect hands the collector one due subscription, as the queue does, and
// checks and gives what became of it.
func (s *shop) collect(ctx context.Context, sub billing.Subscription, want billing.Status) (billing.Subscription, error) {
	message, err := record.EncodeDue(record.DueItem{
		Scope: s.scope, Ref: record.RefOf[billing.Subscription](sub.ID), Customer: sub.Customer, Due: sub.Due(),
	})
	if err != nil {
		return sub, err
	}
	payload, err := json.Marshal(events.SQSEvent{Records: []events.SQSMessage{{MessageId: "bench", Body: string(message), EventSource: "aws:sqs"}}})
	if err != nil {
		return sub, err
	}
	answer, failure, err := s.stack.Invoke(ctx, "collector", payload)
	if failure != nil {
		err = failure
	}
	if err != nil {
		return sub, fmt.Errorf("collector: %w", err)
	}
	var batch events.SQSEventResponse
	if err := json.Unmarshal(answer, &batch); err != nil || len(batch.BatchItemFailures) > 0 {
		return sub, fmt.Errorf("the collector refused: %s, %w", answer, err)
	}
	after, err := record.Get[billing.Subscription](ctx, s.till.Store, s.scope, sub.ID)
	if err != nil {
		return sub, err
	}
	if after.Status != want || (want == billing.StatusActive && after.Period.End <= sub.Period.End) {
		return after, fmt.Errorf("the subscription is %s until %s, want %s", after.Status, after.Period.End, want)
	}
	return after, nil
}

// held is a subscription on hold, and the customer's method that would pay.
func (s *shop) held(ctx context.Context) (billing.Subscription, string, error) {
	sub, err := s.due(ctx, cardDead)
	if err != nil {
		return sub, "", err
	}
	if sub, err = s.collect(ctx, sub, billing.StatusOnHold); err != nil {
		return sub, "", err
	}
	if err := s.stack.Settle(ctx); err != nil {
		return sub, "", err
	}
	found, err := s.till.Store.Owned(ctx, s.scope, sub.Customer, record.KindMethod)
	if err != nil {
		return sub, "", err
	}
	for _, object := range found {
		if m, ok := object.(billing.Method); ok && m.ID != sub.Method.ID {
			return sub, m.ID, nil
		}
	}
	return sub, "", fmt.Errorf("customer %s has no other method", sub.Customer)
}

// is checks a subscription's status.
func (s *shop) is(ctx context.Context, id string, want billing.Status) error {
	sub, err := record.Get[billing.Subscription](ctx, s.till.Store, s.scope, id)
	if err == nil && sub.Status != want {
		err = fmt.Errorf("subscription %s is %s, want %s", id, sub.Status, want)
	}
	return err
}
