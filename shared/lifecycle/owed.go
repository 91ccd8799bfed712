package lifecycle

import (
	"fmt"
	"time"

	"perennial/shared/billing"
	"perennial/shared/calendar"
	"perennial/shared/merchant"
)

// Payee is what a subscription is charged to: its method, or the gateway at
// which a customer who pays by themselves would pay.
func Payee(state merchant.State, sub billing.Subscription) billing.Method {
	if !sub.Method.IsZero() || !sub.Manual.On {
		return sub.Method
	}
	g, _ := state.GatewayFor(string(sub.Price.Amount.Currency), sub.Billing.Country)
	return billing.Method{Gateway: g.Name, Account: g.Account}
}

// Owed is what a subscription owes when it is paid now, with the tax of now.
// Whoever shows dues or charges them asks here, so that what was shown is what
// is charged (rules 5, 16). The charge begins on the subscription returned.
func Owed(state merchant.State, sub billing.Subscription, open []billing.Invoice, now calendar.Instant) (billing.Subscription, billing.Dues, error) {
	zone, err := time.LoadLocation(sub.Zone)
	if err != nil {
		return sub, billing.Dues{}, fmt.Errorf("dues of %s: %w", sub.ID, err)
	}
	after, dues, err := sub.Owes(open, state.Seller.Tax, now, KeepFor(state), zone)
	if err != nil {
		return sub, dues, fmt.Errorf("dues of %s: %w", sub.ID, err)
	}
	return after, dues, nil
}
