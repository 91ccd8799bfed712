package wire

import (
	"net/url"
	"strings"

	"perennial/shared/billing"
	"perennial/shared/merchant"
)

// Discount is Dodo's discount.
type Discount struct {
	DiscountID            string           `json:"discount_id"`
	BusinessID            string           `json:"business_id"`
	Type                  string           `json:"type"`
	Amount                int64            `json:"amount"` // basis points; of a flat discount minor units of its default currency
	Code                  string           `json:"code"`
	Name                  *string          `json:"name"`
	RestrictedTo          []string         `json:"restricted_to"`
	TimesUsed             int64            `json:"times_used"`
	UsageLimit            *int64           `json:"usage_limit"`
	PerCustomerUsageLimit *int64           `json:"per_customer_usage_limit"`
	SubscriptionCycles    *int64           `json:"subscription_cycles"`
	StartsAt              *string          `json:"starts_at"`
	ExpiresAt             *string          `json:"expires_at"`
	PreserveOnPlanChange  bool             `json:"preserve_on_plan_change"`
	CustomerEligibility   string           `json:"customer_eligibility"`
	CurrencyOptions       []DiscountOption `json:"currency_options"`
	Metadata              map[string]any   `json:"metadata"`
	CreatedAt             string           `json:"created_at"`
}

// DiscountOption is what a discount does in one currency.
type DiscountOption struct {
	Currency          string `json:"currency"`
	IsDefault         bool   `json:"is_default"`
	MaxAmountPossible *int64 `json:"max_amount_possible"`
	MinimumSubtotal   int64  `json:"minimum_subtotal"`
}

// ToDiscount converts a discount of a scope that was redeemed used times.
func ToDiscount(scope merchant.Scope, d billing.Discount, used int64) Discount {
	out := Discount{
		DiscountID: d.ID, BusinessID: scope.Business, Type: string(d.Type), Amount: d.BasisPoints, Code: d.Code, Name: text(d.Name),
		RestrictedTo: append([]string{}, d.Products...), TimesUsed: used, UsageLimit: positive(d.UsageLimit),
		PerCustomerUsageLimit: positive(d.PerCustomer), SubscriptionCycles: positive(int64(d.Cycles)),
		StartsAt: instant(d.StartsAt), ExpiresAt: instant(d.ExpiresAt), PreserveOnPlanChange: d.KeepOnChange,
		CustomerEligibility: string(d.Eligibility), CurrencyOptions: []DiscountOption{}, Metadata: metadata(d.Metadata),
		CreatedAt: d.CreatedAt.String(),
	}
	if out.CustomerEligibility == "" {
		out.CustomerEligibility = string(billing.EligibleAny)
	}
	for _, o := range d.Options {
		only := len(d.Options) == 1
		out.CurrencyOptions = append(out.CurrencyOptions, DiscountOption{
			Currency: string(o.Currency), IsDefault: o.Default || only, MaxAmountPossible: positive(o.Max), MinimumSubtotal: o.MinimumSubtotal,
		})
		if d.Type == billing.DiscountFlat && (o.Default || only) {
			out.Amount = o.Max
		}
	}
	return out
}

// ShortLink is a short address of a product's purchase page.
type ShortLink struct {
	ProductID string `json:"product_id"`
	FullURL   string `json:"full_url"`
	ShortURL  string `json:"short_url"`
	CreatedAt string `json:"created_at"`
}

// ToShortLink converts a short link; checkout is the checkout's public
// address. Links of test modes say so.
func ToShortLink(checkout string, l billing.ShortLink) ShortLink {
	query := make(url.Values, len(l.Params))
	for name, value := range l.Params {
		query.Set(name, value)
	}
	full := checkout + "/buy/" + l.Product
	if len(query) > 0 {
		full += "?" + query.Encode()
	}
	short := checkout + "/b/" + strings.TrimPrefix(l.Slug, string(merchant.Live)+"/")
	return ShortLink{ProductID: l.Product, FullURL: full, ShortURL: short, CreatedAt: l.CreatedAt.String()}
}
