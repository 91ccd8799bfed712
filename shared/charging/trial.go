package charging

import (
	"context"
	"errors"
	"fmt"

	"perennial/shared/billing"
	"perennial/shared/fault"
	"perennial/shared/record"
)

// ErrTrialUsed refuses a trial that was ordered before another one of the same
// product and address began.
var ErrTrialUsed = fault.New(fault.Invalid, "TRIAL_ALREADY_USED", "The trial of this product can be had once. Please order again to buy it without a trial.")

// Trial refuses with ErrTrialUsed a second trial of a product, where the
// merchant gives each customer one. Whoever has the same e-mail address, apart
// from its letters' case and what follows a plus sign, is the same customer.
// The mark that it gives belongs into the commit that locks the first payment;
// there is none, and nothing is read, where customers may have several.
func Trial(ctx context.Context, l Patrons, b Bought) (*billing.Mark, error) {
	if !b.State.Settings.Subscriptions.PreventsTrialAbuse() || b.Subscription.TrialDays == 0 {
		return nil, nil
	}
	scope, product := b.State.Scope, b.Subscription.Product
	mark := billing.Mark{ID: billing.TrialID(scope.String(), product, b.Email)}
	kept, err := record.Get[billing.Mark](ctx, l, scope, mark.ID)
	if err != nil && !errors.Is(err, record.ErrNotFound) {
		return nil, fmt.Errorf("trials of %s: %w", product, err)
	}
	if err == nil {
		mark = kept
		had, err := b.tried(ctx, l, kept.Subscription)
		if err != nil {
			return nil, err
		}
		if had {
			return nil, ErrTrialUsed
		}
	}
	owned, err := b.subscriptions(ctx, l)
	if err != nil {
		return nil, err
	}
	for _, s := range owned { // trials from before the merchant's wish have no mark
		if s.Product == product && s.ID != b.Subscription.ID && !s.TrialEnd.IsZero() {
			return nil, ErrTrialUsed
		}
	}
	mark.Subscription = b.Subscription.ID
	return &mark, nil
}

// tried reports that another subscription has begun its trial, or is about to.
// One that is not there any more has: its mark outlives it.
func (b Bought) tried(ctx context.Context, l record.Loader, id string) (bool, error) {
	if id == b.Subscription.ID {
		return false, nil
	}
	s, err := record.Get[billing.Subscription](ctx, l, b.State.Scope, id)
	if errors.Is(err, record.ErrNotFound) {
		return true, nil
	}
	if err != nil {
		return false, fmt.Errorf("subscription %s: %w", id, err)
	}
	return !s.TrialEnd.IsZero() || s.Status == billing.StatusPending && s.Lock.Set(), nil
}
