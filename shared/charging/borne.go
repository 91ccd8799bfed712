package charging

import (
	"context"
	"fmt"
	"slices"

	"perennial/shared/billing"
	"perennial/shared/merchant"
	"perennial/shared/money"
	"perennial/shared/record"
)

// Borne notes what had been given back already of the payments whose money, as
// credit, has just paid: it does not count against what it paid for once more
// (rules 2). A change of plan knows that of the payments of before, as they
// were when it was reckoned: what went back since is left to count.
func Borne(ctx context.Context, l record.Loader, scope merchant.Scope, before, after billing.Subscription) (billing.Subscription, error) {
	payments, err := Receipts(ctx, l, scope, after)
	if err != nil {
		return after, err
	}
	reckoned := after.Gone != money.Amount{}
	gone := money.Of(after.Gone.Minor, after.Price.Amount.Currency)
	for _, p := range payments {
		if !reckoned || !slices.Contains(before.Receipts, p.ID) {
			gone.Minor += p.GivenBack()
		}
	}
	after.Gone = gone
	return after, nil
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
	c.Subscription, err = Borne(ctx, s.Store, a.scope, a.Subscription, c.Subscription)
	return c, err
}
