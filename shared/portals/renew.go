package portals

import (
	"context"

	"perennial/shared/billing"
	"perennial/shared/calendar"
	"perennial/shared/merchant"
	"perennial/shared/record"
)

// Biller issues the invoice of a manual renewal before its time.
type Biller interface {
	BillNow(ctx context.Context, scope merchant.Scope, actor record.Actor, subscription string, customers ...string) error
}

// MayRenew reports whether the visitor can pay the next period at an instant
// (R240).
func (v Visitor) MayRenew(sub billing.Subscription, now calendar.Instant) bool {
	if !sub.Manual.On || !sub.Status.Access() || sub.Lock.Set() {
		return false
	}
	return len(sub.Open) > 0 || sub.MayBill(now)
}

// Renew issues the invoice of the next period, unless it is issued already,
// for the customer to pay.
func (s *Service) Renew(ctx context.Context, v Visitor, sub billing.Subscription) error {
	if err := v.mine(sub); err != nil {
		return err
	}
	return s.Biller.BillNow(ctx, v.Scope, v.Actor, sub.ID, v.Customers...)
}
