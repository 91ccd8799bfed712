// Package tax decides what tax a sale bears and divides amounts by it: rates by
// country, category and date, the seller's registrations, reverse charge,
// exemption, and the correction of what was charged at a wrong rate.
//
// It owns no address, invoice or payment; an invoice line keeps the Decision
// that it was made with. Perennial is not a merchant of record: the merchant
// sells, so tax is charged only under a registration of the merchant that is
// valid on the tax date. Rates are exact; an amount is rounded once per line,
// half away from zero.
package tax

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Errors of this package. Each stops the sale: a silent 0 % is a debt of the
// merchant that nobody sees.
var (
	ErrCountry  = errors.New("tax: unknown country")
	ErrCategory = errors.New("tax: unknown category")
	ErrNoRate   = errors.New("tax: no rate known")
	ErrDate     = errors.New("tax: no date")
	ErrRate     = errors.New("tax: not a rate")
)

// Category is what kind of thing is sold; spelled as on the wire.
type Category string

// The categories. Goods is not on the wire; it exists because Northern Ireland
// is in the EU for goods alone.
const (
	DigitalProducts Category = "digital_products"
	SaaS            Category = "saas"
	EBook           Category = "e_book"
	EdTech          Category = "edtech"
	LiveTutoring    Category = "live_tutoring"
	Goods           Category = "goods"
)

// Known reports whether the category is one of the list. An empty category
// counts as a digital product.
func (c Category) Known() bool {
	switch c {
	case "", DigitalProducts, SaaS, EBook, EdTech, LiveTutoring, Goods:
		return true
	}
	return false
}

// Rate is a tax rate in millionths: 190000 is 19 %, 88750 is 8.875 %.
type Rate int64

const whole = 1_000_000 // a rate of 100 %

// ParseRate reads a percentage with at most four decimals, such as "25.5".
func ParseRate(percent string) (Rate, error) {
	units, decimals, _ := strings.Cut(percent, ".")
	if len(decimals) > 4 || units == "" {
		return 0, fmt.Errorf("%w: %q", ErrRate, percent)
	}
	n, err := strconv.ParseUint(units+(decimals + "0000")[:4], 10, 32)
	if err != nil || n > whole {
		return 0, fmt.Errorf("%w: %q", ErrRate, percent)
	}
	return Rate(n), nil
}

// Percent is the rate as a percentage without trailing zeros, such as "25.5".
func (r Rate) Percent() string {
	return strconv.FormatFloat(float64(r)/(whole/100), 'f', -1, 64)
}

// Date is a calendar day as "2006-01-02"; dates compare as strings. Empty means
// open, or absent.
type Date string

// ParseDate accepts an existing day of the calendar.
func ParseDate(s string) (Date, error) {
	if _, err := time.Parse(time.DateOnly, s); err != nil {
		return "", fmt.Errorf("%w: %q", ErrDate, s)
	}
	return Date(s), nil
}

// within reports whether from <= d < until, where empty bounds are open.
func (d Date) within(from, until Date) bool {
	return from <= d && (until == "" || d < until)
}

// Treatment is how a line is taxed.
type Treatment string

// The treatments.
const (
	Standard      Treatment = "standard"
	Reduced       Treatment = "reduced"
	ZeroRated     Treatment = "zero_rated"
	ReverseCharge Treatment = "reverse_charge"
	Exempt        Treatment = "exempt"
	NotCollecting Treatment = "not_collecting"
	OutOfScope    Treatment = "out_of_scope"
)

// Reason says why a treatment was chosen; empty where the rate of the place
// and category applies without more.
type Reason string

// The reasons.
const (
	ReasonNoRegistration Reason = "not_collecting"      // no registration valid there on that date
	ReasonBusiness       Reason = "business_abroad"     // a valid tax id in another country
	ReasonCustomer       Reason = "customer_exempt"     // the customer is exempt
	ReasonOverride       Reason = "merchant_override"   // the merchant's own rate
	ReasonOutside        Reason = "outside_vat_area"    // a territory without this tax
	ReasonThreshold      Reason = "below_threshold"     // the seller's own country taxes small sales abroad
	ReasonPending        Reason = "tax_id_pending"      // taxed because the tax id could not be checked yet
	ReasonMismatch       Reason = "tax_id_of_elsewhere" // taxed because the tax id belongs to another country than the address
)
