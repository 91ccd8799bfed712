package main

import (
	"context"
	"fmt"
	"net/http"

	"perennial/shared/billing"
	"perennial/shared/record"
)

// calls measures requests of a merchant's program, each made once before.
func (w wiring) calls(ctx context.Context) error {
	if !exists(bootstrap(w.root, "api")) {
		w.table.row("API", "api", notBuilt)
		return nil
	}
	customer, err := w.newCustomer()
	if err != nil {
		return err
	}
	for _, c := range []struct {
		name, method, path string
		body               func(n int) any
	}{
		{"create a customer", http.MethodPost, "/customers", newCustomer},
		{"GET a customer", http.MethodGet, "/customers/" + customer, nil},
		{"list customers", http.MethodGet, "/customers", nil},
		{"create a subscription", http.MethodPost, "/subscriptions", w.order(customer)},
	} {
		do := w.shop.calling(c.method, c.path, c.body)
		if err := do(1); err != nil {
			return err
		}
		if err := w.add(ctx, c.name, "api", func() error { return do(2) }); err != nil {
			return err
		}
	}
	return nil
}

func (w wiring) newCustomer() (string, error) {
	var made struct {
		ID string `json:"customer_id"`
	}
	err := w.shop.call(http.MethodPost, "/customers", newCustomer(0), &made)
	return made.ID, err
}

// order is the body of a purchase with a payment link.
func (w wiring) order(customer string) func(int) any {
	return func(int) any {
		return map[string]any{
			"product_id": w.shop.product.ID, "quantity": 1, "payment_link": true,
			"customer": map[string]string{"customer_id": customer},
			"billing":  map[string]string{"country": "DE", "city": "Berlin", "state": "Berlin", "street": "Torstraße 1", "zipcode": "10119"},
			"metadata": map[string]string{"workspace": "acme-berlin"},
		}
	}
}

// reactivation measures how a subscription on hold comes back with a method
// saved before, from the call to the end of what follows.
func (w wiring) reactivation(ctx context.Context) error {
	if !exists(bootstrap(w.root, "api")) {
		return nil
	}
	pay := func(n int) (func() error, error) {
		sub, good, err := w.held(ctx, n)
		return func() error {
			return w.shop.call(http.MethodPost, "/subscriptions/"+sub.ID+"/update-payment-method",
				map[string]string{"type": "existing", "payment_method_id": good}, nil)
		}, err
	}
	warm, err := pay(3)
	if err != nil {
		return err
	}
	if err := warm(); err != nil {
		return err
	}
	do, err := pay(4)
	if err != nil {
		return err
	}
	return w.add(ctx, "reactivation, saved method", "api", do)
}

// held is a subscription on hold, and the customer's method that would pay.
func (w wiring) held(ctx context.Context, n int) (billing.Subscription, string, error) {
	sub, err := w.due(ctx, n, cardDead)
	if err != nil {
		return sub, "", err
	}
	if err := w.collect(ctx, sub, billing.StatusOnHold); err != nil {
		return sub, "", err
	}
	if err := w.stack.Settle(ctx); err != nil {
		return sub, "", err
	}
	found, err := w.shop.till.Store.Owned(ctx, w.shop.scope, sub.Customer, record.KindMethod)
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
