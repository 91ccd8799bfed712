package lifecycle

import (
	"context"
	"fmt"
	"slices"

	"perennial/shared/billing"
	"perennial/shared/fault"
	"perennial/shared/merchant"
	"perennial/shared/record"
)

// AddonWish is an addon by its id.
type AddonWish struct {
	Addon    string
	Quantity int64
}

// ErrNoProduct, ErrNoCustomer and ErrNoAddon refuse what names nothing.
var (
	ErrNoProduct  = fault.New(fault.NotFound, "NOT_FOUND", "There is no such product.")
	ErrNoCustomer = fault.New(fault.NotFound, "NOT_FOUND", "There is no such customer.")
	ErrNoAddon    = fault.New(fault.Invalid, "MISSING_ADDON_IDS", "There is no such addon.")
)

// Addons prices wished addons as they are sold now; those that a subscription
// has keep the price at which they were bought.
func Addons(ctx context.Context, l record.Loader, scope merchant.Scope, wishes []AddonWish, kept []billing.AddonItem) ([]billing.AddonItem, error) {
	if len(wishes) == 0 {
		return nil, nil
	}
	refs := make([]record.Ref, len(wishes))
	for i, w := range wishes {
		refs[i] = record.RefOf[billing.Addon](w.Addon)
	}
	found, err := l.Load(ctx, scope, refs...)
	if err != nil {
		return nil, fmt.Errorf("addons: %w", err)
	}
	items := make([]billing.AddonItem, len(wishes))
	for i, w := range wishes {
		a, ok := found[i].(billing.Addon)
		if !ok {
			return nil, ErrNoAddon
		}
		items[i] = billing.AddonItem{Addon: a.ID, Name: a.Name, Category: a.TaxCategory, Unit: a.Price, Quantity: w.Quantity}
		if n := slices.IndexFunc(kept, func(k billing.AddonItem) bool { return k.Addon == a.ID }); n >= 0 {
			items[i].Unit = kept[n].Unit
		}
	}
	return items, nil
}
