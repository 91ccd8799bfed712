package billing

import (
	"slices"

	"perennial/shared/calendar"
	"perennial/shared/money"
)

// DiscountType is how a discount is reckoned.
type DiscountType string

// The discount types.
const (
	DiscountPercentage DiscountType = "percentage"
	DiscountFlat       DiscountType = "flat"
)

// Eligibility is who may redeem a discount.
type Eligibility string

// The eligibilities; empty means anybody.
const (
	EligibleAny       Eligibility = "any"
	EligibleFirstTime Eligibility = "first_time" // has never paid
	EligibleExisting  Eligibility = "existing"   // has paid before
	EligibleSpecific  Eligibility = "specific"   // is on the discount's list, which is stored apart
)

// MaxDiscounts is how many codes may be stacked (Dodo).
const MaxDiscounts = 20

// Discount is a price reduction that customers redeem with its code. What is
// stored is this value; how often it was redeemed is counted in an item of
// its own (DiscountUse), so that editing and redeeming do not meet. Its terms
// are copied where it is redeemed: later edits touch new redemptions only.
type Discount struct {
	ID           string // dsc_…
	Version      int64
	Code         string // upper case, unique in the scope while the discount exists
	Name         string
	Type         DiscountType
	BasisPoints  int64            // of a percentage: 540 is 5.4 %, at most 10000
	Options      []DiscountOption // of a flat discount the amounts, of a percentage the caps
	Products     []string         // the products it is restricted to; none: every product
	UsageLimit   int64            // redemptions in total; 0: no limit
	PerCustomer  int64            // redemptions of one customer; 0: no limit
	Cycles       int              // billing periods of a subscription that it reduces; 0: all
	StartsAt     calendar.Instant // when redeeming begins; zero: at once
	ExpiresAt    calendar.Instant // when redeeming ends; zero: never
	Eligibility  Eligibility
	KeepOnChange bool // a change of plan keeps it (preserve_on_plan_change)
	Metadata     map[string]any
	Deleted      bool
	CreatedAt    calendar.Instant
	UpdatedAt    calendar.Instant
}

// DiscountOption is what a discount does in one currency.
type DiscountOption struct {
	Currency        money.Currency
	Default         bool
	Max             int64 // minor units: the flat amount, or the cap of a percentage; 0: no cap
	MinimumSubtotal int64 // minor units of list prices; 0: none
}

// option is what the discount says for a currency.
func (d Discount) option(c money.Currency) (DiscountOption, bool) {
	i := slices.IndexFunc(d.Options, func(o DiscountOption) bool { return o.Currency == c })
	if i < 0 {
		return DiscountOption{Currency: c}, false
	}
	return d.Options[i], true
}

// reduces reports whether the discount takes anything off a line.
func (d Discount) reduces(l Line) bool {
	return l.discountable() && (len(d.Products) == 0 || slices.Contains(d.Products, l.Product))
}

// discounted takes the discounts off the lines, in their order, each off what
// the ones before have left. The minimum subtotal is compared with the list
// prices, so that the order does not matter for it.
func (v Invoice) discounted(discounts []Discount) (Invoice, error) {
	v.Discount = money.Of(0, v.Subtotal.Currency)
	for _, d := range discounts {
		parts, err := d.parts(v)
		if err != nil {
			return Invoice{}, err
		}
		taken := money.Of(0, v.Subtotal.Currency)
		for i := range v.Lines {
			v.Lines[i].Discount.Minor += parts[i]
			taken.Minor += parts[i]
		}
		if taken.Nothing() {
			continue
		}
		v.Discount.Minor += taken.Minor
		v.Reductions = append(v.Reductions, Reduction{Discount: d.ID, Code: d.Code, Amount: taken})
	}
	return v, nil
}

// listed is what the invoice's own lines cost before discounts.
func (v Invoice) listed() int64 {
	sum := v.Subtotal.Minor
	for _, l := range v.Lines {
		if l.Kind == LineCarried {
			sum -= l.Amount.Minor
		}
	}
	return sum
}

// parts is what the discount takes off each line. It never exceeds what the
// line still costs.
func (d Discount) parts(v Invoice) ([]int64, error) {
	parts, left := make([]int64, len(v.Lines)), make([]int64, len(v.Lines))
	option, known := d.option(v.Subtotal.Currency)
	if v.listed() < option.MinimumSubtotal || d.Type == DiscountFlat && !known {
		return parts, nil
	}
	base, taken := money.Of(0, v.Subtotal.Currency), money.Of(0, v.Subtotal.Currency)
	for i, l := range v.Lines {
		if !d.reduces(l) {
			continue
		}
		left[i] = l.Discounted().Minor
		part, err := l.Discounted().Times(min(d.BasisPoints, 10_000), 10_000)
		if err != nil {
			return nil, err
		}
		parts[i] = part.Minor
		base.Minor, taken.Minor = base.Minor+left[i], taken.Minor+part.Minor
	}
	limit := taken.Minor
	if d.Type == DiscountFlat {
		limit = min(option.Max, base.Minor)
	} else if option.Max > 0 {
		limit = min(option.Max, limit)
	}
	if limit == taken.Minor || base.Nothing() {
		return parts, nil
	}
	shares, err := money.Of(limit, base.Currency).Split(left)
	for i, share := range shares {
		parts[i] = share.Minor
	}
	return parts, err
}
