// Package subscriptions is what merchants do to subscriptions: change their
// particulars, cancel them, and ask for another payment method. Orders belong
// to purchases. Lives and payments belong to lifecycle and recovery.
package subscriptions

import (
	"context"
	"fmt"
	"time"

	"perennial/shared/billing"
	"perennial/shared/calendar"
	"perennial/shared/clock"
	"perennial/shared/customers"
	"perennial/shared/gateway"
	"perennial/shared/merchant"
	"perennial/shared/record"
	"perennial/shared/recovery"
	"perennial/shared/register"
)

// Store is what subscriptions need of storage.
type Store interface {
	record.Loader
	record.Committer
	customers.Directory
}

// Payer uses payment methods.
type Payer interface {
	ChangeMethod(ctx context.Context, p recovery.Pay) (recovery.Result, error)
}

// Service serves merchants.
type Service struct {
	Store   Store
	Payer   Payer
	Charger Charger
	Wall    clock.Wall

	Abilities gateway.Abilities // what the gateways let be done
}

// tries is how often a decision is made anew when somebody was faster.
const tries = 5

// Row is a subscription with its customer.
type Row = register.Row[billing.Subscription]

// dossier is a subscription with what deciding about it needs.
type dossier struct {
	state    merchant.State
	sub      billing.Subscription
	customer billing.Customer
	now      calendar.Instant
	zone     *time.Location

	numbered bool // a document took a number of the customer
}

func (s *Service) open(ctx context.Context, scope merchant.Scope, id string) (dossier, error) {
	var d dossier
	var err error
	if d.sub, err = record.Get[billing.Subscription](ctx, s.Store, scope, id); err != nil {
		return d, fmt.Errorf("subscription %s: %w", id, err)
	}
	if d.customer, err = record.Get[billing.Customer](ctx, s.Store, scope, d.sub.Customer); err != nil {
		return d, fmt.Errorf("customer %s: %w", d.sub.Customer, err)
	}
	if d.state, err = s.Store.State(ctx, scope); err != nil {
		return d, fmt.Errorf("state of %s: %w", scope, err)
	}
	if d.zone, err = time.LoadLocation(d.sub.Zone); err != nil {
		return d, fmt.Errorf("subscription %s: %w", id, err)
	}
	d.now = d.state.Clock.Now(s.Wall())
	return d, nil
}
