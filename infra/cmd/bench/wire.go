package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"

	"github.com/aws/aws-lambda-go/events"

	"perennial/infra/local/wire"
	"perennial/shared/billing"
	"perennial/shared/record"
)

// wireSection counts requests and write units of each operation, on a stack
// whose functions reach DynamoDB through a proxy.
func wireSection(ctx context.Context, p place) (_ []*table, err error) {
	proxy := wire.New(1)
	proxy.KeepBodies(true)
	defer func() { err = errors.Join(err, proxy.Close()) }()
	stack, err := p.start(ctx, "wire", proxy)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, stack.Stop()) }()
	shop, err := openShop(ctx, stack)
	if err != nil {
		return nil, err
	}
	t := newTable("Operations on the wire", "operation", "function", "requests", "write units", "DynamoDB operations", "what follows, requests")
	w := wiring{meter: meter{stack, proxy}, root: p.root, shop: shop, table: t}
	for _, step := range []func(context.Context) error{w.renewals, w.calls, w.reactivation} {
		if err := step(ctx); err != nil {
			return nil, err
		}
	}
	t.note("Warm function, live mode, so that business and key come from its memory. Write units by AWS's rules from the items before and " +
		"after each write, indexes included; the engine's own count is wrong for transactions.")
	return []*table{t}, nil
}

// wiring fills the table of operations.
type wiring struct {
	meter
	root  string
	shop  *shop
	table *table
}

// add measures an operation of a function.
func (w wiring) add(ctx context.Context, name, function string, do func() error) error {
	all, err := w.measure(ctx, do)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	c := all[function]
	w.table.row(name, function, strconv.Itoa(len(c.operations)), strconv.Itoa(c.units), c.String(), others(all, function))
	return nil
}

// renewals measures a renewal that is paid and one that is declined, each on a
// collector that has done one before.
func (w wiring) renewals(ctx context.Context) error {
	for _, c := range []struct {
		name, card string
		want       billing.Status
	}{{"renewal, paid", cardGood, billing.StatusActive}, {"renewal, declined: on hold", cardDead, billing.StatusOnHold}} {
		warm, err := w.due(ctx, 1, c.card)
		if err != nil {
			return err
		}
		if err := w.collect(ctx, warm, c.want); err != nil {
			return fmt.Errorf("%s: %w", c.name, err)
		}
		sub, err := w.due(ctx, 2, c.card)
		if err != nil {
			return err
		}
		if err := w.add(ctx, c.name, "collector", func() error { return w.collect(ctx, sub, c.want) }); err != nil {
			return err
		}
	}
	return nil
}

// due is a subscription whose renewal is due and will meet a card.
func (w wiring) due(ctx context.Context, n int, card string) (billing.Subscription, error) {
	sub, err := w.shop.buyer(ctx, n)
	if err != nil || card == cardGood {
		return sub, err
	}
	return w.shop.card(ctx, sub, card)
}

// collect hands the collector one due subscription, as the queue does, and
// checks what became of it.
func (w wiring) collect(ctx context.Context, sub billing.Subscription, want billing.Status) error {
	message, err := record.EncodeDue(record.DueItem{
		Scope: w.shop.scope, Ref: record.RefOf[billing.Subscription](sub.ID), Customer: sub.Customer, Due: sub.Due(),
	})
	if err != nil {
		return err
	}
	payload, err := json.Marshal(events.SQSEvent{Records: []events.SQSMessage{{MessageId: "bench", Body: string(message), EventSource: "aws:sqs"}}})
	if err != nil {
		return err
	}
	answer, failure, err := w.stack.Invoke(ctx, "collector", payload)
	if err != nil || failure != nil {
		return errors.Join(err, fmt.Errorf("collector: %v", failure))
	}
	var batch events.SQSEventResponse
	if err := json.Unmarshal(answer, &batch); err != nil || len(batch.BatchItemFailures) > 0 {
		return fmt.Errorf("the collector refused: %s, %w", answer, err)
	}
	after, err := record.Get[billing.Subscription](ctx, w.shop.till.Store, w.shop.scope, sub.ID)
	if err != nil {
		return err
	}
	if after.Status != want || (want == billing.StatusActive && after.Period.End <= sub.Period.End) {
		return fmt.Errorf("the subscription is %s until %s, want %s", after.Status, after.Period.End, want)
	}
	return nil
}
