package portals

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"perennial/shared/billing"
	"perennial/shared/lifecycle"
	"perennial/shared/merchant"
	"perennial/shared/money"
	"perennial/shared/proration"
	"perennial/shared/record"
	"perennial/shared/subscriptions"
)

// Offer is what a customer may change a subscription to (R104, R108).
type Offer struct {
	Collection billing.Collection
	Current    billing.Product
	Groups     []Group
}

// Group is a part of the offer, such as "Monthly", with its plans in order.
type Group struct {
	Name  string
	Plans []billing.Product
}

// Empty reports an offer of nothing.
func (o Offer) Empty() bool { return len(o.Groups) == 0 }

// Plan finds a plan of the offer, or the current one for another quantity.
func (o Offer) Plan(product string) (billing.Product, bool) {
	for _, g := range o.Groups {
		for _, p := range g.Plans {
			if p.ID == product {
				return p, true
			}
		}
	}
	return billing.Product{}, false
}

// MayChangePlan reports whether plans may be changed here and now (R110). Who
// pays by themselves asks the seller, who sends a link.
func (v Visitor) MayChangePlan(sub billing.Subscription) bool {
	quiet := !sub.Lock.Set() && sub.Change == nil && len(sub.Open) == 0
	return v.rules().AllowsChangePlan() && sub.Status == billing.StatusActive && quiet && !sub.Cancel.AtPeriodEnd && !sub.Manual.On
}

// Offer reads what the subscription's product may be changed to. Nothing is
// offered for a product without a collection.
func (s *Service) Offer(ctx context.Context, v Visitor, sub billing.Subscription) (Offer, error) {
	if !v.rules().AllowsChangePlan() {
		return Offer{}, ErrNoPlanChange
	}
	current, err := record.Get[billing.Product](ctx, s.Store, v.Scope, sub.Product)
	if err != nil || current.Collection == "" {
		return Offer{Current: current}, err
	}
	c, err := record.Get[billing.Collection](ctx, s.Store, v.Scope, current.Collection)
	if errors.Is(err, record.ErrNotFound) {
		return Offer{Current: current}, nil
	}
	if err != nil {
		return Offer{}, fmt.Errorf("collection of %s: %w", sub.ID, err)
	}
	products, err := s.products(ctx, v.Scope, c)
	if err != nil {
		return Offer{}, err
	}
	return arrange(c, current, products), nil
}

func (s *Service) products(ctx context.Context, scope merchant.Scope, c billing.Collection) ([]billing.Product, error) {
	var refs []record.Ref
	for _, id := range c.Products() {
		refs = append(refs, record.RefOf[billing.Product](id))
	}
	found, err := s.Store.Load(ctx, scope, refs...)
	if err != nil {
		return nil, fmt.Errorf("products of %s: %w", c.ID, err)
	}
	var products []billing.Product
	for _, obj := range found {
		if p, ok := obj.(billing.Product); ok {
			products = append(products, p)
		}
	}
	return products, nil
}

// arrange puts the targets into the collection's groups.
func arrange(c billing.Collection, current billing.Product, products []billing.Product) Offer {
	o := Offer{Collection: c, Current: current}
	targets := c.Targets(current.ID, products)
	for _, g := range c.Groups {
		group := Group{Name: g.Name}
		for _, t := range targets {
			if slices.ContainsFunc(g.Members, func(m billing.Member) bool { return m.Product == t.ID }) {
				group.Plans = append(group.Plans, t)
			}
		}
		if len(group.Plans) > 0 {
			o.Groups = append(o.Groups, group)
		}
	}
	return o
}

// Wish is the plan that a customer chose.
type Wish struct {
	Product   string
	Quantity  int64
	Addons    []lifecycle.AddonWish
	ReturnURL string // where a challenge sends the customer back
}

// Terms are how a change is dated and billed: the collection's word, else the
// business's, else the default.
type Terms struct {
	Upgrade bool
	Later   bool // at the next billing date
	Prevent bool // a charge that fails leaves the old plan
	Mode    proration.Mode
}

// TermsOf finds the terms of an upgrade or a downgrade. A downgrade by the
// difference of prices waits for the next date (rules 1).
func TermsOf(r merchant.PlanChangeRules, c billing.Collection, upgrade bool) Terms {
	r = r.Filled()
	at, mode, own := r.DowngradeAt, r.DowngradeProration, c.OnDowngrade
	if upgrade {
		at, mode, own = r.UpgradeAt, r.UpgradeProration, c.OnUpgrade
	}
	if own.EffectiveAt != "" {
		at = own.EffectiveAt
	}
	if own.Proration != "" {
		mode = own.Proration
	}
	failure := r.PortalFailure
	if c.OnPaymentFailure != "" {
		failure = c.OnPaymentFailure
	}
	t := Terms{Upgrade: upgrade, Mode: proration.Mode(mode), Prevent: failure == "prevent_change"}
	t.Later = at == "next_billing_date" || !upgrade && t.Mode == proration.Difference
	if t.Later {
		t.Mode = proration.Full
	}
	if t.Mode == proration.Difference && r.RestartsCycle() {
		t.Mode = proration.Prorated // a difference cannot start a new cycle
	}
	return t
}

// Preview is a change as it would happen.
type Preview struct {
	subscriptions.PlanPreview
	Terms
	Plan   billing.Product
	ByLink bool // it is paid on a hosted page, and waits for that
}

// Preview tells what a change would cost now, and writes nothing (R106).
func (s *Service) Preview(ctx context.Context, v Visitor, sub billing.Subscription, w Wish) (Preview, error) {
	order, p, err := s.order(ctx, v, sub, w)
	if err != nil {
		return Preview{}, err
	}
	p.PlanPreview, err = s.Subscriptions.PreviewPlan(ctx, order)
	p.ByLink = order.ByLink && !p.Due().Nothing() && !p.Carried
	return p, err
}

// ErrDearer refuses a change that costs more than the customer was shown.
var ErrDearer = errors.New("the change costs more than was shown")

// ChangePlan changes the plan when it costs at most what the customer was
// shown; time that passes makes a change cheaper by cents (R106, R107).
func (s *Service) ChangePlan(ctx context.Context, v Visitor, sub billing.Subscription, w Wish, shown money.Amount) (subscriptions.PlanResult, error) {
	order, p, err := s.order(ctx, v, sub, w)
	if err != nil {
		return subscriptions.PlanResult{}, err
	}
	if !p.Later {
		now, err := s.Subscriptions.PreviewPlan(ctx, order)
		if err != nil {
			return subscriptions.PlanResult{}, err
		}
		if due := now.Due(); due.Currency != shown.Currency || due.Minor > shown.Minor {
			return subscriptions.PlanResult{}, ErrDearer
		}
	}
	return s.Subscriptions.ChangePlan(ctx, order)
}

// order is the wish as the use case takes it, when the collection has it.
func (s *Service) order(ctx context.Context, v Visitor, sub billing.Subscription, w Wish) (subscriptions.PlanChange, Preview, error) {
	if err := v.mine(sub); err != nil {
		return subscriptions.PlanChange{}, Preview{}, err
	}
	offer, err := s.Offer(ctx, v, sub)
	if err != nil {
		return subscriptions.PlanChange{}, Preview{}, err
	}
	plan, ok := offer.Plan(w.Product)
	if !ok {
		return subscriptions.PlanChange{}, Preview{}, fmt.Errorf("plan %s of %s: %w", w.Product, sub.ID, lifecycle.ErrNoProduct)
	}
	for _, a := range w.Addons {
		if !slices.Contains(plan.Addons, a.Addon) {
			return subscriptions.PlanChange{}, Preview{}, fmt.Errorf("addon %s of %s: %w", a.Addon, plan.ID, lifecycle.ErrNoAddon)
		}
	}
	change := subscriptions.PlanChange{
		Scope: v.Scope, Actor: v.Actor, Subscription: sub.ID, Customers: v.Customers,
		Product: plan.ID, Quantity: w.Quantity, Addons: w.Addons, Replace: true, By: billing.ByCustomer, ReturnURL: w.ReturnURL,
	}
	up, err := s.Subscriptions.Upgrades(ctx, change, sub)
	if err != nil {
		return subscriptions.PlanChange{}, Preview{}, err
	}
	terms := TermsOf(v.State.Settings.PlanChange, offer.Collection, up)
	change.ByLink = v.rules().CollectsByLink() && !terms.Later
	terms.Prevent = terms.Prevent || change.ByLink // what waits for its payment has not taken place
	change.Mode, change.Later, change.Prevent = terms.Mode, terms.Later, terms.Prevent
	return change, Preview{Terms: terms, Plan: plan}, nil
}

// PayPlan pays a change of plan that waits for its payment (rules 3).
func (s *Service) PayPlan(ctx context.Context, v Visitor, sub billing.Subscription, method, returnURL string) (subscriptions.PlanResult, error) {
	if err := v.mine(sub); err != nil {
		return subscriptions.PlanResult{}, err
	}
	return s.Subscriptions.PayPlan(ctx, subscriptions.PlanPayment{
		Scope: v.Scope, Actor: v.Actor, Subscription: sub.ID, Customers: v.Customers, Method: method, ReturnURL: returnURL,
	})
}

// PlanPage is the hosted page on which a change of plan that waits is to be
// paid; empty when it is paid here, or nothing waits.
func (s *Service) PlanPage(ctx context.Context, v Visitor, sub billing.Subscription) (string, error) {
	if err := v.mine(sub); err != nil || !v.PaysPlanByLink(sub) {
		return "", err
	}
	asked, err := record.Get[billing.Payment](ctx, s.Store, v.Scope, sub.Change.Payment)
	if err != nil {
		return "", fmt.Errorf("payment of the plan change of %s: %w", sub.ID, err)
	}
	return asked.Checkout, nil
}

// PaysPlanByLink reports a change of plan that is to be paid on a hosted page.
func (v Visitor) PaysPlanByLink(sub billing.Subscription) bool {
	return v.rules().CollectsByLink() && sub.Change != nil && sub.Change.Former == nil && sub.Change.Payment != ""
}

// DropPlan takes back a change of plan that has not settled: one scheduled,
// one that waits for its payment, or one that took place and is owed.
func (s *Service) DropPlan(ctx context.Context, v Visitor, sub billing.Subscription) error {
	if err := v.mine(sub); err != nil {
		return err
	}
	step := subscriptions.PlanUnschedule
	switch {
	case sub.Change != nil && sub.Change.Former != nil:
		step = subscriptions.PlanReturn
	case sub.Change != nil:
		step = subscriptions.PlanDiscard
	}
	_, err := s.Subscriptions.StepPlan(ctx, v.Scope, v.Actor, sub.ID, step, v.Customers...)
	return err
}
