package refunds

import (
	"context"
	"errors"
	"fmt"

	"perennial/shared/billing"
	"perennial/shared/merchant"
	"perennial/shared/record"
)

// reclaim takes unused credits back before a full refund asks for the money,
// so that nobody can use them meanwhile. The subscription is written with the
// reservation even when it has none: a plan change that is being decided
// knows then that its payment is not what it was.
func (s *Service) reclaim(ctx context.Context, scope merchant.Scope, r billing.Refund, p billing.Payment) (billing.Refund, []any, error) {
	if p.Subscription == "" {
		return r, nil, nil
	}
	sub, err := record.Get[billing.Subscription](ctx, s.Store, scope, p.Subscription)
	if errors.Is(err, record.ErrNotFound) {
		return r, nil, nil
	}
	if err != nil {
		return r, nil, fmt.Errorf("subscription of %s: %w", p.ID, err)
	}
	after, refund, touched, err := sub.Reclaim(r, p)
	if err != nil || !touched {
		return r, nil, err
	}
	return refund, []any{after}, nil
}

// restored gives the subscription its credits back when the refund failed.
func (s *Service) restored(ctx context.Context, f file, ch billing.RefundChange) (billing.RefundChange, error) {
	if ch.Refund.Status != billing.RefundFailed || len(ch.Refund.Reclaimed) == 0 {
		return ch, nil
	}
	sub, err := record.Get[billing.Subscription](ctx, s.Store, f.scope, ch.Refund.Subscription)
	if err != nil {
		return ch, fmt.Errorf("subscription %s: %w", ch.Refund.Subscription, err)
	}
	return ch.Restored(sub), nil
}
