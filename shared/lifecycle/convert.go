package lifecycle

import (
	"context"
	"time"

	"perennial/shared/billing"
	"perennial/shared/charging"
	"perennial/shared/ids"
	"perennial/shared/merchant"
	"perennial/shared/record"
)

// FirstPeriod composes the invoice of the first paid period of a subscription
// whose trial ended without a payment method, as if it were paid now.
func FirstPeriod(state merchant.State, sub billing.Subscription, c billing.Customer, wall time.Time) (billing.Subscription, billing.Invoice, error) {
	zone, err := time.LoadLocation(sub.Zone)
	if err != nil {
		return sub, billing.Invoice{}, err
	}
	terms := billing.Terms{Invoice: ids.New(ids.Invoice, wall), Customer: c, Seller: state.Seller.Tax}
	return sub.FirstPeriod(terms, state.Clock.Now(wall), zone)
}

// DuesOf tells what a subscription owes, or would be charged when its
// customer pays, and where its billing dates stand then. It writes nothing.
func DuesOf(ctx context.Context, l record.Loader, state merchant.State, sub billing.Subscription, wall time.Time) (billing.Dues, error) {
	open, _, err := charging.Arrears(ctx, l, state.Scope, sub)
	if err == nil && sub.AwaitsFirst() {
		open = make([]billing.Invoice, 1)
		var customer billing.Customer
		if customer, err = record.Get[billing.Customer](ctx, l, state.Scope, sub.Customer); err == nil {
			sub, open[0], err = FirstPeriod(state, sub, customer, wall)
		}
	}
	if err != nil {
		return billing.Dues{}, err
	}
	_, dues, err := Owed(state, sub, open, state.Clock.Now(wall))
	return dues, err
}

// ChangeDues tells what a change of plan that waits for its payment costs when
// it is paid now. It writes nothing.
func ChangeDues(ctx context.Context, l record.Loader, state merchant.State, sub billing.Subscription, wall time.Time) (billing.Dues, error) {
	open, _, err := charging.Unsettled(ctx, l, state.Scope, sub)
	if err != nil {
		return billing.Dues{}, err
	}
	_, dues, err := Owed(state, sub, open, state.Clock.Now(wall))
	return dues, err
}
