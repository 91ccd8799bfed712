package register

import (
	"context"
	"fmt"

	"perennial/shared/billing"
	"perennial/shared/merchant"
	"perennial/shared/record"
)

// Refund reads one refund.
func (s *Service) Refund(ctx context.Context, scope merchant.Scope, id string) (Row[billing.Refund], error) {
	return row(ctx, s.Store, scope, id, customerOfRefund)
}

// Refunds reads a page of refunds.
func (s *Service) Refunds(ctx context.Context, scope merchant.Scope, q record.Query) ([]billing.Refund, error) {
	return List[billing.Refund](ctx, s.Store, scope, q, nil)
}

// Dispute reads one dispute.
func (s *Service) Dispute(ctx context.Context, scope merchant.Scope, id string) (Row[billing.Dispute], error) {
	return row(ctx, s.Store, scope, id, customerOfDispute)
}

// Disputes reads a page of disputes.
func (s *Service) Disputes(ctx context.Context, scope merchant.Scope, q record.Query) ([]billing.Dispute, error) {
	return List[billing.Dispute](ctx, s.Store, scope, q, nil)
}

// Backs reads the refunds and disputes of a payment, oldest first. A payment
// without any costs no request.
func (s *Service) Backs(ctx context.Context, scope merchant.Scope, p billing.Payment) ([]billing.Refund, []billing.Dispute, error) {
	var refs []record.Ref
	for _, id := range p.Refunds {
		refs = append(refs, record.RefOf[billing.Refund](id))
	}
	for _, id := range p.Disputes {
		refs = append(refs, record.RefOf[billing.Dispute](id))
	}
	if len(refs) == 0 {
		return nil, nil, nil
	}
	found, err := s.Store.Load(ctx, scope, refs...)
	if err != nil {
		return nil, nil, fmt.Errorf("refunds of %s: %w", p.ID, err)
	}
	var refunds []billing.Refund
	var disputes []billing.Dispute
	for _, obj := range found {
		switch o := obj.(type) {
		case billing.Refund:
			refunds = append(refunds, o)
		case billing.Dispute:
			disputes = append(disputes, o)
		}
	}
	return refunds, disputes, nil
}

func customerOfRefund(r billing.Refund) string   { return r.Customer }
func customerOfDispute(d billing.Dispute) string { return d.Customer }
