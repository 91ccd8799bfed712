package portals

import (
	"context"
	"fmt"
	"slices"

	"perennial/shared/billing"
	"perennial/shared/invoices"
	"perennial/shared/record"
)

// Papers corrects the buyer's particulars on issued invoices.
type Papers interface {
	Correct(ctx context.Context, in invoices.Correction) ([]billing.Invoice, error)
}

// Paid is one of the visitor's payments and what it paid; anybody else's does
// not exist, and neither does one without a numbered invoice.
func (s *Service) Paid(ctx context.Context, v Visitor, payment string) (billing.Payment, []billing.Invoice, error) {
	p, err := record.Get[billing.Payment](ctx, s.Store, v.Scope, payment)
	if err != nil {
		return p, nil, fmt.Errorf("payment %s: %w", payment, err)
	}
	if !slices.Contains(v.Customers, p.Customer) || p.InvoiceNumber == "" {
		return p, nil, fmt.Errorf("payment %s: %w", payment, record.ErrNotFound)
	}
	refs := make([]record.Ref, len(p.Invoices))
	for i, id := range p.Invoices {
		refs[i] = record.RefOf[billing.Invoice](id)
	}
	found, err := s.Store.Load(ctx, v.Scope, refs...)
	if err != nil {
		return p, nil, fmt.Errorf("invoices of %s: %w", payment, err)
	}
	var paid []billing.Invoice
	for _, obj := range found {
		if i, ok := obj.(billing.Invoice); ok {
			paid = append(paid, i)
		}
	}
	if len(paid) == 0 {
		return p, nil, fmt.Errorf("invoices of %s: %w", payment, record.ErrNotFound)
	}
	return p, paid, nil
}

// CorrectInvoice gives the invoices of a payment their one linked correction
// with other particulars of the buyer (rules 18). Where customers do not edit
// their profile the name stays the invoice's.
func (s *Service) CorrectInvoice(ctx context.Context, v Visitor, payment string, buyer billing.Buyer) error {
	_, paid, err := s.Paid(ctx, v, payment)
	if err != nil {
		return err
	}
	if !v.rules().AllowsEditProfile() {
		buyer.Name = paid[0].Buyer.Name
	}
	_, err = s.Papers.Correct(ctx, invoices.Correction{Scope: v.Scope, Actor: v.Actor, Payment: payment, Buyer: buyer})
	return err
}
