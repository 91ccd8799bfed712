package charging

import (
	"context"
	"fmt"

	"perennial/shared/billing"
	"perennial/shared/merchant"
	"perennial/shared/money"
	"perennial/shared/record"
)

// Borne notes what had been given back already of the payments whose money, as
// credit, has just paid for a period alone: it does not count against that
// period once more (rules 2).
func Borne(ctx context.Context, l record.Loader, scope merchant.Scope, sub billing.Subscription) (billing.Subscription, error) {
	payments, err := Receipts(ctx, l, scope, sub)
	if err != nil {
		return sub, err
	}
	sub.Gone = money.Of(0, sub.Price.Amount.Currency)
	for _, p := range payments {
		sub.Gone.Minor += p.GivenBack()
	}
	return sub, nil
}

// Receipts are the payments of the running period that are still known.
func Receipts(ctx context.Context, l record.Loader, scope merchant.Scope, sub billing.Subscription) ([]billing.Payment, error) {
	if len(sub.Receipts) == 0 {
		return nil, nil
	}
	refs := make([]record.Ref, len(sub.Receipts))
	for i, id := range sub.Receipts {
		refs[i] = record.RefOf[billing.Payment](id)
	}
	found, err := l.Load(ctx, scope, refs...)
	if err != nil {
		return nil, fmt.Errorf("payments of %s: %w", sub.ID, err)
	}
	var known []billing.Payment
	for _, obj := range found {
		if p, ok := obj.(billing.Payment); ok {
			known = append(known, p)
		}
	}
	return known, nil
}

// borne does so where credit alone has settled an attempt.
func (s *Service) borne(ctx context.Context, a *attempt, c billing.Change) (billing.Change, error) {
	if c.Payment == nil || c.Payment.Status != billing.PaymentSucceeded || !c.Payment.Amount.Nothing() || len(c.Subscription.Receipts) == 0 {
		return c, nil
	}
	var err error
	c.Subscription, err = Borne(ctx, s.Store, a.scope, c.Subscription)
	return c, err
}
