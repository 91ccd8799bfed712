package billing

import (
	"perennial/shared/calendar"
	"perennial/shared/fault"
	"perennial/shared/money"
)

// PriceKind says how often a price is charged, in the wire's names. The zero
// value is a recurring price.
type PriceKind string

// The kinds of price.
const (
	PriceRecurring PriceKind = ""
	PriceOneTime   PriceKind = "one_time_price"
	PriceUsage     PriceKind = "usage_based_price"
)

// Price is what a product costs: per unit once, or per unit and interval.
type Price struct {
	Kind          PriceKind
	Amount        money.Amount // per unit and interval; the least where the customer may pay what they want
	Every         calendar.Interval
	Term          calendar.Interval // after which the subscription expires
	TrialDays     int
	TaxInclusive  bool
	ReductionBps  int64 // taken off Amount, in hundredths of a percent
	Parity        bool  // purchasing power parity; kept and answered only, as at Dodo
	FreeAmount    bool  // the customer may pay more than Amount (pay what you want)
	Suggested     int64 // minor units shown first when FreeAmount; 0 suggests nothing
	TrialAmount   int64 // minor units charged when a paid trial starts; 0 is a free trial
	TrialDiscount bool  // discount codes reduce TrialAmount
	TrialNoMethod bool  // a free trial starts without a payment method
	ZeroNoMethod  bool  // an order of nothing to pay needs no payment method
}

// Recurs reports a price that subscriptions are sold at.
func (p Price) Recurs() bool { return p.Kind != PriceOneTime }

// bps is how many hundredths of a percent are the whole.
const bps = 10_000

// Net is the price as it is charged: Amount with the price's own reduction
// taken off, rounded half away from zero, and no reduction left.
func (p Price) Net() (Price, error) {
	if p.ReductionBps == 0 {
		return p, nil
	}
	amount, err := p.Amount.Times(bps-p.ReductionBps, bps)
	p.Amount, p.ReductionBps = amount, 0
	return p, err
}

// check names everything that is wrong with the price.
func (p Price) check(check *fault.Check) {
	_, err := money.ParseCurrency(string(p.Amount.Currency))
	check.That(err == nil, "price.currency", "must be an upper-case ISO 4217 code")
	check.That(p.ReductionBps >= 0 && p.ReductionBps <= bps, "price.discount_bps", "must be between 0 and 10000")
	check.That(p.FreeAmount || p.Suggested == 0, "price.suggested_price", "needs pay_what_you_want")
	check.That(p.Suggested == 0 || p.Suggested >= p.Amount.Minor, "price.suggested_price", "must be at least the price")
	switch p.Kind {
	case PriceOneTime:
		check.That(p.Amount.Minor >= 0, "price.price", "must not be negative")
	case PriceUsage:
		check.That(p.Amount.Minor >= 0, "price.fixed_price", "must not be negative")
		p.checkPeriods(check)
	case PriceRecurring:
		check.That(p.Amount.Minor > 0, "price.price", "must be positive")
		p.checkPeriods(check)
		p.checkTrial(check)
	default:
		check.That(false, "price.type", "must be one_time_price, recurring_price or usage_based_price")
	}
}

func (p Price) checkPeriods(check *fault.Check) {
	check.That(p.Every.Valid(), "price.payment_frequency_interval", "must be a positive number of Day, Week, Month or Year")
	check.That(p.Term.Valid(), "price.subscription_period_interval", "must be a positive number of Day, Week, Month or Year")
}

func (p Price) checkTrial(check *fault.Check) {
	check.That(p.TrialDays >= 0 && p.TrialDays <= 10000, "price.trial_period_days", "must be between 0 and 10000")
	check.That(p.TrialAmount >= 0, "price.trial_amount", "must not be negative")
	check.That(p.TrialAmount == 0 || p.TrialDays > 0, "price.trial_amount", "needs trial_period_days")
	check.That(p.TrialAmount == 0 || !p.TrialNoMethod, "price.trial_payment_method_optional", "is for free trials only")
}
