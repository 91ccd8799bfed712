package subscriptions

import (
	"context"
	"fmt"
	"math/big"

	"perennial/shared/billing"
	"perennial/shared/merchant"
	"perennial/shared/money"
	"perennial/shared/record"
)

// receipts is what the running period's payments took, and what of it was
// given back or is disputed: it is not given back again (rules 2).
type receipts struct {
	taken, back money.Amount
	tax         *big.Rat // the tax in what is left, where it was corrected since; nil: as it was billed
}

func (s *Service) receipts(ctx context.Context, scope merchant.Scope, sub billing.Subscription) (receipts, error) {
	cur := sub.Price.Amount.Currency
	r := receipts{taken: money.Of(0, cur), back: money.Of(0, cur)}
	if len(sub.Receipts) == 0 {
		return r, nil
	}
	refs := make([]record.Ref, len(sub.Receipts))
	for i, id := range sub.Receipts {
		refs[i] = record.RefOf[billing.Payment](id)
	}
	found, err := s.Store.Load(ctx, scope, refs...)
	if err != nil {
		return r, fmt.Errorf("payments of %s: %w", sub.ID, err)
	}
	var left, tax int64
	corrected := false
	for _, obj := range found {
		p, ok := obj.(billing.Payment)
		if !ok {
			continue
		}
		if p.Refunding != "" {
			return r, billing.ErrRefunding // what it was paid with is on its way back
		}
		r.taken.Minor += p.Amount.Minor
		r.back.Minor += min(p.Given()+p.Withheld.Minor, p.Amount.Minor)
		left += p.Amount.Minor + p.Credit.Minor - p.Given()
		tax += p.Tax.Minor - p.RefundedTax.Minor - p.NotedTax.Minor
		corrected = corrected || p.TaxFixes > 0
	}
	if corrected && left > 0 && tax >= 0 && tax <= left {
		r.tax = big.NewRat(tax, left)
	}
	return r, nil
}
