package subscriptions

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"perennial/shared/billing"
	"perennial/shared/charging"
	"perennial/shared/ids"
	"perennial/shared/lifecycle"
	"perennial/shared/merchant"
	"perennial/shared/proration"
	"perennial/shared/record"
	"perennial/shared/wallet"
)

// Charger makes payments.
type Charger interface {
	Charge(ctx context.Context, in charging.Start) (charging.Result, error)
}

// PlanChange is the wish for another plan.
type PlanChange struct {
	Scope         merchant.Scope
	Actor         record.Actor
	Subscription  string
	Customers     []string // the customer records the caller may act for; empty: any
	Product       string
	Quantity      int64
	Addons        []lifecycle.AddonWish // all that the new plan has
	Mode          proration.Mode
	Later         bool // at the next billing date
	Prevent       bool // a charge that fails leaves the old plan
	Replace       bool // instead of a scheduled change
	DropDiscounts bool // no discount goes over to the new plan but those of Codes
	Codes         []string
	ByLink        bool // the customer pays the change on a hosted page
	Metadata      map[string]any
	By            billing.Initiator
	ReturnURL     string // where a challenge sends a present customer back
}

// PlanPreview is what a change would do.
type PlanPreview struct {
	billing.Proposal
	Row     Row  // the subscription as it would be
	Carried bool // what it costs now is too little to be charged
}

// PlanResult is what became of a change.
type PlanResult struct {
	Row       Row
	Payment   billing.Payment // zero when nothing was charged
	ActionURL string          // where the customer must authenticate
	Pending   bool            // the outcome is not known yet
	Page      Page            // where the customer pays it; zero when nobody is asked to
}

// PreviewPlan tells what a change of plan would cost now, and writes nothing.
func (s *Service) PreviewPlan(ctx context.Context, c PlanChange) (PlanPreview, error) {
	d, p, err := s.propose(ctx, c)
	if err != nil {
		return PlanPreview{}, err
	}
	return PlanPreview{
		Proposal: p, Row: Row{Object: p.After, Customer: d.customer},
		Carried: !c.Later && merchant.TooSmall(lifecycle.Payee(d.state, d.sub).Gateway, p.Due()),
	}, nil
}

// ChangePlan changes the plan: at once when nothing is to be paid, with its
// charge otherwise (R106, R107). A decline is a result, not an error.
func (s *Service) ChangePlan(ctx context.Context, c PlanChange) (PlanResult, error) {
	var err error
	for range tries {
		var result PlanResult
		if result, err = s.changePlan(ctx, c); !errors.Is(err, record.ErrStale) {
			return result, err
		}
	}
	return PlanResult{}, fmt.Errorf("change plan of %s: %w", c.Subscription, err)
}

func (s *Service) changePlan(ctx context.Context, c PlanChange) (PlanResult, error) {
	d, p, err := s.propose(ctx, c)
	if err != nil {
		return PlanResult{}, err
	}
	uses, err := s.redeemed(ctx, d, &p)
	if err != nil {
		return PlanResult{}, err
	}
	if c.Later || p.Due().Nothing() {
		change, err := d.sub.Carry(p, billing.IssuerOf(d.state, d.zone), d.customer, d.now)
		if err != nil {
			return PlanResult{}, err
		}
		if p.Invoice != nil && !c.Later {
			if change.Subscription, err = charging.Borne(ctx, s.Store, c.Scope, d.sub, change.Subscription); err != nil {
				return PlanResult{}, err
			}
		}
		change.Counts = append(change.Counts, uses...)
		return s.put(ctx, d, c.Actor, "change plan", change)
	}
	if err := wallet.Charges(ctx, s.Store, c.Scope); err != nil {
		return PlanResult{}, err
	}
	payee := lifecycle.Payee(d.state, d.sub)
	if (c.ByLink || d.sub.Manual.On) && !merchant.TooSmall(payee.Gateway, p.Due()) {
		return s.askForPlan(ctx, c, d, p, uses)
	}
	got, err := s.Charger.Charge(ctx, charging.Start{
		Scope: c.Scope, Actor: c.Actor, Cause: "change plan", State: d.state, Subscription: d.sub.Await(p),
		Customer: d.customer, Dues: p.Invoice.Dues(), Method: payee, By: c.By, ReturnURL: c.ReturnURL,
		Counts: uses,
	})
	if err != nil {
		return PlanResult{}, err
	}
	return PlanResult{
		Row:     Row{Object: got.Subscription, Customer: d.customer},
		Payment: got.Payment, ActionURL: got.ActionURL, Pending: got.Pending,
	}, nil
}

// put commits a change that moves no money.
func (s *Service) put(ctx context.Context, d dossier, actor record.Actor, cause string, ch billing.Change) (PlanResult, error) {
	ch, err := charging.Dropped(ctx, s.Store, d.state.Scope, d.sub, ch)
	if err != nil {
		return PlanResult{}, err
	}
	commit := record.Commit{
		Scope: d.state.Scope, Actor: actor, Cause: cause, At: d.now, Put: charging.Objects(ch), Events: ch.Events,
	}
	if ch.Customer == nil {
		commit.Attach = []any{d.customer}
	}
	if err := s.Store.Commit(ctx, commit); err != nil {
		return PlanResult{}, fmt.Errorf("%s of %s: %w", cause, d.sub.ID, err)
	}
	return PlanResult{Row: Row{Object: record.Next(ch.Subscription), Customer: d.customer}}, nil
}

// propose loads everything that a change touches and prices it.
func (s *Service) propose(ctx context.Context, c PlanChange) (dossier, billing.Proposal, error) {
	d, err := s.open(ctx, c.Scope, c.Subscription)
	if err != nil {
		return d, billing.Proposal{}, err
	}
	if len(c.Customers) > 0 && !slices.Contains(c.Customers, d.customer.ID) {
		return d, billing.Proposal{}, fmt.Errorf("subscription %s: %w", c.Subscription, record.ErrNotFound)
	}
	if c.Metadata != nil {
		d.sub.Metadata = c.Metadata
	}
	if c.ByLink && (c.Later || !c.Prevent) {
		return d, billing.Proposal{}, ErrLinkMode
	}
	plan, err := s.plan(ctx, c, d.sub)
	if err == nil && len(c.Codes) > 0 {
		plan.Discounts, err = s.discounts(ctx, c, d, plan)
	}
	if err != nil {
		return d, billing.Proposal{}, err
	}
	paid, err := s.receipts(ctx, c.Scope, d.sub)
	if err != nil {
		return d, billing.Proposal{}, err
	}
	wall := s.Wall()
	p, err := d.sub.Propose(billing.ChangeOrder{
		ID: ids.New(ids.PlanChange, wall), Plan: plan, Mode: c.Mode, Later: c.Later, Prevent: c.Prevent || d.sub.Manual.On,
		Replace: c.Replace, Taken: paid.taken, Returned: paid.back, TaxShare: paid.tax, At: d.now, Zone: d.zone, Policy: policy(d.state),
	}, billing.Terms{Invoice: ids.New(ids.Invoice, wall), Customer: d.customer, Seller: d.state.Seller.Tax})
	return d, p, err
}

// policy is how the business reckons plan changes.
func policy(state merchant.State) proration.Policy {
	r := state.Settings.PlanChange
	return proration.Policy{Days: r.CountsDays(), Restart: r.RestartsCycle(), FullDifference: r.CreditsFullDifference()}
}

// plan is the new plan, priced as it is sold now; the subscription's own
// product keeps the price at which it was bought.
func (s *Service) plan(ctx context.Context, c PlanChange, sub billing.Subscription) (billing.Plan, error) {
	product, err := record.Get[billing.Product](ctx, s.Store, c.Scope, c.Product)
	if errors.Is(err, record.ErrNotFound) {
		return billing.Plan{}, lifecycle.ErrNoProduct
	}
	if err != nil {
		return billing.Plan{}, fmt.Errorf("product %s: %w", c.Product, err)
	}
	same := c.Product == sub.Product
	p := billing.Plan{
		Product: product.ID, ProductName: product.Name, Brand: product.Brand, TaxCategory: product.TaxCategory,
		Price: sub.Price, Quantity: c.Quantity,
	}
	if !same {
		if product.Price, err = product.PriceFor(sub.Billing.Country, sub.Price.Amount.Currency); err != nil {
			return billing.Plan{}, err
		}
		if p, err = billing.PlanOf(product, c.Quantity); err != nil {
			return billing.Plan{}, err
		}
	}
	for _, a := range sub.Discounts {
		if a.KeepOnChange && !c.DropDiscounts || same && !c.DropDiscounts {
			p.Discounts = append(p.Discounts, a)
		}
	}
	p.Addons, err = lifecycle.Addons(ctx, s.Store, c.Scope, c.Addons, sub.Addons)
	return p, err
}

// Upgrades reports whether the plan of a change costs at least as much per day
// as the subscription's, addons included.
func (s *Service) Upgrades(ctx context.Context, c PlanChange, sub billing.Subscription) (bool, error) {
	plan, err := s.plan(ctx, c, sub)
	if err != nil {
		return false, err
	}
	if err := plan.Check(); err != nil {
		return false, err
	}
	return sub.Plan().UpgradesTo(plan)
}
