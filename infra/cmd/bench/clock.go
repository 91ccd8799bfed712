package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"perennial/shared/merchant"
)

// clockSection times how long a merchant who tests a subscription waits for
// the test clock, over the API and the functions.
func clockSection(ctx context.Context, p place) (_ *table, err error) {
	stack, err := p.start(ctx, "clock", nil)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, stack.Stop()) }()
	t := newTable("The test clock", "advance by a year", "renewals", "s")
	for _, subscriptions := range []int{1, 5} {
		shop, err := openShop(ctx, stack, merchant.Test)
		if err != nil {
			return nil, err
		}
		shop.now = time.Now().UTC()
		for range subscriptions {
			if _, err := shop.buyer(ctx); err != nil {
				return nil, err
			}
		}
		began := time.Now()
		if err := shop.advance(ctx, shop.now.AddDate(1, 0, 1)); err != nil {
			return nil, err
		}
		t.row(fmt.Sprintf("%d monthly", subscriptions), strconv.Itoa(12*subscriptions), fmt.Sprintf("%.1f", time.Since(began).Seconds()))
	}
	t.note("At least a second of each advance is patience: it ends when several looks at the index, spread over a second, find nothing due.")
	return t, nil
}

// testClock is what the API says about a test clock.
type testClock struct {
	Status  string `json:"status"`
	Message string `json:"message"`
}

// advance moves the business time of the shop's test mode and waits until it
// has arrived.
func (s *shop) advance(ctx context.Context, to time.Time) error {
	var c testClock
	if err := s.call(http.MethodPost, "/test-clock/advance", map[string]any{"to": to.Format(time.RFC3339)}, &c); err != nil {
		return err
	}
	for deadline := time.Now().Add(3 * time.Minute); c.Status != "ready"; {
		if time.Now().After(deadline) || ctx.Err() != nil {
			return fmt.Errorf("the clock has not arrived: %s %s", c.Status, c.Message)
		}
		time.Sleep(50 * time.Millisecond)
		if err := s.call(http.MethodGet, "/test-clock", nil, &c); err != nil {
			return err
		}
	}
	if c.Message != "" {
		return errors.New(c.Message)
	}
	return nil
}
