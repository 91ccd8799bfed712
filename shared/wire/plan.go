package wire

import (
	"math/big"

	"perennial/shared/billing"
	"perennial/shared/merchant"
	"perennial/shared/money"
)

// PlanPreview is the answer of a previewed plan change.
type PlanPreview struct {
	ImmediateCharge ImmediateCharge `json:"immediate_charge"`
	NewPlan         Subscription    `json:"new_plan"`
}

// ImmediateCharge is what a plan change costs; of a scheduled one, what its
// billing date costs.
type ImmediateCharge struct {
	EffectiveAt string        `json:"effective_at"`
	LineItems   []PlanLine    `json:"line_items"`
	Summary     ChargeSummary `json:"summary"`
}

// PlanLine is one line of a plan change. Unit price and tax are those of the
// whole period; times the factor, negative for what is given back, they are
// what is billed.
type PlanLine struct {
	Type            string   `json:"type"` // subscription or addon
	ID              string   `json:"id"`
	ProductID       string   `json:"product_id"`
	Name            string   `json:"name"`
	Description     *string  `json:"description"`
	Currency        string   `json:"currency"`
	Quantity        int64    `json:"quantity"`
	UnitPrice       int64    `json:"unit_price"`
	ProrationFactor float64  `json:"proration_factor"`
	Tax             *int64   `json:"tax"`
	TaxRate         *float64 `json:"tax_rate"` // percent
	TaxCategory     string   `json:"tax_category"`
	TaxInclusive    bool     `json:"tax_inclusive"`
}

// ChargeSummary adds a plan change up. CustomerCredits is negative where
// earlier credit is used, positive where credit is left.
type ChargeSummary struct {
	Currency           string `json:"currency"`
	TotalAmount        int64  `json:"total_amount"`
	Tax                *int64 `json:"tax"`
	SettlementAmount   int64  `json:"settlement_amount"`
	SettlementCurrency string `json:"settlement_currency"`
	SettlementTax      *int64 `json:"settlement_tax"`
	CustomerCredits    int64  `json:"customer_credits"`
	Carried            bool   `json:"carried" doc:"Too little to be charged: the next invoice bills it."`
}

// ScheduledChange is a plan change that waits for the next billing date.
type ScheduledChange struct {
	ID                 string           `json:"id"`
	ProductID          string           `json:"product_id"`
	ProductName        *string          `json:"product_name"`
	ProductDescription *string          `json:"product_description"`
	Quantity           int64            `json:"quantity"`
	Addons             []ScheduledAddon `json:"addons"`
	CreatedAt          string           `json:"created_at"`
	EffectiveAt        string           `json:"effective_at"`
}

// ScheduledAddon is an addon of a scheduled plan.
type ScheduledAddon struct {
	AddonID  string `json:"addon_id"`
	Name     string `json:"name"`
	Quantity int64  `json:"quantity"`
}

// AddonCart is an addon of a subscription.
type AddonCart struct {
	AddonID  string `json:"addon_id"`
	Quantity int64  `json:"quantity"`
}

// ToPlanPreview converts what a change of plan would do.
func ToPlanPreview(scope merchant.Scope, p billing.Proposal, c billing.Customer) PlanPreview {
	at := p.Change.At
	if p.Change.Date != 0 {
		at = p.Change.Date
	}
	return PlanPreview{
		ImmediateCharge: ImmediateCharge{EffectiveAt: at.String(), LineItems: planLines(p), Summary: summary(p)},
		NewPlan:         ToSubscription(scope, planned(p), c),
	}
}

// planned is the subscription on the new plan, also before its date.
func planned(p billing.Proposal) billing.Subscription {
	s := p.After
	if p.Change.Date != 0 {
		plan := p.Change.Plan
		s.Product, s.ProductName, s.Price, s.Quantity, s.Addons = plan.Product, plan.ProductName, plan.Price, plan.Quantity, plan.Addons
	}
	return s
}

func planLines(p billing.Proposal) []PlanLine {
	lines := []PlanLine{}
	if p.Invoice != nil {
		for i, l := range p.Invoice.Lines {
			factor := big.NewRat(1, 1)
			if i < len(p.Quote.Charge) {
				factor = p.Quote.Charge[i].Factor
			}
			lines = append(lines, planLine(l, factor, levy(*p.Invoice, l)))
		}
	}
	back := p.Quote.Credit
	for _, l := range back.Lines {
		if l.Amount.Nothing() {
			continue
		}
		line := billing.Line{Product: l.ID, Quantity: l.Quantity, Unit: l.Unit, Inclusive: p.After.Price.TaxInclusive}
		line.Tax = money.Of(0, l.Unit.Currency)
		if share, err := back.Tax.Part(big.NewRat(-l.Amount.Minor, max(back.Net.Minor, 1))); err == nil {
			line.Tax = money.Of(-share.Minor, share.Currency)
		}
		lines = append(lines, planLine(line, l.Factor, nil))
	}
	return lines
}

// levy is the rate of a line in percent, null where there is no decision.
func levy(v billing.Invoice, l billing.Line) *float64 {
	if l.Levy < 1 || l.Levy > len(v.Levies) {
		return nil
	}
	rate := float64(v.Levies[l.Levy-1].Rate) / 10_000
	return &rate
}

func planLine(l billing.Line, factor *big.Rat, rate *float64) PlanLine {
	out := PlanLine{
		Type: "subscription", ID: l.Product, ProductID: l.Product, Name: l.Description, Currency: string(l.Unit.Currency),
		Quantity: l.Quantity, UnitPrice: l.Unit.Minor, TaxRate: rate, TaxCategory: l.Category, TaxInclusive: l.Inclusive,
	}
	if l.Kind == billing.LineCarried { // a part of a price, and factors tell of this change
		out.Quantity, out.UnitPrice = 1, l.Amount.Minor
	}
	if l.Kind == billing.LineAddon || l.Addon != "" {
		out.Type, out.ID = "addon", l.Addon
	}
	out.ProrationFactor, _ = factor.Float64()
	if factor.Sign() != 0 {
		if whole, err := l.Tax.Part(new(big.Rat).Inv(factor)); err == nil {
			out.Tax = &whole.Minor
		}
	}
	return out
}

func summary(p billing.Proposal) ChargeSummary {
	cur := string(p.Change.Plan.Price.Amount.Currency)
	out := ChargeSummary{Currency: cur, SettlementCurrency: cur, SettlementAmount: p.Due().Minor}
	out.TotalAmount = p.Due().Minor + p.Change.Used.Minor
	var tax int64
	if p.Invoice != nil {
		tax = max(p.Invoice.Tax.Minor-p.Change.Credit.Tax.Minor, 0)
	}
	out.Tax, out.SettlementTax = &tax, &tax
	out.CustomerCredits = p.Change.Credit.Left.Minor - p.Change.Used.Minor
	return out
}

// scheduledChange is null when nothing is scheduled.
func scheduledChange(s billing.Subscription) *ScheduledChange {
	c := s.Scheduled
	if c == nil {
		return nil
	}
	out := &ScheduledChange{
		ID: c.ID, ProductID: c.Plan.Product, ProductName: text(c.Plan.ProductName), Quantity: c.Plan.Quantity,
		Addons: []ScheduledAddon{}, CreatedAt: c.At.String(), EffectiveAt: c.Date.String(),
	}
	for _, a := range c.Plan.Addons {
		out.Addons = append(out.Addons, ScheduledAddon{AddonID: a.Addon, Name: a.Name, Quantity: a.Quantity})
	}
	return out
}

// addons is never null.
// ToAddons are the addons of a subscription.
func ToAddons(s billing.Subscription) []AddonCart {
	out := []AddonCart{}
	for _, a := range s.Addons {
		out = append(out, AddonCart{AddonID: a.Addon, Quantity: a.Quantity})
	}
	return out
}
