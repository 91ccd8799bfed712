package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"perennial/shared/billing"
	"perennial/shared/identity"
	"perennial/shared/merchant"
)

// pageSection weighs each page of portal and checkout, in test mode, where
// the card fields are the sandbox's.
func pageSection(ctx context.Context, p place) (_ *table, err error) {
	stack, err := p.start(ctx, "pages", nil)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, stack.Stop()) }()
	shop, err := openShop(ctx, stack, merchant.Test)
	if err != nil {
		return nil, err
	}
	t := newTable("Pages, first visit", "page", "requests", "bytes sent", "of it the page", "script bytes, unpacked")
	sub, _, err := shop.held(ctx)
	if err != nil {
		return nil, err
	}
	v, err := shop.signIn(ctx, sub.Customer)
	if err != nil {
		return nil, err
	}
	addresses, err := shop.addresses(ctx, v, sub)
	if err != nil {
		return nil, err
	}
	for _, page := range addresses {
		w, err := v.weigh(ctx, page.address)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", page.name, err)
		}
		t.row(page.name, strconv.Itoa(w.requests), strconv.Itoa(w.sent), strconv.Itoa(w.page), strconv.Itoa(w.scripts))
	}
	t.note("With style, scripts and the gateway's card fields where a page has them; the style and our script are cached after the first page.")
	return t, nil
}

type page struct{ name, address string }

// addresses are the pages that a customer with a subscription on hold sees.
func (s *shop) addresses(ctx context.Context, v visitor, sub billing.Subscription) ([]page, error) {
	link, err := s.link(ctx, sub.Customer)
	if err != nil {
		return nil, err
	}
	s.now = time.Now().UTC() // a page to pay on lives a day
	order, err := s.till.Sales.Order(ctx, s.order(sub.Customer, billing.Address{Country: "DE"}))
	if err != nil {
		return nil, err
	}
	own := v.origin + "/subscriptions/" + sub.ID
	return []page{
		{"sign in (static link)", v.origin + "/login/" + s.scope.Business},
		{"one-time link", link},
		{"overview", v.origin + "/"},
		{"subscription", own},
		{"pay the dues, card fields", own + "/payment-method"},
		{"result of a payment", own + "/payments/" + sub.Failure.Payment},
		{"checkout, card fields", identity.CheckoutURL(s.stack.URL("checkout"), s.scope, order.Checkout.ID)},
	}, nil
}
