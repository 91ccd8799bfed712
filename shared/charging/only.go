package charging

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"perennial/shared/billing"
	"perennial/shared/fault"
	"perennial/shared/merchant"
	"perennial/shared/money"
	"perennial/shared/record"
)

// ErrAnother refuses a second subscription of a merchant who sells each
// customer one. Its words are a condition: they tell whoever typed somebody
// else's address nothing about that person.
var ErrAnother = fault.New(fault.Conflict, "CUSTOMER_HAS_EXISTING_SUBSCRIPTION",
	"This seller sells one subscription to each customer. If you have one already, sign in to see or change it.")

// Patrons reads what the customers of an address have.
type Patrons interface {
	Reader
	// Customers lists the customers of an address, by id.
	Customers(ctx context.Context, scope merchant.Scope, email string) ([]string, error)
}

// Bought is a subscription that somebody is about to buy.
type Bought struct {
	State        merchant.State
	Subscription billing.Subscription
	Email        string       // of the customer
	Due          money.Amount // what buying it costs now
}

// Only refuses with ErrAnother a subscription beside one that has not ended,
// where the merchant allows each customer no more than one. Whoever has the
// same e-mail address is the same customer. Pending ones count while their
// payment is being made, and those that the purchase ends do not (rules 10).
// The mark that it gives belongs into the commit that locks the first
// payment; there is none where customers may have several, and nothing is
// read then.
func Only(ctx context.Context, l Patrons, b Bought) (*billing.Mark, error) {
	if b.State.Settings.Subscriptions.AllowsMultiple() {
		return nil, nil
	}
	rivals, err := b.owned(ctx, l)
	if err != nil {
		return nil, err
	}
	mark := billing.Mark{ID: billing.SeatID(b.State.Scope.String(), b.Email)}
	kept, err := record.Get[billing.Mark](ctx, l, b.State.Scope, mark.ID)
	if err != nil && !errors.Is(err, record.ErrNotFound) {
		return nil, fmt.Errorf("mark of %s: %w", b.Subscription.ID, err)
	}
	if err == nil {
		mark, rivals = kept, append(rivals, kept.Subscription)
	}
	slices.Sort(rivals)
	rivals = slices.DeleteFunc(slices.Compact(rivals), func(id string) bool { return id == b.Subscription.ID })
	current, err := record.Several[billing.Subscription](ctx, l, b.State.Scope, rivals...)
	if err != nil {
		return nil, fmt.Errorf("other subscriptions than %s: %w", b.Subscription.ID, err)
	}
	for _, other := range current {
		refused, err := b.beside(ctx, l, other)
		if err != nil {
			return nil, err
		}
		if refused {
			return nil, ErrAnother
		}
	}
	mark.Subscription = b.Subscription.ID
	return &mark, nil
}

// owned are the subscriptions of everybody with the address that a list shows
// as begun and not ended; it may lag behind.
func (b Bought) owned(ctx context.Context, l Patrons) ([]string, error) {
	all, err := b.subscriptions(ctx, l)
	var ids []string
	for _, s := range all {
		if holds(s) {
			ids = append(ids, s.ID)
		}
	}
	return ids, err
}

// subscriptions are those of everybody with the address; they may lag behind.
func (b Bought) subscriptions(ctx context.Context, l Patrons) ([]billing.Subscription, error) {
	customers, err := l.Customers(ctx, b.State.Scope, b.Email)
	if err != nil {
		return nil, fmt.Errorf("customers of an address: %w", err)
	}
	if c := b.Subscription.Customer; c != "" && !slices.Contains(customers, c) {
		customers = append(customers, c)
	}
	var all []billing.Subscription
	for _, customer := range customers {
		owned, err := l.Owned(ctx, b.State.Scope, customer, record.KindSubscription)
		if err != nil {
			return nil, fmt.Errorf("subscriptions of %s: %w", customer, err)
		}
		for _, found := range owned {
			if sub, ok := found.(billing.Subscription); ok {
				all = append(all, sub)
			}
		}
	}
	return all, nil
}

// holds reports a subscription that has begun, or is about to, and not ended.
func holds(s billing.Subscription) bool {
	return !s.Status.Ended() && (s.Status != billing.StatusPending || s.Lock.Set())
}

// beside reports a subscription, as it is now, that would run beside the one
// that is bought.
func (b Bought) beside(ctx context.Context, l record.Loader, other billing.Subscription) (bool, error) {
	if !holds(other) {
		return false, nil
	}
	if !failing(other) || other.Customer != b.Subscription.Customer || b.Due.Nothing() {
		return true, nil
	}
	ended, err := alike(ctx, l, b.State.Scope, other.Product, b.Subscription.Product)
	return !ended, err
}
