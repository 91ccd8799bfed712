package subscriptions

import (
	"context"
	"fmt"

	"perennial/shared/billing"
	"perennial/shared/fault"
	"perennial/shared/ids"
	"perennial/shared/record"
)

// ErrLinkMode refuses a payment link for a change that does not wait for its
// payment.
var ErrLinkMode = fault.New(fault.Invalid, "INVALID_REQUEST_PARAMETERS",
	"collect_via_payment_link needs effective_at immediately and on_payment_failure prevent_change.")

// askForPlan keeps a change of plan until its customer has paid it on a hosted
// page, whose link is mailed and answered. The page ends with the change.
func (s *Service) askForPlan(ctx context.Context, c PlanChange, d dossier, p billing.Proposal, uses []billing.DiscountUse) (PlanResult, error) {
	wall := s.Wall()
	sub := d.sub.Await(p)
	page := Page{Checkout: record.Checkout{
		ID: ids.New(ids.CheckoutSession, wall), Subscription: sub.ID, Customer: d.customer.ID, Method: true, Dues: p.Invoice.ID,
		Replaces: sub.Method.ID, ReturnURL: c.ReturnURL, CreatedAt: wall, ExpiresAt: wall.Add(p.Change.Expires.Sub(d.now)),
	}}
	page.Payment = sub.Planned(ids.New(ids.Payment, wall), page.Checkout.ID, p.Invoice.Dues(), d.now)
	page.Payment.Product, page.Payment.Quantity, page.Payment.UpdatesMethod = p.Change.Plan.Product, p.Change.Plan.Quantity, false
	page.Checkout.Payment, sub.Change.Payment = page.Payment.ID, page.Payment.ID
	commit := record.Commit{
		Scope: c.Scope, Actor: c.Actor, Cause: "ask for the payment of a plan change", At: d.now, Attach: []any{d.customer},
		Put: []any{sub, *p.Invoice, page.Payment, page.Checkout},
		Events: []billing.Event{
			{Type: billing.EventReminder, Object: sub.ID, Reason: string(billing.RemindPlan)}, {Type: billing.EventSubscriptionUpdated, Object: sub.ID},
		},
	}
	for _, use := range uses {
		commit.Put = append(commit.Put, use)
	}
	if err := s.Store.Commit(ctx, commit); err != nil {
		return PlanResult{}, fmt.Errorf("ask for the plan change of %s: %w", sub.ID, err)
	}
	return PlanResult{Row: Row{Object: record.Next(sub), Customer: d.customer}, Page: page}, nil
}
