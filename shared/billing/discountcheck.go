package billing

import (
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"perennial/shared/calendar"
	"perennial/shared/fault"
	"perennial/shared/money"
)

// DiscountCode makes a code findable: two discounts of one scope never share
// it while they exist.
type DiscountCode struct {
	Code     string // upper case
	Version  int64
	Discount string
}

// DiscountList names the customers who may redeem a discount whose
// eligibility is specific; a discount without a list has none.
type DiscountList struct {
	Discount  string
	Version   int64
	Customers []string
}

// Faults of discounts that are kept.
var (
	ErrDiscountType = fault.New(fault.Invalid, "UNSUPPORTED_DISCOUNT_TYPE", "A discount is of the type percentage or flat.")
	ErrCodeTaken    = fault.New(fault.Invalid, "DISCOUNT_CODE_ALREADY_EXISTS", "There is a discount with this code already.")
	ErrNoDiscount   = fault.New(fault.NotFound, "NOT_FOUND", "There is no such discount.")
)

// MaxListed is how many customers a discount may be reserved for.
const MaxListed = 10_000

// codes are what a discount may be called.
var codes = regexp.MustCompile(`^[A-Z0-9._-]{3,64}$`)

// NormalCode is the form in which a discount code is kept and found.
func NormalCode(code string) string { return strings.ToUpper(strings.TrimSpace(code)) }

// Check names everything that is wrong with the discount. A fault that lies
// in the percentage or the currency options alone has Dodo's own code.
func (d Discount) Check() error {
	if d.Type != DiscountPercentage && d.Type != DiscountFlat {
		return ErrDiscountType
	}
	var percentage, options, rest fault.Check
	d.checkOptions(&options)
	d.checkRest(&rest)
	percentage.That(d.Type == DiscountFlat || d.BasisPoints >= 1 && d.BasisPoints <= bps, "amount", "must be between 1 and 10000 basis points")
	own := []struct {
		code  string
		check *fault.Check
	}{{"INVALID_PERCENTAGE", &percentage}, {"DISCOUNT_CURRENCY_OPTION_INVALID", &options}, {"INVALID_REQUEST_PARAMETERS", &rest}}
	var all fault.Check
	var found []string
	for _, group := range own {
		if all.Add(group.check.Fault("", "")) {
			found = append(found, group.code)
		}
	}
	code := "INVALID_REQUEST_PARAMETERS"
	if len(found) == 1 {
		code = found[0]
	}
	return all.Fault(code, "The discount is not valid.")
}

func (d Discount) checkOptions(check *fault.Check) {
	defaults := 0
	for _, o := range d.Options {
		_, err := money.ParseCurrency(string(o.Currency))
		check.That(err == nil, "currency_options.currency", "must be an upper-case ISO 4217 code")
		check.That(o.Max > 0 || o.Max == 0 && d.Type == DiscountPercentage, "currency_options.max_amount_possible", "must be positive")
		check.That(o.MinimumSubtotal >= 0, "currency_options.minimum_subtotal", "must not be negative")
		if o.Default {
			defaults++
		}
	}
	check.That(len(d.Options) <= 50 && distinct(d.Options, func(o DiscountOption) string { return string(o.Currency) }),
		"currency_options.currency", "must name each currency once")
	check.That(defaults <= 1, "currency_options.is_default", "must be true once at most")
	check.That(d.Type == DiscountPercentage || len(d.Options) == 1 || defaults == 1,
		"currency_options", "a flat discount needs an option that is the default")
}

func (d Discount) checkRest(check *fault.Check) {
	check.That(codes.MatchString(d.Code), "code", "must have 3 to 64 letters, digits or . _ -")
	check.That(utf8.RuneCountInString(d.Name) <= maxName, "name", "must be at most 100 characters")
	check.That(d.UsageLimit >= 0, "usage_limit", "must be at least 1")
	check.That(d.PerCustomer >= 0, "per_customer_usage_limit", "must be at least 1")
	check.That(d.UsageLimit == 0 || d.PerCustomer <= d.UsageLimit, "per_customer_usage_limit", "must be at most usage_limit")
	check.That(d.Cycles >= 0, "subscription_cycles", "must be at least 1")
	check.That(d.StartsAt.IsZero() || d.ExpiresAt.IsZero() || d.StartsAt < d.ExpiresAt, "starts_at", "must be before expires_at")
	check.That(slices.Contains([]Eligibility{"", EligibleAny, EligibleFirstTime, EligibleExisting, EligibleSpecific}, d.Eligibility),
		"customer_eligibility", "must be any, first_time, existing or specific")
	check.That(len(d.Products) <= 500 && distinct(d.Products, func(id string) string { return id }), "restricted_to", "must be at most 500, each once")
}

// Active reports a discount that can be redeemed: begun, not ended, and not
// used as often as it may be.
func (d Discount) Active(at calendar.Instant, used int64) bool {
	return !d.Deleted && d.StartsAt <= at && (d.ExpiresAt.IsZero() || at < d.ExpiresAt) && (d.UsageLimit == 0 || used < d.UsageLimit)
}

// AppliesTo reports a discount that is not restricted to other products.
func (d Discount) AppliesTo(product string) bool {
	return len(d.Products) == 0 || slices.Contains(d.Products, product)
}
