package wire

import (
	"perennial/shared/billing"
	"perennial/shared/merchant"
)

// RecurringPrice is Dodo's recurring_price, the one type of price there is.
type RecurringPrice struct {
	Type                       string `json:"type"`
	Currency                   string `json:"currency"`
	Price                      int64  `json:"price"` // minor units
	Discount                   int64  `json:"discount"`
	DiscountBps                int64  `json:"discount_bps"`
	PurchasingPowerParity      bool   `json:"purchasing_power_parity"`
	PaymentFrequencyCount      int    `json:"payment_frequency_count"`
	PaymentFrequencyInterval   string `json:"payment_frequency_interval"`
	SubscriptionPeriodCount    int    `json:"subscription_period_count"`
	SubscriptionPeriodInterval string `json:"subscription_period_interval"`
	TrialPeriodDays            int    `json:"trial_period_days"`
	TrialAmount                *int64 `json:"trial_amount"`
	TrialApplyDiscounts        *bool  `json:"trial_apply_discounts"`
	TaxInclusive               *bool  `json:"tax_inclusive"`
}

// ProductBase are the fields that a product has alone and in a list.
type ProductBase struct {
	ProductID    string         `json:"product_id"`
	BusinessID   string         `json:"business_id"`
	Name         *string        `json:"name"`
	Description  *string        `json:"description"`
	Image        *string        `json:"image"`
	IsRecurring  bool           `json:"is_recurring"`
	TaxCategory  string         `json:"tax_category"`
	Metadata     map[string]any `json:"metadata"`
	Entitlements []any          `json:"entitlements"`
	PricingMode  *string        `json:"pricing_mode"`
	CreatedAt    string         `json:"created_at"`
	UpdatedAt    string         `json:"updated_at"`
}

// Product is the object of GET /products/{id}.
type Product struct {
	ProductBase
	BrandID                     string         `json:"brand_id"`
	Price                       RecurringPrice `json:"price"`
	Addons                      []string       `json:"addons"`
	CreditEntitlements          []any          `json:"credit_entitlements"`
	LicenseKeyEnabled           bool           `json:"license_key_enabled"`
	LicenseKeyActivationsLimit  *int64         `json:"license_key_activations_limit"`
	LicenseKeyActivationMessage *string        `json:"license_key_activation_message"`
	LicenseKeyDuration          any            `json:"license_key_duration"`
	DigitalProductDelivery      any            `json:"digital_product_delivery"`
	ProductCollectionID         *string        `json:"product_collection_id"`
}

// ProductItem is one item of GET /products, where price is a plain number.
type ProductItem struct {
	ProductBase
	Currency     *string         `json:"currency"`
	Price        *int64          `json:"price"`
	PriceDetail  *RecurringPrice `json:"price_detail"`
	TaxInclusive *bool           `json:"tax_inclusive"`
}

// ToPrice converts a price.
func ToPrice(p billing.Price) RecurringPrice {
	return RecurringPrice{
		Type: "recurring_price", Currency: string(p.Amount.Currency), Price: p.Amount.Minor,
		PaymentFrequencyCount: p.Every.Count, PaymentFrequencyInterval: string(p.Every.Unit),
		SubscriptionPeriodCount: p.Term.Count, SubscriptionPeriodInterval: string(p.Term.Unit),
		TrialPeriodDays: p.TrialDays, TaxInclusive: &p.TaxInclusive,
	}
}

// ToProduct converts a product of a scope. The primary brand's id equals the
// business id (rules 24).
func ToProduct(scope merchant.Scope, p billing.Product) Product {
	return Product{
		ProductBase: productBase(scope, p), BrandID: scope.Business, Price: ToPrice(p.Price),
		Addons: []string{}, CreditEntitlements: []any{},
	}
}

// ToProductItem converts a product for a list.
func ToProductItem(scope merchant.Scope, p billing.Product) ProductItem {
	price := ToPrice(p.Price)
	return ProductItem{
		ProductBase: productBase(scope, p), Currency: &price.Currency, Price: &price.Price,
		PriceDetail: &price, TaxInclusive: price.TaxInclusive,
	}
}

func productBase(scope merchant.Scope, p billing.Product) ProductBase {
	updated := p.UpdatedAt
	if updated.IsZero() {
		updated = p.CreatedAt
	}
	return ProductBase{
		ProductID: p.ID, BusinessID: scope.Business, Name: text(p.Name), Description: text(p.Description),
		IsRecurring: true, TaxCategory: p.TaxCategory, Metadata: metadata(p.Metadata), Entitlements: []any{},
		CreatedAt: p.CreatedAt.String(), UpdatedAt: updated.String(),
	}
}
