package wire

import (
	"perennial/shared/billing"
	"perennial/shared/merchant"
)

// DiscountDetail is a discount as a subscription or a payment was given it.
type DiscountDetail struct {
	DiscountID           string         `json:"discount_id"`
	BusinessID           string         `json:"business_id"`
	Code                 string         `json:"code"`
	Name                 *string        `json:"name"`
	Type                 string         `json:"type"`
	Amount               int64          `json:"amount"` // basis points of a percentage, minor units of a flat amount
	Position             int            `json:"position"`
	TimesUsed            int64          `json:"times_used"`
	RestrictedTo         []string       `json:"restricted_to"`
	PreserveOnPlanChange bool           `json:"preserve_on_plan_change"`
	Metadata             map[string]any `json:"metadata"`
	CreatedAt            string         `json:"created_at"`
	CyclesRemaining      *int           `json:"cycles_remaining"`
	ExpiresAt            *string        `json:"expires_at"`
	SubscriptionCycles   *int           `json:"subscription_cycles"`
	UsageLimit           *int64         `json:"usage_limit"`
}

// DiscountBrief is a discount of a subscription in a list.
type DiscountBrief struct {
	DiscountID              string `json:"discount_id"`
	DiscountCyclesRemaining *int   `json:"discount_cycles_remaining"`
}

// ToDiscounts converts the discounts that something was given, in order.
func ToDiscounts(scope merchant.Scope, applied []billing.Applied) []DiscountDetail {
	out := []DiscountDetail{}
	for i, a := range applied {
		d := DiscountDetail{
			DiscountID: a.ID, BusinessID: scope.Business, Code: a.Code, Name: text(a.Name), Type: string(a.Type),
			Amount: a.Worth(), Position: i, TimesUsed: a.Used, RestrictedTo: a.Products,
			PreserveOnPlanChange: a.KeepOnChange, Metadata: metadata(a.Metadata), CreatedAt: a.CreatedAt.String(),
			CyclesRemaining: cyclesLeft(a), ExpiresAt: instant(a.ExpiresAt),
		}
		if d.RestrictedTo == nil {
			d.RestrictedTo = []string{}
		}
		if a.Cycles > 0 {
			d.SubscriptionCycles = &a.Cycles
		}
		if a.UsageLimit > 0 {
			d.UsageLimit = &a.UsageLimit
		}
		out = append(out, d)
	}
	return out
}

// ToDiscountBriefs converts the discounts of a subscription for a list.
func ToDiscountBriefs(applied []billing.Applied) []DiscountBrief {
	out := []DiscountBrief{}
	for _, a := range applied {
		out = append(out, DiscountBrief{a.ID, cyclesLeft(a)})
	}
	return out
}

// cyclesLeft is how many periods a discount still reduces; null is all.
func cyclesLeft(a billing.Applied) *int {
	if a.Cycles == 0 {
		return nil
	}
	return &a.Left
}

// firstDiscount is what the deprecated single fields say.
func firstDiscount(applied []billing.Applied) (id *string, cycles *int) {
	if len(applied) == 0 {
		return nil, nil
	}
	return &applied[0].ID, cyclesLeft(applied[0])
}
