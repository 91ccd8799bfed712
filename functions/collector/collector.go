package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"perennial/shared/charging"
	"perennial/shared/lambdabatch"
	"perennial/shared/merchant"
	"perennial/shared/record"
)

// margin is left of the invocation's time when a clock job stops to be queued
// again.
const margin = 15 * time.Second

// performer does one due item.
type performer interface {
	Perform(ctx context.Context, item record.DueItem) error
}

// advancer works towards a test clock's target.
type advancer interface {
	Run(ctx context.Context, scope merchant.Scope, deadline time.Time) (bool, error)
}

// again queues a clock job once more.
type again func(ctx context.Context, message []byte) error

// collector does queued work, one message after the other.
type collector struct {
	life     performer
	advancer advancer
	again    again
}

// clockMessage asks for work towards a test clock's target.
type clockMessage struct {
	Schema int    `json:"v"`
	Clock  string `json:"clock"`
}

// parallel is how many messages of a batch are worked on at once; the most
// part of the time is spent waiting for gateways.
const parallel = 5

// invoke answers per message, so that one that fails is the only one to come
// again.
func (c collector) invoke(ctx context.Context, batch events.SQSEvent) (events.SQSEventResponse, error) {
	return lambdabatch.Each(ctx, batch, parallel, c.one), nil
}

func (c collector) one(ctx context.Context, message events.SQSMessage) error {
	body := []byte(message.Body)
	var clock clockMessage
	if json.Unmarshal(body, &clock) == nil && clock.Clock != "" {
		return c.clock(ctx, clock, body)
	}
	item, err := record.DecodeDue(body)
	if err != nil {
		return err
	}
	err = c.life.Perform(ctx, item)
	if errors.Is(err, charging.ErrStopped) || errors.Is(err, record.ErrStale) {
		return nil // still due: the next tick brings it again
	}
	return err
}

// clock works until just before the function's time is up.
func (c collector) clock(ctx context.Context, m clockMessage, body []byte) error {
	scope, ok := merchant.ParseScope(m.Clock)
	if !ok {
		return fmt.Errorf("clock message names no scope: %q", m.Clock)
	}
	deadline := time.Now().Add(45 * time.Second)
	if end, ok := ctx.Deadline(); ok {
		deadline = end.Add(-margin)
	}
	arrived, err := c.advancer.Run(ctx, scope, deadline)
	if err != nil || arrived {
		return err
	}
	return c.again(ctx, body)
}
