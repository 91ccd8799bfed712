package wallet

import (
	"context"
	"errors"
	"fmt"

	"perennial/shared/billing"
	"perennial/shared/calendar"
	"perennial/shared/clock"
	"perennial/shared/gateway"
	"perennial/shared/merchant"
	"perennial/shared/record"
)

// Updater follows what card networks tell of saved cards that they replaced.
type Updater struct {
	Store Store
	Wall  clock.Wall
}

// tries is how often a change is made anew when somebody was faster.
const tries = 5

// Update renews a saved card and every subscription that is charged to it.
// What failed with the old card is tried again at once. Hearing it twice
// changes nothing more.
func (u *Updater) Update(ctx context.Context, account gateway.Account, told gateway.Updated) error {
	scope, ok := merchant.GatewayScope(account.ID)
	if !ok {
		return nil
	}
	var err error
	for range tries {
		if err = u.update(ctx, scope, account, told); !errors.Is(err, record.ErrStale) {
			return err
		}
	}
	return err
}

func (u *Updater) update(ctx context.Context, scope merchant.Scope, account gateway.Account, told gateway.Updated) error {
	state, err := u.Store.State(ctx, scope)
	if err != nil {
		return fmt.Errorf("state of %s: %w", scope, err)
	}
	found, err := u.Store.Owned(ctx, scope, told.Customer, record.KindMethod, record.KindSubscription)
	if err != nil {
		return fmt.Errorf("payment methods of %s: %w", told.Customer, err)
	}
	now := state.Clock.Now(u.Wall())
	fresh := methodOf(told.Method, account)
	for _, obj := range found {
		changed, err := u.renewed(ctx, scope, obj, fresh, now)
		if err != nil {
			return err
		}
		if changed == nil {
			continue
		}
		err = u.Store.Commit(ctx, record.Commit{
			Scope: scope, Actor: record.Actor{Kind: record.ByGateway, ID: account.Gateway}, Cause: "card replaced by its network", At: now, Put: []any{changed},
		})
		if err != nil {
			return fmt.Errorf("renew the card of %s: %w", told.Customer, err)
		}
	}
	return nil
}

// renewed is a method or subscription with the new card, nil when it has
// another one. A list of subscriptions may lag, so each is read again.
func (u *Updater) renewed(ctx context.Context, scope merchant.Scope, obj any, fresh billing.Method, now calendar.Instant) (any, error) {
	switch o := obj.(type) {
	case billing.Method:
		if o.Same(fresh) && o.Refresh(fresh) != o {
			return o.Refresh(fresh), nil
		}
	case billing.Subscription:
		sub, err := record.Get[billing.Subscription](ctx, u.Store, scope, o.ID)
		if err != nil {
			return nil, fmt.Errorf("subscription %s: %w", o.ID, err)
		}
		if next, ok := sub.Refreshed(fresh, now); ok {
			return next, nil
		}
	}
	return nil, nil
}
