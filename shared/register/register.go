// Package register reads the books for merchants: single objects with the
// customer they belong to, pages, and searches that no index answers. It
// writes nothing.
package register

import (
	"context"
	"fmt"

	"perennial/shared/billing"
	"perennial/shared/merchant"
	"perennial/shared/record"
)

// Store is what reading needs of storage.
type Store interface {
	record.Loader
	record.Lister
}

// Service reads.
type Service struct{ Store Store }

// Row is an object with its customer as they are now (rules 24).
type Row[T any] struct {
	Object   T
	Customer billing.Customer
}

// Subscription reads one subscription.
func (s *Service) Subscription(ctx context.Context, scope merchant.Scope, id string) (Row[billing.Subscription], error) {
	return row(ctx, s.Store, scope, id, customerOfSubscription)
}

// Payment reads one payment.
func (s *Service) Payment(ctx context.Context, scope merchant.Scope, id string) (Row[billing.Payment], error) {
	return row(ctx, s.Store, scope, id, customerOfPayment)
}

// Subscriptions reads a page of subscriptions; keep may narrow it further.
func (s *Service) Subscriptions(ctx context.Context, scope merchant.Scope, q record.Query, keep func(billing.Subscription) bool) ([]Row[billing.Subscription], error) {
	return rows(ctx, s.Store, scope, q, keep, customerOfSubscription)
}

// Payments reads a page of payments; keep may narrow it further.
func (s *Service) Payments(ctx context.Context, scope merchant.Scope, q record.Query, keep func(billing.Payment) bool) ([]Row[billing.Payment], error) {
	return rows(ctx, s.Store, scope, q, keep, customerOfPayment)
}

// Invoices reads a payment and the invoices that it is for.
func (s *Service) Invoices(ctx context.Context, scope merchant.Scope, payment string) (billing.Payment, []billing.Invoice, error) {
	p, err := record.Get[billing.Payment](ctx, s.Store, scope, payment)
	if err != nil {
		return p, nil, fmt.Errorf("payment %s: %w", payment, err)
	}
	refs := make([]record.Ref, len(p.Invoices))
	for i, id := range p.Invoices {
		refs[i] = record.RefOf[billing.Invoice](id)
	}
	found, err := s.Store.Load(ctx, scope, refs...)
	if err != nil {
		return p, nil, fmt.Errorf("invoices of %s: %w", payment, err)
	}
	var invoices []billing.Invoice
	for _, obj := range found {
		if v, ok := obj.(billing.Invoice); ok {
			invoices = append(invoices, v)
		}
	}
	return p, invoices, nil
}

func customerOfSubscription(s billing.Subscription) string { return s.Customer }
func customerOfPayment(p billing.Payment) string           { return p.Customer }

func row[T any](ctx context.Context, l record.Loader, scope merchant.Scope, id string, owner func(T) string) (Row[T], error) {
	obj, err := record.Get[T](ctx, l, scope, id)
	if err != nil {
		return Row[T]{}, fmt.Errorf("%s: %w", id, err)
	}
	found, err := attach(ctx, l, scope, []T{obj}, owner)
	if err != nil {
		return Row[T]{}, err
	}
	return found[0], nil
}

func rows[T any](ctx context.Context, s Store, scope merchant.Scope, q record.Query, keep func(T) bool, owner func(T) string) ([]Row[T], error) {
	page, err := List(ctx, s, scope, q, keep)
	if err != nil {
		return nil, err
	}
	return attach(ctx, s, scope, page, owner)
}

// attach reads the customers of a page in one request. Of a customer that is
// not there any more only the id is known.
func attach[T any](ctx context.Context, l record.Loader, scope merchant.Scope, page []T, owner func(T) string) ([]Row[T], error) {
	known := make(map[string]billing.Customer)
	var refs []record.Ref
	for _, obj := range page {
		id := owner(obj)
		if _, asked := known[id]; !asked {
			known[id] = billing.Customer{ID: id}
			refs = append(refs, record.RefOf[billing.Customer](id))
		}
	}
	if len(refs) > 0 {
		found, err := l.Load(ctx, scope, refs...)
		if err != nil {
			return nil, fmt.Errorf("customers: %w", err)
		}
		for _, obj := range found {
			if c, ok := obj.(billing.Customer); ok {
				known[c.ID] = c
			}
		}
	}
	out := make([]Row[T], len(page))
	for i, obj := range page {
		out[i] = Row[T]{obj, known[owner(obj)]}
	}
	return out, nil
}
