package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"perennial/infra/local/wire"
	"perennial/shared/billing"
	"perennial/shared/merchant"
)

// wireSection counts requests and write units of each operation, on a stack
// whose functions reach DynamoDB through a proxy.
func wireSection(ctx context.Context, p place) (_ *table, err error) {
	proxy := wire.New(1)
	proxy.KeepBodies(true)
	defer func() { err = errors.Join(err, proxy.Close()) }()
	stack, err := p.start(ctx, "wire", proxy)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, stack.Stop()) }()
	shop, err := openShop(ctx, stack, merchant.Live)
	if err != nil {
		return nil, err
	}
	test, err := openShop(ctx, stack, merchant.Test)
	if err != nil {
		return nil, err
	}
	t := newTable("Operations on the wire", "operation", "function", "requests", "write units", "DynamoDB operations", "what follows, requests")
	w := wiring{meter: meter{stack, proxy}, shop: shop, table: t}
	payable := wiring{meter: w.meter, shop: test, table: t}
	for _, step := range []func(context.Context) error{w.renewals, w.calls, payable.orders, payable.planChanges, w.pages, payable.methodCall} {
		if err := step(ctx); err != nil {
			return nil, err
		}
	}
	t.note("Warm function, live mode, so that business and key come from its memory. Write units by AWS's rules from the items before and " +
		"after each write, indexes included; the engine's own count is wrong for transactions. " +
		"Creating a subscription, changing its plan and paying by API are measured in test mode, because live mode refuses them until a gateway is connected; test mode reads its clock anew each time. What follows varies with who is first: the gateway's webhook or the caller.")
	return t, nil
}

// wiring fills the table of operations.
type wiring struct {
	meter
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
		warm, err := w.shop.due(ctx, c.card)
		if err != nil {
			return err
		}
		sub, err := w.shop.due(ctx, c.card)
		if err != nil {
			return err
		}
		if _, err := w.shop.collect(ctx, warm, c.want); err != nil {
			return fmt.Errorf("%s: %w", c.name, err)
		}
		if err := w.add(ctx, c.name, "collector", func() error {
			_, err := w.shop.collect(ctx, sub, c.want)
			return err
		}); err != nil {
			return err
		}
	}
	return nil
}
