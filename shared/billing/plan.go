package billing

import (
	"slices"

	"perennial/shared/calendar"
	"perennial/shared/fault"
	"perennial/shared/money"
	"perennial/shared/proration"
)

// AddonItem is an addon of a subscription at the price at which it was
// bought; its price is in the terms of the product's, with tax or without.
type AddonItem struct {
	Addon    string // addon id
	Name     string
	Category string // tax category
	Unit     money.Amount
	Quantity int64
}

// Plan is what one period of a subscription is billed for.
type Plan struct {
	Product     string
	ProductName string
	Brand       string
	TaxCategory string
	Price       Price
	Quantity    int64
	Addons      []AddonItem
	Discounts   []Applied
}

// Faults of plans.
var (
	ErrPlanCurrency    = fault.New(fault.Invalid, "UNSUPPORTED_CURRENCY", "A plan change keeps the subscription's currency.")
	ErrDuplicateAddons = fault.New(fault.Invalid, "DUPLICATE_ADDON_IDS_IN_REQUEST", "An addon is named more than once.")
)

// Plan is what the subscription is billed for now.
func (s Subscription) Plan() Plan {
	return Plan{
		Product: s.Product, ProductName: s.ProductName, Brand: s.Brand, TaxCategory: s.TaxCategory, Price: s.Price,
		Quantity: s.Quantity, Addons: s.Addons, Discounts: s.Discounts,
	}
}

// PlanOf is a product as it is sold now, without addons and discounts.
func PlanOf(p Product, quantity int64) (Plan, error) {
	if err := p.subscribable(); err != nil {
		return Plan{}, err
	}
	price, err := p.Price.Net()
	return Plan{Product: p.ID, ProductName: p.Name, Brand: p.Brand, TaxCategory: p.TaxCategory, Price: price, Quantity: quantity}, err
}

// on is the subscription on another plan. The term stays as it was bought.
func (s Subscription) on(p Plan) Subscription {
	p.Price.Term = s.Price.Term
	s.Product, s.ProductName, s.Brand, s.TaxCategory, s.Price = p.Product, p.ProductName, p.Brand, p.TaxCategory, p.Price
	s.Quantity, s.Addons, s.Discounts = p.Quantity, p.Addons, p.Discounts
	return s
}

// Check names everything that is wrong with the plan.
func (p Plan) Check() error {
	var check fault.Check
	check.That(p.Quantity >= 1 && p.Quantity <= 1_000_000, "quantity", "must be between 1 and 1000000")
	check.That(p.Price.Every.Valid(), "product_id", "must be sold by subscription")
	var seen []string
	for _, a := range p.Addons {
		check.That(a.Quantity >= 1 && a.Quantity <= 1_000_000, "addons.quantity", "must be between 1 and 1000000")
		if slices.Contains(seen, a.Addon) {
			return ErrDuplicateAddons
		}
		seen = append(seen, a.Addon)
		if a.Unit.Currency != p.Price.Amount.Currency {
			return ErrPlanCurrency
		}
	}
	return check.Fault("INVALID_REQUEST_PARAMETERS", "The plan is not valid.")
}

// Recurring is what one period of the plan costs, before discounts.
func (p Plan) Recurring() (money.Amount, error) {
	total := money.Of(0, p.Price.Amount.Currency)
	for _, i := range p.items() {
		all, err := i.Unit.Times(i.Quantity, 1)
		if err != nil {
			return total, err
		}
		if total, err = total.Add(all); err != nil {
			return total, err
		}
	}
	return total, nil
}

// UpgradesTo reports whether another plan costs at least as much per day, with
// its addons and before discounts.
func (p Plan) UpgradesTo(to Plan) (bool, error) {
	before, err := p.Recurring()
	if err != nil {
		return false, err
	}
	after, err := to.Recurring()
	return proration.Upgrade(before, p.Price.Every, after, to.Price.Every), err
}

// items are the positions of the plan: the product, then its addons.
func (p Plan) items() []proration.Item {
	items := []proration.Item{{ID: p.Product, Unit: p.Price.Amount, Quantity: p.Quantity}}
	for _, a := range p.Addons {
		items = append(items, proration.Item{ID: a.Addon, Unit: a.Unit, Quantity: a.Quantity})
	}
	return items
}

// Lines are the positions of the plan as an invoice shows them.
func (p Plan) Lines() []Line {
	lines := []Line{{
		Product: p.Product, Description: p.ProductName, Category: p.TaxCategory, Quantity: p.Quantity,
		Unit: p.Price.Amount, Inclusive: p.Price.TaxInclusive,
	}}
	for _, a := range p.Addons {
		lines = append(lines, Line{
			Kind: LineAddon, Product: p.Product, Addon: a.Addon, Description: a.Name, Category: a.Category,
			Quantity: a.Quantity, Unit: a.Unit, Inclusive: p.Price.TaxInclusive,
		})
	}
	return lines
}

// funded is what was paid for the rest of the period. Where nothing was
// noted, the plan was paid as it is, without discount or tax.
func (s Subscription) funded() (proration.Funded, error) {
	if s.Funded != (proration.Funded{}) {
		return s.Funded, nil
	}
	total, err := s.Plan().Recurring()
	return proration.Funded{From: s.Period.Start, Paid: total, Due: total, Tax: money.Of(0, total.Currency)}, err
}

// fund notes what a paid invoice of a period says about the plan. A plan that
// was paid as it is needs no note.
func (s Subscription) fund(v Invoice) (Subscription, error) {
	due, paid, tax, err := v.priced()
	if err != nil {
		return s, err
	}
	s.Gone, s.Cycle = money.Amount{}, calendar.Interval{}
	s.Funded, s.Frozen = proration.Funded{From: v.Period.Start, Paid: paid, Due: due, Tax: tax}, 0
	plain, err := s.Plan().Recurring()
	if due == plain && paid == plain && tax.Nothing() {
		s.Funded = proration.Funded{}
	}
	return s, err
}

// priced adds up what the lines of plans cost before and after discounts, in
// the terms of the price, and their tax.
func (v Invoice) priced() (due, paid, tax money.Amount, err error) {
	due = money.Of(0, v.Total.Currency)
	paid, tax = due, due
	for _, l := range v.Lines {
		if l.Kind == LineAdjustment || l.Kind == LineUsage || l.Kind == LineOneTime || l.Kind == LineCarried {
			continue
		}
		for sum, part := range map[*money.Amount]money.Amount{&due: l.Amount, &paid: l.Discounted(), &tax: l.Tax} {
			if *sum, err = sum.Add(part); err != nil {
				return due, paid, tax, err
			}
		}
	}
	return due, paid, tax, nil
}

// running is the period as far as changes of plan are reckoned: the time that
// a pause froze does not count.
func (s Subscription) running() calendar.Period {
	return calendar.Period{Start: s.Period.Start.Add(s.Frozen), End: s.Period.End}
}

// same reports a plan of the same positions, whatever they cost.
func (p Plan) same(o Plan) bool {
	a, b := p.items(), o.items()
	return slices.EqualFunc(a, b, func(x, y proration.Item) bool { return x.ID == y.ID && x.Quantity == y.Quantity })
}
