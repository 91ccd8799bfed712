package billing

import (
	"slices"

	"perennial/shared/calendar"
	"perennial/shared/fault"
	"perennial/shared/money"
)

// Faults of redeeming, with Dodo's codes.
var (
	ErrDiscountUnknown    = fault.New(fault.Invalid, "INVALID_DISCOUNT_CODE", "This discount code is not valid.")
	ErrDiscountEarly      = fault.New(fault.Invalid, "DISCOUNT_NOT_YET_ACTIVE", "This discount code cannot be used yet.")
	ErrDiscountExpired    = fault.New(fault.Invalid, "DISCOUNT_CODE_EXPIRED", "This discount code has expired.")
	ErrDiscountUsedUp     = fault.New(fault.Invalid, "DISCOUNT_CODE_USAGE_LIMIT_EXCEEDED", "This discount code has been used up.")
	ErrDiscountOwnUsedUp  = fault.New(fault.Invalid, "DISCOUNT_PER_CUSTOMER_USAGE_LIMIT_EXCEEDED", "You have used this discount code as often as is allowed.")
	ErrDiscountNotForYou  = fault.New(fault.Invalid, "DISCOUNT_CUSTOMER_NOT_ELIGIBLE", "This discount code is not for this customer.")
	ErrDiscountProduct    = fault.New(fault.Invalid, "DISCOUNT_NOT_AVAILABLE_FOR_PRODUCT", "This discount code is not for these products.")
	ErrDiscountCurrency   = fault.New(fault.Invalid, "DISCOUNT_CURRENCY_OPTION_INVALID", "This discount code is not for this currency.")
	ErrDiscountMinimum    = fault.New(fault.Invalid, "DISCOUNT_MINIMUM_SUBTOTAL_NOT_MET", "The order is too small for this discount code.")
	ErrDiscountTwice      = fault.New(fault.Invalid, "DISCOUNT_ALREADY_USED_ON_SUBSCRIPTION", "This discount code is used already.")
	ErrDiscountContention = fault.New(fault.Unavailable, "DISCOUNT_CONCURRENT_REDEMPTION", "Many people are using this discount code. Please try again.")
	ErrDiscountsTooMany   = fault.New(fault.Invalid, "INVALID_REQUEST_PARAMETERS", "At most 20 discount codes can be used together.")
)

// Redeemer is who wants to redeem a discount.
type Redeemer struct {
	Paid   bool // has a succeeded payment
	Listed bool // is on the discount's list of eligible customers
}

// Redeemable refuses a discount that may not be redeemed at an instant by
// somebody. How often it was redeemed is checked when it is counted.
func (d Discount) Redeemable(r Redeemer, at calendar.Instant) error {
	switch {
	case d.ID == "" || d.Deleted:
		return ErrDiscountUnknown
	case at < d.StartsAt:
		return ErrDiscountEarly
	case !d.ExpiresAt.IsZero() && at >= d.ExpiresAt:
		return ErrDiscountExpired
	case d.Eligibility == EligibleFirstTime && r.Paid,
		d.Eligibility == EligibleExisting && !r.Paid,
		d.Eligibility == EligibleSpecific && !r.Listed:
		return ErrDiscountNotForYou
	}
	return nil
}

// Fits refuses a discount that would take nothing off lines of one currency,
// at their list prices.
func (d Discount) Fits(lines []Line, c money.Currency) error {
	option, known := d.option(c)
	if d.Type == DiscountFlat && !known {
		return ErrDiscountCurrency
	}
	if !slices.ContainsFunc(lines, func(l Line) bool { return len(d.Products) == 0 || slices.Contains(d.Products, l.Product) }) {
		return ErrDiscountProduct
	}
	priced, err := Draft{Currency: c, Lines: lines}.Invoice()
	if err != nil {
		return err
	}
	if priced.Subtotal.Minor < option.MinimumSubtotal {
		return ErrDiscountMinimum
	}
	return nil
}

// Has reports whether a customer is on the list.
func (l DiscountList) Has(customer string) bool { return slices.Contains(l.Customers, customer) }

// Worth is the discount's amount as it is named: basis points of a
// percentage, minor units of a flat amount in its default currency.
func (d Discount) Worth() int64 {
	if d.Type == DiscountPercentage || len(d.Options) == 0 {
		return d.BasisPoints
	}
	i := max(0, slices.IndexFunc(d.Options, func(o DiscountOption) bool { return o.Default }))
	return d.Options[i].Max
}

// DiscountUse counts how often a discount was redeemed, in total or by one
// customer. It moves in the commit that locks the first attempt to pay with
// the discount, so that nobody pays a price that is not to be had; a purchase
// that ends unpaid gives its count back.
type DiscountUse struct {
	ID      string // DiscountUseID
	Version int64
	Used    int64
}

// DiscountUseID names a count: in total when there is no customer.
func DiscountUseID(discount, customer string) string {
	if customer == "" {
		return discount
	}
	return discount + "/" + customer
}

// Applied is a discount as a subscription or purchase keeps it: its terms
// when it was redeemed, and how many periods it still reduces.
type Applied struct {
	Discount
	Left    int   // periods left; meaningless when Cycles is 0, which is for ever
	Counted bool  // this redemption is in the discount's counts
	Used    int64 // redemptions in total when it was counted
}

// ApplyDiscounts makes discounts ready to be kept by what they were redeemed
// for, in the order in which they are applied.
func ApplyDiscounts(discounts []Discount) []Applied {
	var out []Applied
	for _, d := range discounts {
		out = append(out, Applied{Discount: d, Left: d.Cycles})
	}
	return out
}

// Live reports whether the discount reduces the next period.
func (a Applied) Live() bool { return a.Cycles == 0 || a.Left > 0 }

// Uses names the counts that counting discounts (or, counted, giving them
// back) touches.
func Uses(applied []Applied, customer string, counted bool) []string {
	var names []string
	for _, a := range applied {
		if a.Counted == counted {
			names = append(names, DiscountUseID(a.ID, ""), DiscountUseID(a.ID, customer))
		}
	}
	return names
}

// Count redeems what is not counted yet, within the limits. The counts are
// those that Uses names, as they are stored.
func Count(applied []Applied, customer string, counts []DiscountUse) ([]Applied, []DiscountUse, error) {
	out := slices.Clone(applied)
	var moved []DiscountUse
	for i, a := range out {
		if a.Counted {
			continue
		}
		total, own := countOf(counts, a.ID, ""), countOf(counts, a.ID, customer)
		switch {
		case a.UsageLimit > 0 && total.Used >= a.UsageLimit:
			return nil, nil, ErrDiscountUsedUp
		case a.PerCustomer > 0 && own.Used >= a.PerCustomer:
			return nil, nil, ErrDiscountOwnUsedUp
		}
		total.Used, own.Used = total.Used+1, own.Used+1
		out[i].Counted, out[i].Used = true, total.Used
		moved = append(moved, total, own)
	}
	return out, moved, nil
}

// Uncount gives back what a purchase that ended unpaid had counted.
func Uncount(applied []Applied, customer string, counts []DiscountUse) ([]Applied, []DiscountUse) {
	out := slices.Clone(applied)
	var moved []DiscountUse
	for i, a := range out {
		if !a.Counted {
			continue
		}
		for _, use := range []DiscountUse{countOf(counts, a.ID, ""), countOf(counts, a.ID, customer)} {
			use.Used = max(0, use.Used-1)
			moved = append(moved, use)
		}
		out[i].Counted = false
	}
	return out, moved
}

func countOf(counts []DiscountUse, discount, customer string) DiscountUse {
	id := DiscountUseID(discount, customer)
	if i := slices.IndexFunc(counts, func(u DiscountUse) bool { return u.ID == id }); i >= 0 {
		return counts[i]
	}
	return DiscountUse{ID: id}
}

// spend takes a paid invoice's period off the discounts that reduced it.
func spend(applied []Applied, v Invoice) []Applied {
	out := slices.Clone(applied)
	for _, r := range v.Reductions {
		for i, a := range out {
			if a.ID == r.Discount && a.Cycles > 0 {
				out[i].Left = max(0, a.Left-1)
			}
		}
	}
	return out
}

// Unredeemed are the discounts that only a change of plan had which is gone:
// their redemptions do not count. Each is named once.
func (s Subscription) Unredeemed(before Subscription) []Applied {
	var had, has []Applied
	for _, c := range []*PlanChange{before.Change, before.Scheduled} {
		if c == nil {
			continue
		}
		for _, a := range c.Plan.Discounts {
			if !slices.ContainsFunc(had, func(b Applied) bool { return a.ID == b.ID }) {
				had = append(had, a)
			}
		}
	}
	has = append(has, s.kept(before)...)
	for _, c := range []*PlanChange{s.Change, s.Scheduled} {
		if c != nil {
			has = append(has, c.Plan.Discounts...)
		}
	}
	return slices.DeleteFunc(had, func(a Applied) bool {
		return slices.ContainsFunc(has, func(b Applied) bool { return a.ID == b.ID })
	})
}

// kept are the discounts that a subscription has apart from its plan changes.
// While a change is applied and unpaid those of its former plan are; what ends
// before it is paid never had the others.
func (s Subscription) kept(before Subscription) []Applied {
	c := before.Change
	switch unpaid := c != nil && c.Former != nil; {
	case unpaid && s.Status.Ended():
		return c.Former.Plan.Discounts
	case unpaid:
		return slices.Concat(c.Former.Plan.Discounts, s.Discounts)
	}
	return slices.Concat(before.Discounts, s.Discounts)
}
