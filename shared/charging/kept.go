package charging

import (
	"context"
	"errors"
	"fmt"

	"perennial/shared/billing"
	"perennial/shared/record"
)

// kept makes the method that somebody gave for dues the subscription's own,
// although an earlier capture has turned out to pay them (rules 6). What was
// paid is told whatever becomes of it.
func (s *Service) kept(ctx context.Context, in Start, paid Result) (Result, error) {
	sub := paid.Subscription
	for range tries {
		if !in.Keep || in.By == billing.BySystem || in.Method.IsZero() || in.Purchase != nil || sub.Manual.On || sub.Method.ID == in.Method.ID {
			return paid, nil
		}
		after, events, err := sub.SetMethod(in.Method)
		if err != nil {
			return paid, nil //nolint:nilerr // it moved on: another payment, or its end
		}
		a := &attempt{scope: in.Scope, actor: in.Actor, cause: in.Cause, state: in.State}
		a.Customer = in.Customer
		err = s.Store.Commit(ctx, s.commit(a, []any{after}, events))
		if err == nil {
			paid.Subscription = record.Next(after)
			return paid, nil
		}
		if !errors.Is(err, record.ErrStale) {
			return paid, fmt.Errorf("keep the method of %s: %w", sub.ID, err)
		}
		if sub, err = record.Get[billing.Subscription](ctx, s.Store, in.Scope, sub.ID); err != nil {
			return paid, fmt.Errorf("keep the method of %s: %w", in.Subscription.ID, err)
		}
	}
	return paid, nil
}
