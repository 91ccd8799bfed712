// Package subscriptions is what merchants do to subscriptions: order one for
// a customer who may be new, change its particulars, cancel it, and ask for
// another payment method. Lives and payments belong to lifecycle and recovery.
package subscriptions

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"perennial/shared/billing"
	"perennial/shared/calendar"
	"perennial/shared/charging"
	"perennial/shared/clock"
	"perennial/shared/customers"
	"perennial/shared/fault"
	"perennial/shared/lifecycle"
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

// Orderer begins subscriptions.
type Orderer interface {
	Subscribe(ctx context.Context, in lifecycle.Subscribe) (lifecycle.Subscribed, error)
}

// Payer uses payment methods.
type Payer interface {
	ChangeMethod(ctx context.Context, p recovery.Pay) (recovery.Result, error)
}

// Service serves merchants.
type Service struct {
	Store     Store
	Orderer   Orderer
	Payer     Payer
	Customers *customers.Service
	Wall      clock.Wall
}

// tries is how often a decision is made anew when somebody was faster.
const tries = 5

// Row is a subscription with its customer.
type Row = register.Row[billing.Subscription]

// ErrFeedback refuses a reason for a cancellation that is not asked for.
var ErrFeedback = fault.New(fault.Invalid, "INVALID_REQUEST_PARAMETERS",
	"A cancellation's reason, feedback and comment are only accepted together with the cancellation.")

// Change is everything that one request wants of a subscription.
type Change struct {
	Scope        merchant.Scope
	Actor        record.Actor
	Subscription string
	Edit         billing.Edit
	CustomerName string // empty leaves it
	Cancel       lifecycle.CancelMode
	Particulars  billing.Cancellation // reason, feedback, comment
}

// Check refuses particulars of a cancellation without one.
func (c Change) Check() error {
	asked := c.Cancel == lifecycle.CancelNow || c.Cancel == lifecycle.CancelAtEnd
	if c.Particulars != (billing.Cancellation{}) && !asked {
		return ErrFeedback
	}
	return c.Particulars.Check()
}

// Change edits, cancels or revokes in one commit, or refuses and writes
// nothing. It is decided anew when a payment settles at the same moment.
func (s *Service) Change(ctx context.Context, c Change) (Row, error) {
	if err := c.Check(); err != nil {
		return Row{}, err
	}
	var err error
	for range tries {
		var row Row
		if row, err = s.change(ctx, c); !errors.Is(err, record.ErrStale) {
			return row, err
		}
	}
	return Row{}, fmt.Errorf("change %s: %w", c.Subscription, err)
}

func (s *Service) change(ctx context.Context, c Change) (Row, error) {
	d, err := s.open(ctx, c.Scope, c.Subscription)
	if err != nil {
		return Row{}, err
	}
	commit, err := s.decide(ctx, c, &d)
	if err != nil {
		return Row{}, err
	}
	if len(commit.Put) == 0 {
		return Row{Object: d.sub, Customer: d.customer}, nil
	}
	if err := s.Store.Commit(ctx, commit); err != nil {
		return Row{}, fmt.Errorf("change %s: %w", c.Subscription, err)
	}
	return Row{Object: record.Next(d.sub), Customer: d.customer}, nil
}

// decide applies the edit, then the cancellation, to the dossier.
func (s *Service) decide(ctx context.Context, c Change, d *dossier) (record.Commit, error) {
	commit := record.Commit{Scope: c.Scope, Actor: c.Actor, Cause: "PATCH /subscriptions", At: d.now}
	var done billing.Change
	var err error
	if !c.Edit.IsZero() {
		if done, err = d.sub.Edit(c.Edit, d.now, d.zone); err != nil {
			return commit, err
		}
		d.sub = done.Subscription
	}
	if c.Cancel != "" {
		edited := done.Events
		if done, err = s.cancel(ctx, c, *d); err != nil {
			return commit, err
		}
		if len(done.Events) == 0 {
			done.Events = edited
		}
		d.sub = done.Subscription
	}
	if len(done.Events) > 0 {
		commit.Put, commit.Events = charging.Objects(done), done.Events
	}
	return rename(commit, c.CustomerName, d)
}

// rename changes the customer's name in the same commit; otherwise the
// events only speak of the customer.
func rename(commit record.Commit, name string, d *dossier) (record.Commit, error) {
	if name == "" || name == d.customer.Name {
		commit.Attach = []any{d.customer}
		return commit, nil
	}
	d.customer.Name = name
	if len(commit.Put) == 0 {
		commit.Put = []any{d.sub}
		commit.Events = []billing.Event{{Type: billing.EventSubscriptionUpdated, Object: d.sub.ID}}
	}
	commit.Put = append(commit.Put, d.customer)
	return commit, d.customer.Check()
}

// cancel decides a cancellation. Revoking what is not scheduled changes
// nothing.
func (s *Service) cancel(ctx context.Context, c Change, d dossier) (billing.Change, error) {
	if c.Cancel == lifecycle.CancelRevoke {
		done, err := d.sub.Revoke()
		if errors.Is(err, billing.ErrNotScheduled) {
			return billing.Change{Subscription: d.sub}, nil
		}
		return done, err
	}
	open, hold, err := lifecycle.Arrears(ctx, s.Store, c.Scope, d.sub)
	if err != nil {
		return billing.Change{}, err
	}
	if c.Cancel == lifecycle.CancelAtEnd {
		return d.sub.CancelAtEnd(open, hold, d.now, c.Particulars)
	}
	return d.sub.CancelNow(open, hold, d.now, c.Particulars)
}

// dossier is a subscription with what deciding about it needs.
type dossier struct {
	state    merchant.State
	sub      billing.Subscription
	customer billing.Customer
	now      calendar.Instant
	zone     *time.Location
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

// Order is a new purchase by a customer who is known, or is named by address.
type Order struct {
	lifecycle.Subscribe
	Email        string // of a customer by address, instead of Subscribe.Customer
	Name         string // of a new customer; empty takes the address's first part
	Phone        string
	AlwaysCreate bool   // even when the address is known
	Currency     string // when given, the product's must be this
}

// ErrCurrency refuses to bill in another currency than the product's.
var ErrCurrency = fault.New(fault.Unsupported, "UNSUPPORTED_ACTION", "A subscription is billed in its product's currency; leave billing_currency out.")

// Order begins a subscription. An address that is known already means its
// latest customer.
func (s *Service) Order(ctx context.Context, o Order) (lifecycle.Subscribed, error) {
	if o.Currency != "" {
		if err := s.sameCurrency(ctx, o); err != nil {
			return lifecycle.Subscribed{}, err
		}
	}
	for range tries {
		in, err := s.buyer(ctx, o)
		if err != nil {
			return lifecycle.Subscribed{}, err
		}
		placed, err := s.Orderer.Subscribe(ctx, in)
		if !errors.Is(err, record.ErrClaimed) {
			return placed, err
		}
	}
	return lifecycle.Subscribed{}, fmt.Errorf("order %s: %w", o.Product, record.ErrClaimed)
}

func (s *Service) sameCurrency(ctx context.Context, o Order) error {
	product, err := record.Get[billing.Product](ctx, s.Store, o.Scope, o.Product)
	if errors.Is(err, record.ErrNotFound) {
		return lifecycle.ErrNoProduct
	}
	if err == nil && string(product.Price.Amount.Currency) != o.Currency {
		return ErrCurrency
	}
	return err
}

// buyer finds or makes the customer of an order.
func (s *Service) buyer(ctx context.Context, o Order) (lifecycle.Subscribe, error) {
	in := o.Subscribe
	if o.Email == "" {
		return in, nil
	}
	if !o.AlwaysCreate {
		known, err := s.Store.Customers(ctx, o.Scope, o.Email)
		if err != nil {
			return in, fmt.Errorf("customers of an address: %w", err)
		}
		if len(known) > 0 {
			in.Customer = slices.Max(known) // ids are in order of creation
			return in, nil
		}
	}
	state, err := s.Store.State(ctx, o.Scope)
	if err != nil {
		return in, fmt.Errorf("state of %s: %w", o.Scope, err)
	}
	fresh := s.Customers.Fresh(billing.Customer{Email: o.Email, Name: o.Name, Phone: o.Phone}, state)
	in.Buyer, in.Claims = &fresh, []record.Claim{customers.Series(fresh)}
	return in, nil
}
