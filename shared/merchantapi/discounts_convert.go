package merchantapi

import (
	"perennial/shared/billing"
	"perennial/shared/calendar"
	"perennial/shared/fault"
	"perennial/shared/httpapi"
	"perennial/shared/money"
)

// DiscountOptionRequest is what a discount does in one currency.
type DiscountOptionRequest struct {
	Currency        string `json:"currency" minLength:"3" maxLength:"3" doc:"ISO 4217."`
	IsDefault       bool   `json:"is_default,omitempty"`
	Max             *int64 `json:"max_amount_possible,omitempty" minimum:"1" doc:"Minor units: what a flat code takes off, or the most that a percentage takes off."`
	MinimumSubtotal int64  `json:"minimum_subtotal,omitempty" minimum:"0" doc:"Minor units of list prices; 0 is no minimum."`
}

func fromAPIOptions(options []DiscountOptionRequest) []billing.DiscountOption {
	var out []billing.DiscountOption
	for _, o := range options {
		option := billing.DiscountOption{Currency: money.Currency(o.Currency), Default: o.IsDefault, MinimumSubtotal: o.MinimumSubtotal}
		if o.Max != nil {
			option.Max = *o.Max
		}
		out = append(out, option)
	}
	return out
}

// DiscountRequest makes a discount.
type DiscountRequest struct {
	Type                 string                  `json:"type" doc:"percentage or flat."`
	Amount               int64                   `json:"amount" minimum:"1" doc:"Basis points of a percentage: 540 is 5.4 %, at most 10000. A flat code takes off what its currency_options say."`
	Code                 *string                 `json:"code,omitempty" minLength:"3" maxLength:"64" doc:"Kept in upper case; made up when absent."`
	Name                 string                  `json:"name,omitempty" maxLength:"100"`
	StartsAt             httpapi.Time            `json:"starts_at,omitzero"`
	ExpiresAt            httpapi.Time            `json:"expires_at,omitzero"`
	UsageLimit           *int64                  `json:"usage_limit,omitempty" minimum:"1"`
	PerCustomer          *int64                  `json:"per_customer_usage_limit,omitempty" minimum:"1"`
	Cycles               *int                    `json:"subscription_cycles,omitempty" minimum:"1" doc:"Billing periods that it reduces; all when absent."`
	RestrictedTo         []string                `json:"restricted_to,omitempty" doc:"Ids of products."`
	PreserveOnPlanChange bool                    `json:"preserve_on_plan_change,omitempty"`
	CustomerEligibility  string                  `json:"customer_eligibility,omitempty" enum:"any,first_time,existing,specific"`
	CurrencyOptions      []DiscountOptionRequest `json:"currency_options,omitempty"`
	Metadata             httpapi.Metadata        `json:"metadata,omitzero"`
}

// check refuses a beginning or end that no calendar has.
func (r DiscountRequest) check() error { return checkTimes(r.StartsAt, r.ExpiresAt) }

func checkTimes(starts, expires httpapi.Time) error {
	var check fault.Check
	for field, t := range map[string]httpapi.Time{"starts_at": starts, "expires_at": expires} {
		year := t.Time().Year()
		check.That(t.IsZero() || year >= 2000 && year <= 9999, field, "must be a time after the year 2000")
	}
	return invalid(&check)
}

func at(t httpapi.Time) calendar.Instant {
	if t.IsZero() {
		return 0
	}
	return calendar.At(t.Time())
}

// value is a member's value, the zero T when absent.
func value[T any](p *T) (v T) {
	if p != nil {
		v = *p
	}
	return v
}

// FromAPIDiscount converts a new discount.
func FromAPIDiscount(r DiscountRequest) billing.Discount {
	d := billing.Discount{
		Code: value(r.Code), Name: r.Name, Type: billing.DiscountType(r.Type), Options: fromAPIOptions(r.CurrencyOptions),
		Products: r.RestrictedTo, UsageLimit: value(r.UsageLimit), PerCustomer: value(r.PerCustomer), Cycles: value(r.Cycles),
		StartsAt: at(r.StartsAt), ExpiresAt: at(r.ExpiresAt), Eligibility: billing.Eligibility(r.CustomerEligibility),
		KeepOnChange: r.PreserveOnPlanChange, Metadata: r.Metadata.Values,
	}
	return withAmount(d, r.Amount)
}

// withAmount sets the basis points; a flat discount has none.
func withAmount(d billing.Discount, amount int64) billing.Discount {
	if d.BasisPoints = amount; d.Type == billing.DiscountFlat {
		d.BasisPoints = 0
	}
	return d
}

// DiscountPatch changes what it names; null clears what may be empty.
type DiscountPatch struct {
	Type                 httpapi.Optional[string]                  `json:"type,omitzero"`
	Amount               httpapi.Optional[int64]                   `json:"amount,omitzero" minimum:"1"`
	Code                 httpapi.Optional[string]                  `json:"code,omitzero" minLength:"3" maxLength:"64"`
	Name                 httpapi.Optional[string]                  `json:"name,omitzero" maxLength:"100"`
	StartsAt             httpapi.Optional[httpapi.Time]            `json:"starts_at,omitzero"`
	ExpiresAt            httpapi.Optional[httpapi.Time]            `json:"expires_at,omitzero"`
	UsageLimit           httpapi.Optional[int64]                   `json:"usage_limit,omitzero" minimum:"1"`
	PerCustomer          httpapi.Optional[int64]                   `json:"per_customer_usage_limit,omitzero" minimum:"1"`
	Cycles               httpapi.Optional[int]                     `json:"subscription_cycles,omitzero" minimum:"1"`
	RestrictedTo         httpapi.Optional[[]string]                `json:"restricted_to,omitzero"`
	PreserveOnPlanChange httpapi.Optional[bool]                    `json:"preserve_on_plan_change,omitzero"`
	CustomerEligibility  httpapi.Optional[string]                  `json:"customer_eligibility,omitzero" enum:"any,first_time,existing,specific"`
	CurrencyOptions      httpapi.Optional[[]DiscountOptionRequest] `json:"currency_options,omitzero"`
	Metadata             httpapi.Optional[httpapi.Metadata]        `json:"metadata,omitzero"`
}

func (r DiscountPatch) check() error { return checkTimes(r.StartsAt.Value, r.ExpiresAt.Value) }

// FromAPIDiscountPatch is the change that a patch wants.
func FromAPIDiscountPatch(r DiscountPatch) func(billing.Discount) billing.Discount {
	return func(d billing.Discount) billing.Discount {
		d.Type = billing.DiscountType(kept(r.Type, string(d.Type)))
		d = withAmount(d, kept(r.Amount, d.BasisPoints))
		d.Code, d.Name = kept(r.Code, d.Code), r.Name.Else(d.Name)
		if r.StartsAt.Set {
			d.StartsAt = at(r.StartsAt.Value)
		}
		if r.ExpiresAt.Set {
			d.ExpiresAt = at(r.ExpiresAt.Value)
		}
		d.UsageLimit, d.PerCustomer = r.UsageLimit.Else(d.UsageLimit), r.PerCustomer.Else(d.PerCustomer)
		d.Cycles, d.Products = r.Cycles.Else(d.Cycles), r.RestrictedTo.Else(d.Products)
		d.KeepOnChange = kept(r.PreserveOnPlanChange, d.KeepOnChange)
		d.Eligibility = billing.Eligibility(kept(r.CustomerEligibility, string(d.Eligibility)))
		if r.CurrencyOptions.Set {
			d.Options = fromAPIOptions(r.CurrencyOptions.Value)
		}
		d.Metadata = meta(r.Metadata, d.Metadata)
		return d
	}
}
