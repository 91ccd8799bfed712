package subscriptions

import (
	"context"
	"math/big"

	"perennial/shared/billing"
	"perennial/shared/charging"
	"perennial/shared/merchant"
	"perennial/shared/money"
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
	payments, err := charging.Receipts(ctx, s.Store, scope, sub)
	if err != nil {
		return r, err
	}
	var left, tax int64
	corrected := false
	for _, p := range payments {
		if p.Refunding != "" {
			return r, billing.ErrRefunding // what it was paid with is on its way back
		}
		r.taken.Minor += p.Amount.Minor
		r.back.Minor += p.GivenBack()
		left += p.Amount.Minor + p.Credit.Minor - p.Given()
		tax += p.Tax.Minor - p.RefundedTax.Minor - p.NotedTax.Minor
		corrected = corrected || p.TaxFixes > 0
	}
	if corrected && left > 0 && tax >= 0 && tax <= left {
		r.tax = big.NewRat(tax, left)
	}
	return r, nil
}
