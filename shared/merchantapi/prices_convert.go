package merchantapi

import (
	"math"

	"perennial/shared/billing"
	"perennial/shared/calendar"
	"perennial/shared/money"
)

// Price is Dodo's price union: one_time_price, recurring_price or
// usage_based_price. Fields of another type are ignored.
type Price struct {
	Type                  string          `json:"type" enum:"recurring_price,one_time_price,usage_based_price"`
	Currency              string          `json:"currency" minLength:"3" maxLength:"3" doc:"ISO 4217."`
	Price                 int64           `json:"price,omitempty" doc:"Minor units of the currency, per unit and interval; the least where pay_what_you_want."`
	FixedPrice            int64           `json:"fixed_price,omitempty" doc:"Of a usage_based_price: minor units per interval besides the usage."`
	Discount              float64         `json:"discount,omitempty" minimum:"0" maximum:"100" doc:"Percent off the price; discount_bps wins."`
	DiscountBps           *int64          `json:"discount_bps,omitempty" minimum:"0" maximum:"10000" doc:"Hundredths of a percent off the price."`
	PurchasingPowerParity bool            `json:"purchasing_power_parity,omitempty" doc:"Kept and answered; it changes no price."`
	TaxInclusive          bool            `json:"tax_inclusive,omitempty"`
	PayWhatYouWant        bool            `json:"pay_what_you_want,omitempty"`
	SuggestedPrice        int64           `json:"suggested_price,omitempty"`
	Every                 int             `json:"payment_frequency_count,omitempty"`
	EveryUnit             string          `json:"payment_frequency_interval,omitempty" enum:"Day,Week,Month,Year"`
	Term                  int             `json:"subscription_period_count,omitempty"`
	TermUnit              string          `json:"subscription_period_interval,omitempty" enum:"Day,Week,Month,Year"`
	TrialDays             int             `json:"trial_period_days,omitempty"`
	TrialAmount           int64           `json:"trial_amount,omitempty"`
	TrialDiscounts        bool            `json:"trial_apply_discounts,omitempty"`
	TrialWithoutMethod    bool            `json:"trial_payment_method_optional,omitempty"`
	ZeroWithoutMethod     bool            `json:"zero_amount_payment_method_optional,omitempty"`
	Meters                *[]MeterRequest `json:"meters,omitempty" doc:"Kept and answered; usage is not measured yet."`
}

// MeterRequest is what a usage-based price charges for.
type MeterRequest struct {
	MeterID             string `json:"meter_id" minLength:"1" maxLength:"100"`
	PricePerUnit        string `json:"price_per_unit,omitempty" pattern:"^\\d{1,5}(\\.\\d{1,12})?$" doc:"Decimal, in minor units."`
	FreeThreshold       int64  `json:"free_threshold,omitempty" minimum:"0"`
	CreditEntitlementID string `json:"credit_entitlement_id,omitempty" maxLength:"100"`
	MeterUnitsPerCredit string `json:"meter_units_per_credit,omitempty" pattern:"^\\d{1,12}(\\.\\d{1,12})?$"`
}

// FromAPIPrice converts a price.
func FromAPIPrice(p Price) billing.Price {
	out := billing.Price{
		Amount: money.Of(p.Price, money.Currency(p.Currency)), TaxInclusive: p.TaxInclusive,
		Parity: p.PurchasingPowerParity, ReductionBps: int64(math.Round(p.Discount * 100)),
	}
	if p.DiscountBps != nil {
		out.ReductionBps = *p.DiscountBps
	}
	switch p.Type {
	case "one_time_price":
		out.Kind, out.FreeAmount = billing.PriceOneTime, p.PayWhatYouWant
		if p.PayWhatYouWant {
			out.Suggested = p.SuggestedPrice
		}
		return out
	case "usage_based_price":
		out.Kind, out.Amount.Minor = billing.PriceUsage, p.FixedPrice
	default:
		out.TrialDays, out.TrialAmount, out.TrialDiscount = p.TrialDays, p.TrialAmount, p.TrialDiscounts
		out.TrialNoMethod, out.ZeroNoMethod = p.TrialWithoutMethod, p.ZeroWithoutMethod
	}
	out.Every = calendar.Interval{Count: p.Every, Unit: calendar.Unit(p.EveryUnit)}
	out.Term = calendar.Interval{Count: p.Term, Unit: calendar.Unit(p.TermUnit)}
	return out
}

// FromAPIMeters converts the meters of a price; other types have none.
func FromAPIMeters(p Price) []billing.Meter {
	if p.Type != "usage_based_price" || p.Meters == nil {
		return nil
	}
	out := make([]billing.Meter, len(*p.Meters))
	for i, m := range *p.Meters {
		out[i] = billing.Meter{
			ID: m.MeterID, UnitPrice: m.PricePerUnit, FreeThreshold: m.FreeThreshold,
			Credit: m.CreditEntitlementID, UnitsPerCredit: m.MeterUnitsPerCredit,
		}
	}
	return out
}
