package wire

import "perennial/shared/billing"

// PriceBase are the fields of every price. Type tells which of OneTimePrice,
// RecurringPrice and UsagePrice it is.
type PriceBase struct {
	Type                  string `json:"type"`
	Currency              string `json:"currency"`
	Discount              int64  `json:"discount"` // percent, rounded
	DiscountBps           int64  `json:"discount_bps"`
	PurchasingPowerParity bool   `json:"purchasing_power_parity"`
	TaxInclusive          *bool  `json:"tax_inclusive"`
}

// Periods are how often a price recurs and when its subscription ends.
type Periods struct {
	PaymentFrequencyCount      int    `json:"payment_frequency_count"`
	PaymentFrequencyInterval   string `json:"payment_frequency_interval"`
	SubscriptionPeriodCount    int    `json:"subscription_period_count"`
	SubscriptionPeriodInterval string `json:"subscription_period_interval"`
}

// OneTimePrice is Dodo's one_time_price.
type OneTimePrice struct {
	PriceBase
	Price          int64  `json:"price"` // minor units
	PayWhatYouWant bool   `json:"pay_what_you_want"`
	SuggestedPrice *int64 `json:"suggested_price"`
}

// RecurringPrice is Dodo's recurring_price.
type RecurringPrice struct {
	PriceBase
	Periods
	Price                    int64  `json:"price"` // minor units
	TrialPeriodDays          int    `json:"trial_period_days"`
	TrialAmount              *int64 `json:"trial_amount"`
	TrialApplyDiscounts      *bool  `json:"trial_apply_discounts"`
	TrialMethodOptional      bool   `json:"trial_payment_method_optional"`
	ZeroAmountMethodOptional bool   `json:"zero_amount_payment_method_optional"`
}

// UsagePrice is Dodo's usage_based_price.
type UsagePrice struct {
	PriceBase
	Periods
	FixedPrice int64   `json:"fixed_price"` // minor units
	Meters     []Meter `json:"meters"`
}

// Meter is what a usage-based price charges for.
type Meter struct {
	MeterID             string  `json:"meter_id"`
	PricePerUnit        *string `json:"price_per_unit"`
	FreeThreshold       *int64  `json:"free_threshold"`
	CreditEntitlementID *string `json:"credit_entitlement_id"`
	MeterUnitsPerCredit *string `json:"meter_units_per_credit"`
	Name                *string `json:"name"`
	Description         *string `json:"description"`
	MeasurementUnit     *string `json:"measurement_unit"`
}

// ToPrice converts a product's price to the form of its type.
func ToPrice(product billing.Product) any {
	p := product.Price
	base := PriceBase{
		Currency: string(p.Amount.Currency), Discount: (p.ReductionBps + 50) / 100, DiscountBps: p.ReductionBps,
		PurchasingPowerParity: p.Parity, TaxInclusive: &p.TaxInclusive,
	}
	periods := Periods{
		PaymentFrequencyCount: p.Every.Count, PaymentFrequencyInterval: string(p.Every.Unit),
		SubscriptionPeriodCount: p.Term.Count, SubscriptionPeriodInterval: string(p.Term.Unit),
	}
	switch p.Kind {
	case billing.PriceOneTime:
		base.Type = "one_time_price"
		return OneTimePrice{PriceBase: base, Price: p.Amount.Minor, PayWhatYouWant: p.FreeAmount, SuggestedPrice: positive(p.Suggested)}
	case billing.PriceUsage:
		base.Type = "usage_based_price"
		return UsagePrice{PriceBase: base, Periods: periods, FixedPrice: p.Amount.Minor, Meters: toMeters(product.Meters)}
	case billing.PriceRecurring:
	}
	base.Type = "recurring_price"
	return RecurringPrice{
		PriceBase: base, Periods: periods, Price: p.Amount.Minor, TrialPeriodDays: p.TrialDays,
		TrialAmount: positive(p.TrialAmount), TrialApplyDiscounts: &p.TrialDiscount,
		TrialMethodOptional: p.TrialNoMethod, ZeroAmountMethodOptional: p.ZeroNoMethod,
	}
}

func toMeters(meters []billing.Meter) []Meter {
	out := make([]Meter, len(meters))
	for i, m := range meters {
		out[i] = Meter{
			MeterID: m.ID, PricePerUnit: text(m.UnitPrice), FreeThreshold: positive(m.FreeThreshold),
			CreditEntitlementID: text(m.Credit), MeterUnitsPerCredit: text(m.UnitsPerCredit),
		}
	}
	return out
}

// positive is null for zero.
func positive(n int64) *int64 {
	if n == 0 {
		return nil
	}
	return &n
}
