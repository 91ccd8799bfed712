package subscriptions

import (
	"context"
	"slices"

	"perennial/shared/billing"
	"perennial/shared/charging"
	"perennial/shared/lifecycle"
)

// discounts are those that a plan change names by their codes, in their
// order. One that the subscription has already, or that the scheduled change
// had which is replaced, goes on as it is and is not counted again.
func (s *Service) discounts(ctx context.Context, c PlanChange, d dossier, p billing.Plan) ([]billing.Applied, error) {
	var fresh []string
	kept := map[string]billing.Applied{}
	if d.sub.Scheduled != nil { // which this change replaces
		for _, a := range d.sub.Scheduled.Plan.Discounts {
			kept[a.Code] = a
		}
	}
	for _, a := range d.sub.Discounts {
		kept[a.Code] = a
	}
	for i, code := range c.Codes {
		code = billing.NormalCode(code)
		if slices.ContainsFunc(c.Codes[:i], func(o string) bool { return billing.NormalCode(o) == code }) {
			return nil, billing.ErrDiscountTwice
		}
		if _, has := kept[code]; !has {
			fresh = append(fresh, code)
		}
	}
	found, err := lifecycle.Discounts(ctx, s.Store, lifecycle.Codes{
		Scope: c.Scope, Codes: fresh, Customer: d.customer, At: d.now, Currency: p.Price.Amount.Currency, Lines: p.Lines(),
	})
	if err != nil {
		return nil, err
	}
	for _, a := range billing.ApplyDiscounts(found) {
		kept[a.Code] = a
	}
	var out []billing.Applied
	for _, code := range c.Codes {
		out = append(out, kept[billing.NormalCode(code)])
	}
	return out, nil
}

// redeemed counts the discounts that a change of plan is the first to use, in
// the commit that begins it: nobody is promised a price that is used up.
func (s *Service) redeemed(ctx context.Context, d dossier, p *billing.Proposal) ([]billing.DiscountUse, error) {
	plan := &p.Change.Plan
	names := billing.Uses(plan.Discounts, d.customer.ID, false)
	if len(names) == 0 {
		return nil, nil
	}
	counts, err := charging.Counts(ctx, s.Store, d.state.Scope, names)
	if err != nil {
		return nil, err
	}
	applied, uses, err := billing.Count(plan.Discounts, d.customer.ID, counts)
	if err != nil {
		return nil, err
	}
	plan.Discounts = applied
	if p.After.Scheduled != nil {
		scheduled := p.Change
		p.After.Scheduled = &scheduled
	} else {
		p.After.Discounts = applied
	}
	return uses, nil
}
