package charging

import (
	"context"
	"fmt"
	"slices"

	"perennial/shared/billing"
	"perennial/shared/merchant"
	"perennial/shared/record"
)

// Unsettled loads what a subscription leaves open when it ends: its dues, the
// invoice of a plan change that waits for its payment, and its hold.
func Unsettled(ctx context.Context, l record.Loader, scope merchant.Scope, sub billing.Subscription) ([]billing.Invoice, *billing.Hold, error) {
	if c := sub.Change; c != nil && !slices.Contains(sub.Open, c.Invoice) && !sub.Lock.Set() {
		sub.Open = append(slices.Clone(sub.Open), c.Invoice)
	}
	return Arrears(ctx, l, scope, sub)
}

// Arrears loads the open invoices of a subscription, and its hold when it is
// on hold.
func Arrears(ctx context.Context, l record.Loader, scope merchant.Scope, sub billing.Subscription) ([]billing.Invoice, *billing.Hold, error) {
	var refs []record.Ref
	for _, id := range sub.Open {
		refs = append(refs, record.RefOf[billing.Invoice](id))
	}
	if sub.Status == billing.StatusOnHold {
		refs = append(refs, record.RefOf[billing.Hold](billing.HoldID(sub.ID, sub.HoldEpoch)))
	}
	if len(refs) == 0 {
		return nil, nil, nil
	}
	found, err := l.Load(ctx, scope, refs...)
	if err != nil {
		return nil, nil, fmt.Errorf("dues of %s: %w", sub.ID, err)
	}
	var open []billing.Invoice
	var hold *billing.Hold
	for i, obj := range found {
		switch o := obj.(type) {
		case billing.Invoice:
			open = append(open, o)
		case billing.Hold:
			hold = &o
		default:
			return nil, nil, fmt.Errorf("%s %s of %s: %w", refs[i].Kind, refs[i].ID, sub.ID, record.ErrNotFound)
		}
	}
	return open, hold, nil
}
