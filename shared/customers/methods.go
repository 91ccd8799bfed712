package customers

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"perennial/shared/billing"
	"perennial/shared/fault"
	"perennial/shared/gateway"
	"perennial/shared/merchant"
	"perennial/shared/record"
)

// Vault forgets payment methods at the gateway.
type Vault interface {
	// Remove forgets a saved method; removing it twice is no error.
	Remove(ctx context.Context, account gateway.Account, method string) error
}

// ErrMethodInUse refuses to remove what a running subscription is charged to.
var ErrMethodInUse = fault.New(fault.Conflict, "PAYMENT_METHOD_IN_USE",
	"A subscription is charged to this payment method. Give the subscription another one first.")

// Methods lists a customer's payment methods, newest first. A card that was
// saved more than once is listed once, by the record that a subscription is
// charged to, if one is.
func (s *Service) Methods(ctx context.Context, scope merchant.Scope, customer string) ([]billing.Method, error) {
	found, err := s.Store.Owned(ctx, scope, customer, record.KindCustomer, record.KindMethod, record.KindSubscription)
	if err != nil {
		return nil, fmt.Errorf("payment methods of %s: %w", customer, err)
	}
	var methods []billing.Method
	var charged []billing.Method
	known := false
	for _, obj := range found {
		switch o := obj.(type) {
		case billing.Customer:
			known = true
		case billing.Method:
			methods = append(methods, o)
		case billing.Subscription:
			charged = append(charged, o.Method)
		}
	}
	if !known {
		return nil, fmt.Errorf("customer %s: %w", customer, record.ErrNotFound)
	}
	return billing.Distinct(methods, func(m billing.Method) bool { return slices.ContainsFunc(charged, m.Same) }), nil
}

// RemoveMethod forgets a payment method, here and at the gateway, under
// whatever ids it was saved, and as a backup of the customer's subscriptions.
// Removing it twice is no error; the method of a running subscription is
// refused.
func (s *Service) RemoveMethod(ctx context.Context, scope merchant.Scope, actor record.Actor, customer, method string) error {
	found, err := s.Store.Load(ctx, scope,
		record.RefOf[billing.Customer](customer), record.RefOf[billing.Method](record.MethodID(customer, method)))
	if err != nil {
		return fmt.Errorf("payment method %s: %w", method, err)
	}
	if found[0] == nil {
		return fmt.Errorf("customer %s: %w", customer, record.ErrNotFound)
	}
	m, ok := found[1].(billing.Method)
	if !ok {
		return nil
	}
	if err := s.unused(ctx, scope, m); err != nil {
		return err
	}
	saved, err := s.Store.Owned(ctx, scope, customer, record.KindMethod)
	if err != nil {
		return fmt.Errorf("payment methods of %s: %w", customer, err)
	}
	for _, obj := range saved {
		if twin, ok := obj.(billing.Method); ok && twin.ID != m.ID && twin.Twin(m) {
			if err := s.forget(ctx, scope, actor, found[0].(billing.Customer), twin); err != nil {
				return err
			}
		}
	}
	return s.forget(ctx, scope, actor, found[0].(billing.Customer), m) // last, so that asking again finds the others
}

// forget removes one record of a method.
func (s *Service) forget(ctx context.Context, scope merchant.Scope, actor record.Actor, c billing.Customer, m billing.Method) error {
	var err error
	for range tries {
		if err = s.unback(ctx, scope, actor, c, m); !errors.Is(err, record.ErrStale) {
			break
		}
	}
	if err != nil {
		return err
	}
	// The gateway first: what is torn apart is then finished by asking again.
	if err := s.Vault.Remove(ctx, gateway.Account{Gateway: m.Gateway, ID: m.Account}, m.Reference); err != nil {
		return fmt.Errorf("remove %s at the gateway: %w", m.ID, err)
	}
	err = s.Store.Commit(ctx, record.Commit{Scope: scope, Actor: actor, Cause: "remove payment method", Delete: []any{m}})
	if err != nil {
		return fmt.Errorf("remove %s: %w", m.ID, err)
	}
	return nil
}

// unused refuses a method that a subscription of the customer lives on, under
// whatever id.
func (s *Service) unused(ctx context.Context, scope merchant.Scope, m billing.Method) error {
	found, err := s.Store.Owned(ctx, scope, m.Customer, record.KindSubscription)
	if err != nil {
		return fmt.Errorf("subscriptions of %s: %w", m.Customer, err)
	}
	for _, obj := range found {
		sub, ok := obj.(billing.Subscription)
		if !ok || sub.Status.Ended() {
			continue
		}
		if sub.Method.Twin(m) || sub.Lock.Method.Twin(m) {
			return ErrMethodInUse
		}
	}
	return nil
}

// unback takes a method from the subscriptions that it is the backup of. The
// list of subscriptions may lag, so each is read again.
func (s *Service) unback(ctx context.Context, scope merchant.Scope, actor record.Actor, c billing.Customer, m billing.Method) error {
	found, err := s.Store.Owned(ctx, scope, c.ID, record.KindSubscription)
	if err != nil {
		return fmt.Errorf("subscriptions of %s: %w", c.ID, err)
	}
	state, err := s.Store.State(ctx, scope)
	if err != nil {
		return fmt.Errorf("state of %s: %w", scope, err)
	}
	for _, obj := range found {
		listed, ok := obj.(billing.Subscription)
		if !ok || listed.Status.Ended() {
			continue
		}
		sub, err := record.Get[billing.Subscription](ctx, s.Store, scope, listed.ID)
		if err != nil {
			return fmt.Errorf("subscription %s: %w", listed.ID, err)
		}
		left, events, ok := sub.LoseBackup(m)
		if !ok {
			continue
		}
		err = s.Store.Commit(ctx, record.Commit{
			Scope: scope, Actor: actor, Cause: "remove backup payment method", At: state.Clock.Now(s.Wall()),
			Put: []any{left}, Attach: []any{c}, Events: events,
		})
		if err != nil {
			return fmt.Errorf("backup of %s: %w", sub.ID, err)
		}
	}
	return nil
}
