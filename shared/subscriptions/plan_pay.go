package subscriptions

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"perennial/shared/billing"
	"perennial/shared/charging"
	"perennial/shared/merchant"
	"perennial/shared/record"
	"perennial/shared/recovery"
	"perennial/shared/wallet"
)

// PlanPayment is the wish to pay a change of plan that waits for it.
type PlanPayment struct {
	Scope        merchant.Scope
	Actor        record.Actor
	Subscription string
	Customers    []string // the customer records the caller may act for; empty: any
	Method       string   // id of a saved method; empty: the subscription's own
	ReturnURL    string   // where a challenge sends the customer back
}

// PayPlan charges a change of plan that waits for its payment, on-session
// (rules 3). A decline is a result, and the change waits on.
func (s *Service) PayPlan(ctx context.Context, p PlanPayment) (PlanResult, error) {
	if err := wallet.Charges(ctx, s.Store, p.Scope); err != nil {
		return PlanResult{}, err
	}
	d, err := s.open(ctx, p.Scope, p.Subscription)
	if err != nil {
		return PlanResult{}, err
	}
	if len(p.Customers) > 0 && !slices.Contains(p.Customers, d.customer.ID) {
		return PlanResult{}, fmt.Errorf("subscription %s: %w", p.Subscription, record.ErrNotFound)
	}
	invoice, err := s.awaited(ctx, p.Scope, d)
	if err != nil {
		return PlanResult{}, err
	}
	method, err := s.methodOf(ctx, p, d)
	if err != nil {
		return PlanResult{}, err
	}
	got, err := s.Charger.Charge(ctx, charging.Start{
		Scope: p.Scope, Actor: p.Actor, Cause: "pay plan change", State: d.state, Subscription: d.sub, Customer: d.customer,
		Dues: invoice.Dues(), Method: method, By: billing.ByCustomer, Keep: p.Method != "", ReturnURL: p.ReturnURL,
	})
	if errors.Is(err, record.ErrStale) {
		err = billing.ErrLocked
	}
	return PlanResult{
		Row: Row{Object: got.Subscription, Customer: d.customer}, Payment: got.Payment, ActionURL: got.ActionURL, Pending: got.Pending,
	}, err
}

// awaited is the invoice of the change that waits, as long as it may be paid:
// not while the money that it was priced with is disputed.
func (s *Service) awaited(ctx context.Context, scope merchant.Scope, d dossier) (billing.Invoice, error) {
	c := d.sub.Change
	switch {
	case d.sub.Lock.Set():
		return billing.Invoice{}, billing.ErrLocked
	case c == nil || c.Former != nil || d.now >= c.Expires || len(d.sub.Disputes) > 0:
		return billing.Invoice{}, billing.ErrNoPending
	case d.sub.Attempts >= recovery.MaxAttempts:
		return billing.Invoice{}, recovery.ErrTooMany
	}
	open, _, err := charging.Unsettled(ctx, s.Store, scope, d.sub)
	if err != nil {
		return billing.Invoice{}, err
	}
	for _, v := range open {
		if v.ID == c.Invoice && v.Status == billing.InvoiceOpen {
			return v, nil
		}
	}
	return billing.Invoice{}, billing.ErrNoPending
}

// methodOf is what the customer chose to pay with. A guest's card, typed for
// something else, does not exist here.
func (s *Service) methodOf(ctx context.Context, p PlanPayment, d dossier) (billing.Method, error) {
	m := d.sub.Method
	if p.Method != "" {
		var err error
		if m, err = record.Get[billing.Method](ctx, s.Store, p.Scope, record.MethodID(d.customer.ID, p.Method)); err != nil {
			return m, fmt.Errorf("payment method %s: %w", p.Method, err)
		}
		if !m.PaysFor(d.sub) {
			return m, fmt.Errorf("payment method %s of a guest: %w", p.Method, record.ErrNotFound)
		}
	}
	if m.IsZero() {
		return m, ErrNoCard
	}
	if err := m.PaysIn(d.sub.Price.Amount.Currency); err != nil {
		return m, err
	}
	return m, charging.Barred(ctx, s.Store, p.Scope, m)
}
