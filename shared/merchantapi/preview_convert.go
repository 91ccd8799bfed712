package merchantapi

import (
	"perennial/shared/billing"
	"perennial/shared/purchases"
	"perennial/shared/taxid"
	"perennial/shared/wire"
)

// Breakup is how a total comes about, in minor units.
type Breakup struct {
	Subtotal int64  `json:"subtotal"`
	Discount int64  `json:"discount"`
	Tax      *int64 `json:"tax"`
	Total    int64  `json:"total_amount"`
}

// PreviewItem is one product of a previewed cart.
type PreviewItem struct {
	ProductID          string         `json:"product_id"`
	Name               *string        `json:"name"`
	Description        *string        `json:"description"`
	Quantity           int64          `json:"quantity"`
	OgPrice            int64          `json:"og_price"`
	OgCurrency         string         `json:"og_currency"`
	Currency           string         `json:"currency"`
	DiscountedPrice    int64          `json:"discounted_price"`
	DiscountAmount     *int64         `json:"discount_amount"`
	DiscountCycle      *int64         `json:"discount_cycle"`
	IsSubscription     bool           `json:"is_subscription"`
	IsUsageBased       bool           `json:"is_usage_based"`
	Meters             []any          `json:"meters"`
	CreditEntitlements []any          `json:"credit_entitlements"`
	Addons             []PreviewAddon `json:"addons" nullable:"true"`
	TaxCategory        string         `json:"tax_category"`
	TaxInclusive       bool           `json:"tax_inclusive"`
	TaxRate            int64          `json:"tax_rate" doc:"Basis points: 1900 is 19 %."`
	Tax                *int64         `json:"tax"`
}

// CheckoutPreview is the answer of POST /checkouts/preview.
type CheckoutPreview struct {
	BillingCountry        string        `json:"billing_country"`
	Currency              string        `json:"currency"`
	Current               Breakup       `json:"current_breakup"`
	Recurring             *Breakup      `json:"recurring_breakup"`
	TotalPrice            int64         `json:"total_price"`
	TotalTax              *int64        `json:"total_tax"`
	IsBYOP                bool          `json:"is_byop"`
	PaymentMethodRequired bool          `json:"payment_method_required"`
	Cart                  []PreviewItem `json:"product_cart"`
	NextBillingDate       *string       `json:"next_billing_date"`
	TrialAmount           *int64        `json:"trial_amount"`
	TrialPeriodDays       *int          `json:"trial_period_days"`
	TaxIDBusinessName     *string       `json:"tax_id_business_name" doc:"The holder of a valid tax id, where the register tells."`
	TaxIDErrMsg           *string       `json:"tax_id_err_msg" doc:"Why the tax id shifts no tax to the buyer."`
	TaxIDFormatName       *string       `json:"tax_id_format_name" doc:"What a valid tax id is called."`
	Subscriptions         []any         `json:"subscriptions" nullable:"true"`
}

func toBreakup(v billing.Invoice) Breakup {
	return Breakup{Subtotal: v.Subtotal.Minor, Discount: v.Discount.Minor, Tax: &v.Tax.Minor, Total: v.Due().Minor}
}

// ToAPIPreview converts a quote.
func ToAPIPreview(q purchases.Quote) CheckoutPreview {
	v := q.Invoice
	out := CheckoutPreview{
		BillingCountry: v.Buyer.Address.Country, Currency: string(v.Total.Currency), Current: toBreakup(v),
		TotalPrice: v.Due().Minor, TotalTax: &v.Tax.Minor, PaymentMethodRequired: q.NeedsMethod(),
		Cart: []PreviewItem{},
	}
	out.tellTaxID(q.TaxID)
	for i, p := range q.Products {
		out.Cart = append(out.Cart, toPreviewItem(p, q.Cart.Items[i], v))
	}
	if q.Subscribes() {
		recurring, next := toBreakup(q.Renewal), q.Next.String()
		out.Recurring, out.NextBillingDate = &recurring, &next
		if days := q.Plan.TrialDays; days > 0 {
			out.TrialPeriodDays, out.TrialAmount = &days, wire.TrialAmount(q.Plan)
		}
	}
	return out
}

// tellTaxID says what is known of the cart's tax id. One that could not be
// checked yet is neither valid nor wrong.
func (out *CheckoutPreview) tellTaxID(p taxid.Proof) {
	switch p.Status {
	case taxid.Valid:
		name := "VAT Number"
		out.TaxIDFormatName, out.TaxIDBusinessName = &name, orNull(p.Name)
	case taxid.Invalid:
		problem := "This tax id is not valid."
		out.TaxIDErrMsg = &problem
	case taxid.Unknown, taxid.Pending:
	}
}

// toPreviewItem finds the product's line on the invoice.
func toPreviewItem(p billing.Product, item billing.CartItem, v billing.Invoice) PreviewItem {
	out := PreviewItem{
		ProductID: p.ID, Name: &p.Name, Description: orNull(p.Description), Quantity: item.Quantity,
		OgPrice: p.Price.Amount.Minor, OgCurrency: string(p.Price.Amount.Currency), Currency: string(v.Total.Currency),
		DiscountedPrice: p.Price.Amount.Minor, IsSubscription: p.Price.Recurs(), IsUsageBased: p.Price.Kind == billing.PriceUsage,
		Meters: []any{}, CreditEntitlements: []any{}, Addons: toPreviewAddons(p, v), TaxCategory: p.TaxCategory, TaxInclusive: p.Price.TaxInclusive,
	}
	for _, l := range v.Lines {
		if l.Product != p.ID || l.Addon != "" {
			continue
		}
		out.TaxRate = rateOf(v, l)
		out.OgPrice, out.Tax = l.Unit.Minor, &l.Tax.Minor
		out.DiscountedPrice = l.Discounted().Minor / max(l.Quantity, 1)
		if !l.Discount.Nothing() {
			out.DiscountAmount = &l.Discount.Minor
		}
		break
	}
	return out
}

// PreviewAddon is an addon of a previewed subscription product.
type PreviewAddon struct {
	AddonID             string  `json:"addon_id"`
	Name                string  `json:"name"`
	Description         *string `json:"description"`
	Quantity            int64   `json:"quantity"`
	SingleQuantityPrice int64   `json:"single_quantity_price"`
	OgPrice             int64   `json:"og_price"`
	OgCurrency          string  `json:"og_currency"`
	Currency            string  `json:"currency"`
	DiscountedPrice     int64   `json:"discounted_price"`
	DiscountAmount      *int64  `json:"discount_amount"`
	TaxCategory         string  `json:"tax_category"`
	TaxInclusive        bool    `json:"tax_inclusive"`
	TaxRate             int64   `json:"tax_rate" doc:"Basis points: 1900 is 19 %."`
	Tax                 *int64  `json:"tax"`
}

// toPreviewAddons are the addons' lines of a product.
func toPreviewAddons(p billing.Product, v billing.Invoice) []PreviewAddon {
	out := []PreviewAddon{}
	for _, l := range v.Lines {
		if l.Product != p.ID || l.Addon == "" {
			continue
		}
		currency := string(l.Amount.Currency)
		a := PreviewAddon{
			AddonID: l.Addon, Name: l.Description, Quantity: l.Quantity, SingleQuantityPrice: l.Unit.Minor, OgPrice: l.Amount.Minor,
			OgCurrency: currency, Currency: currency, DiscountedPrice: l.Discounted().Minor, TaxCategory: l.Category,
			TaxInclusive: l.Inclusive, TaxRate: rateOf(v, l), Tax: &l.Tax.Minor,
		}
		if !l.Discount.Nothing() {
			a.DiscountAmount = &l.Discount.Minor
		}
		out = append(out, a)
	}
	return out
}

// rateOf is the tax rate of a line in basis points, 0 where none is collected.
func rateOf(v billing.Invoice, l billing.Line) int64 {
	if l.Levy < 1 || l.Levy > len(v.Levies) {
		return 0
	}
	return int64(v.Levies[l.Levy-1].Rate) / 100
}
