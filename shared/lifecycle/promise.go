package lifecycle

import (
	"context"
	"fmt"

	"perennial/shared/billing"
	"perennial/shared/calendar"
	"perennial/shared/fault"
	"perennial/shared/merchant"
	"perennial/shared/record"
)

// Promise names a discount whose code a mail gives to one customer.
type Promise struct {
	Scope    merchant.Scope
	Discount string // its id
	Customer billing.Customer
	At       calendar.Instant
}

// Counted is a discount as it is redeemed, and its counts with that
// redemption, which belong into the same commit.
type Counted struct {
	Applied billing.Applied
	Uses    []billing.DiscountUse
}

// Promised finds a discount that a customer was promised, counted once more. It
// is refused when the customer may not redeem it any more, by its dates, its
// limits or whom it is for.
func Promised(ctx context.Context, l record.Loader, p Promise) (Counted, error) {
	found, err := l.Load(ctx, p.Scope, record.RefOf[billing.Discount](p.Discount), record.RefOf[billing.DiscountList](p.Discount),
		record.RefOf[billing.DiscountUse](billing.DiscountUseID(p.Discount, "")), record.RefOf[billing.DiscountUse](billing.DiscountUseID(p.Discount, p.Customer.ID)))
	if err != nil {
		return Counted{}, fmt.Errorf("discount %s of a mail: %w", p.Discount, err)
	}
	d, _ := found[0].(billing.Discount)        // absent: refused below
	list, _ := found[1].(billing.DiscountList) // absent: nobody is on it
	if err := d.Redeemable(billing.Redeemer{Paid: p.Customer.HasPaid(), Listed: list.Has(p.Customer.ID)}, p.At); err != nil {
		return Counted{}, err
	}
	var counts []billing.DiscountUse
	for _, obj := range found[2:] {
		if u, ok := obj.(billing.DiscountUse); ok {
			counts = append(counts, u)
		}
	}
	applied, uses, err := billing.Count(billing.ApplyDiscounts([]billing.Discount{d}), p.Customer.ID, counts)
	if err != nil {
		return Counted{}, err
	}
	return Counted{applied[0], uses}, nil
}

// Refusal is why a discount may not be redeemed, nil when that is not what an
// error says.
func Refusal(err error) *fault.Fault {
	if f := fault.Of(err); f != nil && f.Kind == fault.Invalid {
		return f
	}
	return nil
}
