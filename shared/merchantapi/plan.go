package merchantapi

import (
	"context"

	"perennial/shared/billing"
	"perennial/shared/fault"
	"perennial/shared/httpapi"
	"perennial/shared/lifecycle"
	"perennial/shared/proration"
	"perennial/shared/subscriptions"
	"perennial/shared/wire"
)

const (
	aboutPlan = "Billed as the preview says, to the same second. `prorated_immediately` and `difference_immediately` keep the billing date, " +
		"`full_immediately` and another interval start a new cycle; what is given back stays as credit and pays the next invoices. " +
		"With `prevent_change` a charge that fails leaves the old plan and the change waits 24 hours for its payment; " +
		"with `apply_change` it is owed and the subscription goes on hold."
	aboutPreview = "The same body as change-plan; nothing is written."
)

// PlanRequest changes a plan.
type PlanRequest struct {
	ProductID   string           `json:"product_id"`
	Quantity    int64            `json:"quantity" minimum:"1" maximum:"1000000"`
	Mode        string           `json:"proration_billing_mode" enum:"prorated_immediately,full_immediately,difference_immediately,do_not_bill"`
	Addons      []AttachAddon    `json:"addons,omitempty" doc:"All that the new plan has; none removes those there are."`
	EffectiveAt string           `json:"effective_at,omitempty" enum:"immediately,next_billing_date"`
	OnFailure   *string          `json:"on_payment_failure,omitempty" enum:"apply_change,prevent_change"`
	Metadata    httpapi.Metadata `json:"metadata,omitzero"`
	Replace     bool             `json:"cancel_scheduled_change_plan,omitempty"`

	DiscountCode  *string  `json:"discount_code,omitempty"`
	DiscountCodes []string `json:"discount_codes,omitempty" doc:"An empty list removes all discounts; without it those that say so are kept."`
	PaymentLink   bool     `json:"collect_via_payment_link,omitempty" doc:"Nothing is charged: the customer pays on a page whose link is mailed and answered. Needs effective_at immediately and on_payment_failure prevent_change. Always so where the customer pays every renewal."`
}

// AttachAddon is an addon by its id.
type AttachAddon struct {
	AddonID  string `json:"addon_id"`
	Quantity int64  `json:"quantity" minimum:"1" maximum:"1000000"`
}

// FromAPIAddons converts wished addons.
func FromAPIAddons(in []AttachAddon) []lifecycle.AddonWish {
	var out []lifecycle.AddonWish
	for _, a := range in {
		out = append(out, lifecycle.AddonWish{Addon: a.AddonID, Quantity: a.Quantity})
	}
	return out
}

// FromAPIPlan converts a plan change.
func FromAPIPlan(r PlanRequest) subscriptions.PlanChange {
	codes := r.DiscountCodes
	if r.DiscountCode != nil && *r.DiscountCode != "" {
		codes = []string{*r.DiscountCode}
	}
	return subscriptions.PlanChange{
		Product: r.ProductID, Quantity: r.Quantity, Addons: FromAPIAddons(r.Addons), Mode: proration.Mode(r.Mode),
		Later: r.EffectiveAt == "next_billing_date", Prevent: r.OnFailure != nil && *r.OnFailure == "prevent_change",
		Replace: r.Replace, DropDiscounts: r.DiscountCodes != nil || len(codes) > 0, Codes: codes, ByLink: r.PaymentLink, Metadata: r.Metadata.Values, By: billing.ByMerchant,
	}
}

type changePlan struct {
	SubscriptionPath
	Body PlanRequest
}

// Validate implements the frame's check.
func (in changePlan) Validate() error {
	var check fault.Check
	check.That(in.Body.ProductID != "", "product_id", "must not be empty")
	one := ""
	if in.Body.DiscountCode != nil {
		one = *in.Body.DiscountCode
	}
	checkCodes(&check, one, in.Body.DiscountCodes)
	return invalid(&check)
}

func (s *server) wish(c httpapi.Caller, in changePlan) subscriptions.PlanChange {
	wish := FromAPIPlan(in.Body)
	wish.Scope, wish.Actor, wish.Subscription = scopeOf(c), actorOf(c), in.SubscriptionID
	return wish
}

func (s *server) previewPlan(ctx context.Context, c httpapi.Caller, in changePlan) (wire.PlanPreview, error) {
	p, err := s.Subscriptions.PreviewPlan(ctx, s.wish(c, in))
	if err != nil {
		return wire.PlanPreview{}, err
	}
	out := wire.ToPlanPreview(scopeOf(c), p.Proposal, p.Row.Customer)
	out.ImmediateCharge.Summary.Carried = p.Carried
	return out, nil
}

// changePlan answers Dodo's handles of a hosted page: all null where the saved
// payment method is charged.
func (s *server) changePlan(ctx context.Context, c httpapi.Caller, in changePlan) (MethodUpdate, error) {
	got, err := s.Subscriptions.ChangePlan(ctx, s.wish(c, in))
	if err != nil || got.Page.Checkout.ID == "" {
		return MethodUpdate{}, err
	}
	return ToAPIMethodAsked(got.Page, s.pageURL(scopeOf(c), got.Page.Checkout, false)), nil
}

func (s *server) unschedulePlan(ctx context.Context, c httpapi.Caller, in SubscriptionPath) error {
	_, err := s.Subscriptions.StepPlan(ctx, scopeOf(c), actorOf(c), in.SubscriptionID, subscriptions.PlanUnschedule)
	return err
}

func (s *server) discardPlan(ctx context.Context, c httpapi.Caller, in SubscriptionPath) (wire.Subscription, error) {
	row, err := s.Subscriptions.StepPlan(ctx, scopeOf(c), actorOf(c), in.SubscriptionID, subscriptions.PlanDiscard)
	return wire.ToSubscription(scopeOf(c), row.Object, row.Customer), err
}

func (s *server) returnToPlan(ctx context.Context, c httpapi.Caller, in SubscriptionPath) (wire.Subscription, error) {
	row, err := s.Subscriptions.StepPlan(ctx, scopeOf(c), actorOf(c), in.SubscriptionID, subscriptions.PlanReturn)
	return wire.ToSubscription(scopeOf(c), row.Object, row.Customer), err
}

const aboutUpcoming = "Perennial's own: the next invoices as the renewals would make them today, without writing anything. " +
	"Nothing is upcoming for a subscription that does not renew."

type upcoming struct {
	SubscriptionPath
	Count int `query:"count" minimum:"1" maximum:"24" default:"3"`
}

func (s *server) listUpcoming(ctx context.Context, c httpapi.Caller, in upcoming) (httpapi.Page[wire.UpcomingInvoice], error) {
	found, err := s.Subscriptions.Upcoming(ctx, scopeOf(c), in.SubscriptionID, in.Count)
	if err != nil {
		return httpapi.Page[wire.UpcomingInvoice]{}, err
	}
	var out []wire.UpcomingInvoice
	for _, v := range found {
		out = append(out, wire.ToUpcomingInvoice(v))
	}
	return httpapi.Items(out), nil
}
