package main

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"time"

	"perennial/shared/billing"
)

// calls measures requests of a merchant's program, each made once before.
func (w wiring) calls(ctx context.Context) error {
	var customer struct {
		ID string `json:"customer_id"`
	}
	if err := w.shop.call(http.MethodPost, "/customers", newCustomer(0), &customer); err != nil {
		return err
	}
	bought, err := w.shop.buyer(ctx)
	if err != nil {
		return err
	}
	for _, c := range []struct {
		name, method, path string
		body               func(n int) any
	}{
		{"create a customer", http.MethodPost, "/customers", newCustomer},
		{"GET a customer", http.MethodGet, "/customers/" + customer.ID, nil},
		{"list customers", http.MethodGet, "/customers", nil},
		{"GET a subscription", http.MethodGet, "/subscriptions/" + bought.ID, nil},
		{"list subscriptions", http.MethodGet, "/subscriptions", nil},
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

// orders measures a purchase after two: the first use of a key is written,
// so the second reads the key anew.
func (w wiring) orders(ctx context.Context) error {
	buyer, err := w.shop.buyer(ctx)
	if err != nil {
		return err
	}
	do := w.shop.calling(http.MethodPost, "/subscriptions", w.order(buyer.Customer))
	if err := errors.Join(do(0), do(1)); err != nil {
		return err
	}
	return w.add(ctx, "create a subscription", "api", func() error { return do(2) })
}

// planChanges measures a dearer plan with its charge, and a cheaper one that
// waits for the next billing date.
func (w wiring) planChanges(ctx context.Context) error {
	dear, cheap := w.shop.product, w.shop.product
	dear.ID, dear.Name, dear.Price.Amount.Minor = dear.ID+"d", "Atlas Max", 2*dear.Price.Amount.Minor
	cheap.ID, cheap.Name, cheap.Price.Amount.Minor = cheap.ID+"c", "Atlas Mini", cheap.Price.Amount.Minor/2
	if err := w.shop.put(ctx, dear, cheap); err != nil {
		return err
	}
	defer func(then time.Time) { w.shop.now = then }(w.shop.now)
	w.shop.now = time.Now().UTC() // nothing is due
	for _, c := range []struct{ name, product, at string }{
		{"change the plan, charged at once", dear.ID, "immediately"}, {"change the plan at the next billing date", cheap.ID, "next_billing_date"},
	} {
		change := func() (func() error, error) {
			bought, err := w.shop.buyer(ctx)
			return func() error {
				return w.shop.call(http.MethodPost, "/subscriptions/"+bought.ID+"/change-plan", map[string]any{
					"product_id": c.product, "quantity": 1, "proration_billing_mode": "full_immediately", "effective_at": c.at,
				}, nil)
			}, err
		}
		warm, err := change()
		if err != nil {
			return err
		}
		do, err := change()
		if err != nil {
			return err
		}
		if err := warm(); err != nil {
			return err
		}
		if err := w.add(ctx, c.name, "api", do); err != nil {
			return err
		}
	}
	return nil
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

// pages measures the portal's overview and paying the dues there.
func (w wiring) pages(ctx context.Context) error {
	warm, err := w.hold(ctx)
	if err != nil {
		return err
	}
	h, err := w.hold(ctx)
	if err != nil {
		return err
	}
	if err := errors.Join(warm.overview(), warm.pay()); err != nil {
		return err
	}
	if err := w.add(ctx, "portal overview", "portal", h.overview); err != nil {
		return err
	}
	return w.add(ctx, "pay the dues, saved method (portal)", "portal", h.pay)
}

// hold is a customer in the portal whose subscription is on hold.
type hold struct{ overview, pay func() error }

func (w wiring) hold(ctx context.Context) (hold, error) {
	sub, good, err := w.shop.held(ctx)
	if err != nil {
		return hold{}, err
	}
	v, err := w.shop.signIn(ctx, sub.Customer)
	return hold{
		overview: func() error {
			_, _, err := v.fetch(ctx, v.origin+"/")
			return err
		},
		pay: func() error {
			_, err := v.post(ctx, "/subscriptions/"+sub.ID+"/payment-method", url.Values{"method": {good}})
			if err != nil {
				return err
			}
			return w.shop.is(ctx, sub.ID, billing.StatusActive)
		},
	}, err
}

// methodCall measures paying the dues with a saved method by API.
func (w wiring) methodCall(ctx context.Context) error {
	pay := func() (func() error, error) {
		sub, good, err := w.shop.held(ctx)
		return func() error {
			err := w.shop.call(http.MethodPost, "/subscriptions/"+sub.ID+"/update-payment-method",
				map[string]string{"type": "existing", "payment_method_id": good}, nil)
			if err != nil {
				return err
			}
			return w.shop.is(ctx, sub.ID, billing.StatusActive)
		}, err
	}
	warm, err := pay()
	if err != nil {
		return err
	}
	do, err := pay()
	if err != nil {
		return err
	}
	if err := warm(); err != nil {
		return err
	}
	return w.add(ctx, "pay the dues, saved method (API)", "api", do)
}
