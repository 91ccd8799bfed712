package lifecycle

import (
	"context"
	"fmt"

	"perennial/shared/billing"
	"perennial/shared/calendar"
	"perennial/shared/merchant"
	"perennial/shared/money"
	"perennial/shared/record"
)

// Codes is a wish to redeem discount codes for lines at their list prices.
type Codes struct {
	Scope    merchant.Scope
	Codes    []string // in the order in which they are applied
	Customer billing.Customer
	Lines    []billing.Line
	Currency money.Currency
	At       calendar.Instant
}

// Discounts finds the discounts of codes and refuses those that the customer
// may not redeem for these lines. What the limits leave is looked at here and
// counted when paying begins.
func Discounts(ctx context.Context, l record.Loader, in Codes) ([]billing.Discount, error) {
	if len(in.Codes) > billing.MaxDiscounts {
		return nil, billing.ErrDiscountsTooMany
	}
	ids, err := discountIDs(ctx, l, in)
	if err != nil || len(ids) == 0 {
		return nil, err
	}
	var refs []record.Ref
	for _, id := range ids {
		refs = append(refs, record.RefOf[billing.Discount](id), record.RefOf[billing.DiscountList](id),
			record.RefOf[billing.DiscountUse](billing.DiscountUseID(id, "")),
			record.RefOf[billing.DiscountUse](billing.DiscountUseID(id, in.Customer.ID)))
	}
	found, err := l.Load(ctx, in.Scope, refs...)
	if err != nil {
		return nil, fmt.Errorf("discounts: %w", err)
	}
	var discounts []billing.Discount
	var counts []billing.DiscountUse
	for i := range ids {
		d, _ := found[4*i].(billing.Discount)
		list, _ := found[4*i+1].(billing.DiscountList)
		if err := in.redeemable(d, list); err != nil {
			return nil, err
		}
		for _, obj := range found[4*i+2 : 4*i+4] {
			if u, ok := obj.(billing.DiscountUse); ok {
				counts = append(counts, u)
			}
		}
		discounts = append(discounts, d)
	}
	_, _, err = billing.Count(billing.ApplyDiscounts(discounts), in.Customer.ID, counts)
	return discounts, err
}

func (in Codes) redeemable(d billing.Discount, list billing.DiscountList) error {
	who := billing.Redeemer{Paid: in.Customer.HasPaid(), Listed: list.Has(in.Customer.ID)}
	if err := d.Redeemable(who, in.At); err != nil {
		return err
	}
	return d.Fits(in.Lines, in.Currency)
}

// discountIDs finds what the codes stand for. A code counts once.
func discountIDs(ctx context.Context, l record.Loader, in Codes) ([]string, error) {
	var refs []record.Ref
	seen := map[string]bool{}
	for _, code := range in.Codes {
		code = billing.NormalCode(code)
		if seen[code] {
			return nil, billing.ErrDiscountTwice
		}
		seen[code] = true
		refs = append(refs, record.RefOf[billing.DiscountCode](code))
	}
	if len(refs) == 0 {
		return nil, nil
	}
	found, err := l.Load(ctx, in.Scope, refs...)
	if err != nil {
		return nil, fmt.Errorf("discount codes: %w", err)
	}
	var ids []string
	for _, obj := range found {
		known, ok := obj.(billing.DiscountCode)
		if !ok {
			return nil, billing.ErrDiscountUnknown
		}
		ids = append(ids, known.Discount)
	}
	return ids, nil
}
