package purchases

import (
	"context"
	"errors"
	"fmt"

	"perennial/shared/billing"
	"perennial/shared/charging"
	"perennial/shared/ids"
	"perennial/shared/merchant"
	"perennial/shared/record"
	"perennial/shared/wallet"
)

// Charge charges an on-demand subscription off-session. The payment exists
// from the moment at which the attempt begins, and is the answer whatever
// becomes of it: a decline is a failed payment, not an error.
func (s *Service) Charge(ctx context.Context, scope merchant.Scope, actor record.Actor, subscription string, c billing.Charge) (billing.Payment, error) {
	if err := wallet.Charges(ctx, s.Store, scope); err != nil {
		return billing.Payment{}, err
	}
	state, err := s.Store.State(ctx, scope)
	if err != nil {
		return billing.Payment{}, fmt.Errorf("state of %s: %w", scope, err)
	}
	sub, err := record.Get[billing.Subscription](ctx, s.Store, scope, subscription)
	if err != nil {
		return billing.Payment{}, fmt.Errorf("subscription %s: %w", subscription, err)
	}
	customer, err := record.Get[billing.Customer](ctx, s.Store, scope, sub.Customer)
	if err != nil {
		return billing.Payment{}, fmt.Errorf("customer %s: %w", sub.Customer, err)
	}
	wall := s.Wall()
	now := state.Clock.Now(wall)
	terms := billing.Terms{Invoice: ids.New(ids.Invoice, wall), Customer: customer, Seller: state.Seller.Tax, At: now}
	billed, invoice, err := sub.ChargeOnDemand(c, terms, now)
	if err != nil {
		return billing.Payment{}, err
	}
	payment := billed.Promised(ids.New(ids.Payment, wall), invoice, now)
	payment.Status, payment.By, payment.Metadata = billing.PaymentProcessing, billing.ByMerchant, c.Metadata
	got, err := s.Charger.Charge(ctx, charging.Start{
		Scope: scope, Actor: actor, Cause: "charge on demand", State: state, Subscription: billed, Customer: customer,
		Dues: billing.Dues{Invoices: []billing.Invoice{invoice}, Total: invoice.Due()}, Payment: &payment,
		Method: sub.Method, By: billing.ByMerchant,
	})
	if errors.Is(err, record.ErrStale) {
		return billing.Payment{}, billing.ErrLocked
	}
	if err == nil && got.Payment.ID != "" {
		payment = got.Payment
	}
	return payment, err
}
