package merchantapi

import (
	"perennial/shared/billing"
	"perennial/shared/calendar"
	"perennial/shared/httpapi"
	"perennial/shared/money"
)

// Price is Dodo's price union. Only recurring_price is sold so far.
type Price struct {
	Type                  string  `json:"type" enum:"recurring_price,one_time_price,usage_based_price"`
	Currency              string  `json:"currency" minLength:"3" maxLength:"3" doc:"ISO 4217."`
	Price                 int64   `json:"price,omitempty" doc:"Minor units of the currency, per unit and interval."`
	Every                 int     `json:"payment_frequency_count,omitempty"`
	EveryUnit             string  `json:"payment_frequency_interval,omitempty" enum:"Day,Week,Month,Year"`
	Term                  int     `json:"subscription_period_count,omitempty"`
	TermUnit              string  `json:"subscription_period_interval,omitempty" enum:"Day,Week,Month,Year"`
	TrialDays             int     `json:"trial_period_days,omitempty"`
	TaxInclusive          bool    `json:"tax_inclusive,omitempty"`
	Discount              float64 `json:"discount,omitempty" doc:"Must be 0."`
	DiscountBps           float64 `json:"discount_bps,omitempty" doc:"Must be 0."`
	PurchasingPowerParity bool    `json:"purchasing_power_parity,omitempty" doc:"Must be false."`
	PayWhatYouWant        bool    `json:"pay_what_you_want,omitempty"`
	TrialAmount           int64   `json:"trial_amount,omitempty"`
	TrialWithoutMethod    bool    `json:"trial_payment_method_optional,omitempty"`
}

func (p Price) unsupported(u *unsupported) {
	u.without(p.Type != "recurring_price", "price.type "+p.Type)
	u.without(p.Discount != 0, "price.discount")
	u.without(p.DiscountBps != 0, "price.discount_bps")
	u.without(p.PurchasingPowerParity, "price.purchasing_power_parity")
	u.without(p.PayWhatYouWant, "price.pay_what_you_want")
	u.without(p.TrialAmount != 0, "price.trial_amount")
	u.without(p.TrialWithoutMethod, "price.trial_payment_method_optional")
}

// FromAPIPrice converts a recurring price.
func FromAPIPrice(p Price) billing.Price {
	return billing.Price{
		Amount: money.Of(p.Price, money.Currency(p.Currency)), TrialDays: p.TrialDays, TaxInclusive: p.TaxInclusive,
		Every: calendar.Interval{Count: p.Every, Unit: calendar.Unit(p.EveryUnit)},
		Term:  calendar.Interval{Count: p.Term, Unit: calendar.Unit(p.TermUnit)},
	}
}

// ProductExtras are what Dodo sells with a product and we do not have yet.
type ProductExtras struct {
	Addons              []any  `json:"addons,omitempty"`
	CreditEntitlements  []any  `json:"credit_entitlements,omitempty"`
	Entitlements        []any  `json:"entitlements,omitempty"`
	DigitalDelivery     any    `json:"digital_product_delivery,omitempty"`
	LicenseKeyEnabled   bool   `json:"license_key_enabled,omitempty"`
	PricingMode         string `json:"pricing_mode,omitempty"`
	ImageID             string `json:"image_id,omitempty"`
	BrandID             string `json:"brand_id,omitempty" doc:"The business's id is its only brand's."`
	LicenseKeyDuration  any    `json:"license_key_duration,omitempty"`
	LicenseKeyActivates any    `json:"license_key_activations_limit,omitempty"`
}

func (e ProductExtras) unsupported(c httpapi.Caller, u *unsupported) {
	u.without(len(e.Addons) > 0, "addons")
	u.without(len(e.CreditEntitlements) > 0, "credit_entitlements")
	u.without(len(e.Entitlements) > 0, "entitlements")
	u.without(given(e.DigitalDelivery), "digital_product_delivery")
	u.without(e.LicenseKeyEnabled || given(e.LicenseKeyDuration) || given(e.LicenseKeyActivates), "license_key_enabled")
	u.without(e.PricingMode != "", "pricing_mode")
	u.without(e.ImageID != "", "image_id")
	u.without(otherBrand(c, e.BrandID), "brand_id")
}

// ProductRequest makes a product.
type ProductRequest struct {
	Name        string           `json:"name" minLength:"1" maxLength:"100"`
	Description string           `json:"description,omitempty" maxLength:"1000"`
	TaxCategory string           `json:"tax_category" enum:"digital_products,saas,e_book,edtech,live_tutoring"`
	Price       Price            `json:"price"`
	Metadata    httpapi.Metadata `json:"metadata,omitzero"`
	ProductExtras
}

func (p ProductRequest) unsupported(c httpapi.Caller) error {
	var u unsupported
	p.Price.unsupported(&u)
	p.ProductExtras.unsupported(c, &u)
	return u.fault()
}

// FromAPIProduct fills a product in.
func FromAPIProduct(r ProductRequest) func(billing.Product) billing.Product {
	return func(p billing.Product) billing.Product {
		p.Name, p.Description, p.TaxCategory = r.Name, r.Description, r.TaxCategory
		p.Price, p.Metadata = FromAPIPrice(r.Price), r.Metadata.Values
		return p
	}
}

// ProductPatch changes what it names.
type ProductPatch struct {
	Name        httpapi.Optional[string]           `json:"name,omitzero" minLength:"1" maxLength:"100"`
	Description httpapi.Optional[string]           `json:"description,omitzero" maxLength:"1000"`
	TaxCategory httpapi.Optional[string]           `json:"tax_category,omitzero" enum:"digital_products,saas,e_book,edtech,live_tutoring"`
	Price       httpapi.Optional[Price]            `json:"price,omitzero"`
	Metadata    httpapi.Optional[httpapi.Metadata] `json:"metadata,omitzero"`
	ProductExtras
}

func (p ProductPatch) unsupported(c httpapi.Caller) error {
	var u unsupported
	if p.Price.Set && !p.Price.Null {
		p.Price.Value.unsupported(&u)
	}
	p.ProductExtras.unsupported(c, &u)
	return u.fault()
}

// FromAPIProductPatch is the change that a patch wants.
func FromAPIProductPatch(r ProductPatch) func(billing.Product) billing.Product {
	return func(p billing.Product) billing.Product {
		p.Name, p.TaxCategory = kept(r.Name, p.Name), kept(r.TaxCategory, p.TaxCategory)
		p.Description, p.Metadata = r.Description.Else(p.Description), meta(r.Metadata, p.Metadata)
		if r.Price.Set && !r.Price.Null {
			p.Price = FromAPIPrice(r.Price.Value)
		}
		return p
	}
}
