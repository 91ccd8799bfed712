package refunds

import (
	"context"
	"errors"
	"fmt"
	"time"

	"perennial/shared/billing"
	"perennial/shared/ids"
	"perennial/shared/merchant"
	"perennial/shared/record"
)

// reclaim takes unused credits back before a refund asks for the money, as far
// as both together are more than was paid, so that nobody can use them
// meanwhile. The subscription is written with the
// reservation even when it has none: a plan change that is being decided
// knows then that its payment is not what it was.
func (s *Service) reclaim(ctx context.Context, scope merchant.Scope, r billing.Refund, p billing.Payment) (billing.Refund, []any, error) {
	if p.Subscription == "" {
		return r, nil, nil
	}
	sub, err := record.Get[billing.Subscription](ctx, s.Store, scope, p.Subscription)
	if errors.Is(err, record.ErrNotFound) {
		return r, nil, nil
	}
	if err != nil {
		return r, nil, fmt.Errorf("subscription of %s: %w", p.ID, err)
	}
	after, refund, touched, err := sub.Reclaim(r, p)
	if err != nil || !touched {
		return r, nil, err
	}
	return refund, []any{after}, nil
}

// instead does what a refund that failed leaves to be done: credits that it
// took are given back, and tax that was charged too much becomes credit.
func (s *Service) instead(ctx context.Context, f file, ch billing.RefundChange) (billing.RefundChange, error) {
	r := ch.Refund
	tax := r.Cause == billing.ReasonTaxCorrection && r.Subscription != ""
	if r.Status != billing.RefundFailed || len(r.Reclaimed) == 0 && !tax {
		return ch, nil
	}
	sub, err := record.Get[billing.Subscription](ctx, s.Store, f.scope, r.Subscription)
	if err != nil {
		return ch, fmt.Errorf("subscription %s: %w", r.Subscription, err)
	}
	if !tax {
		return ch.Restored(sub), nil
	}
	invoices, customer, err := s.particulars(ctx, f.scope, f.payment)
	if err != nil || customer.ID == "" {
		return ch, err
	}
	zone, err := time.LoadLocation(f.state.Business.Zone)
	if err != nil {
		return ch, err
	}
	return ch.Instead(sub, invoices, s.names(len(invoices)), billing.IssuerOf(f.state, zone), customer)
}

// names are fresh ids for credit notes.
func (s *Service) names(n int) []string {
	names := make([]string, n)
	for i := range names {
		names[i] = ids.New(ids.Invoice, s.Wall())
	}
	return names
}
