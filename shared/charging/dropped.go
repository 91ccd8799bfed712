package charging

import (
	"context"
	"fmt"

	"perennial/shared/billing"
	"perennial/shared/merchant"
	"perennial/shared/record"
)

// Dropped adds to a change what becomes of a plan change that it gives up: its
// redemptions do not count, and the payment that its customer was asked for
// will not be made.
func Dropped(ctx context.Context, l record.Loader, scope merchant.Scope, before billing.Subscription, ch billing.Change) (billing.Change, error) {
	gone := ch.Subscription.Unredeemed(before)
	counts, err := Counted(ctx, l, scope, gone, before.Customer)
	if err != nil {
		return ch, err
	}
	_, back := billing.Uncount(gone, before.Customer, counts)
	ch.Counts = append(ch.Counts, back...)
	if c := before.Change; c == nil || c.Payment == "" || ch.Subscription.Change != nil || ch.Payment != nil {
		return ch, nil
	}
	p, err := record.Get[billing.Payment](ctx, l, scope, before.Change.Payment)
	if err != nil {
		return ch, fmt.Errorf("payment of a plan change of %s: %w", before.ID, err)
	}
	return ch.Unasked(p), nil
}

// dropped adds to a settlement what becomes of a plan change that it ends or
// replaces. The payment that its customer was asked for on a page, when
// another one settled it, is given beside it.
func (s *Service) dropped(ctx context.Context, a *attempt, ch billing.Change) (billing.Change, []any, []billing.Event, error) {
	if a.Purchase != nil {
		return ch, nil, nil, nil
	}
	ch, err := Dropped(ctx, s.Store, a.scope, a.Subscription, ch)
	c := a.Subscription.Change
	if err != nil || c == nil || c.Payment == "" || ch.Subscription.Change != nil || ch.Payment == nil || ch.Payment.ID == c.Payment {
		return ch, nil, nil, err
	}
	p, err := record.Get[billing.Payment](ctx, s.Store, a.scope, c.Payment)
	if err != nil {
		return ch, nil, nil, fmt.Errorf("payment of a plan change of %s: %w", a.Owner(), err)
	}
	asked := billing.Change{}.Unasked(p)
	return ch, record.With(nil, asked.Payment), asked.Events, nil
}
