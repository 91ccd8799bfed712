package billing

import (
	"slices"

	"perennial/shared/calendar"
	"perennial/shared/fault"
	"perennial/shared/money"
)

// PricingMode says what a product's localized prices go by; none are used
// when it is empty.
type PricingMode string

// The pricing modes, in the wire's names.
const (
	ByCurrency PricingMode = "by_currency"
	ByCountry  PricingMode = "by_country"
)

// LocalPrice is what a product costs in another currency or country.
type LocalPrice struct {
	ID        string // lcp_…
	Amount    money.Amount
	Country   string // of a price by country
	CreatedAt calendar.Instant
	UpdatedAt calendar.Instant
}

// Faults of localized prices.
var (
	ErrNoPricingMode  = fault.New(fault.Invalid, "PRODUCT_PRICING_MODE_REQUIRED", "Set the product's pricing_mode first.")
	ErrPriceShape     = fault.New(fault.Invalid, "LOCALIZED_PRICE_SHAPE_MISMATCH", "country_code is required by pricing_mode by_country and forbidden by by_currency.")
	ErrPriceExists    = fault.New(fault.Invalid, "LOCALIZED_PRICE_ALREADY_EXISTS", "There is a localized price for this already.")
	ErrPriceIsBase    = fault.New(fault.Invalid, "LOCALIZED_PRICE_DUPLICATES_BASE", "This is the currency of the product's own price.")
	ErrNoLocalPrice   = fault.New(fault.NotFound, "NOT_FOUND", "There is no such localized price.")
	errTooManyLocally = fault.New(fault.Invalid, "INVALID_REQUEST_PARAMETERS", "A product has at most 250 localized prices.")
)

// maxLocal leaves room for every country.
const maxLocal = 250

// AddLocal adds a localized price of the product's mode.
func (p Product) AddLocal(l LocalPrice) (Product, error) {
	switch {
	case p.Mode == "":
		return p, ErrNoPricingMode
	case (p.Mode == ByCountry) != (l.Country != ""):
		return p, ErrPriceShape
	case p.Mode == ByCurrency && l.Amount.Currency == p.Price.Amount.Currency:
		return p, ErrPriceIsBase
	case len(p.Local) >= maxLocal:
		return p, errTooManyLocally
	}
	if err := l.check(); err != nil {
		return p, err
	}
	for _, other := range p.Local {
		if p.Mode == ByCountry && other.Country == l.Country || p.Mode == ByCurrency && other.Amount.Currency == l.Amount.Currency {
			return p, ErrPriceExists
		}
	}
	p.Local = append(slices.Clone(p.Local), l)
	return p, nil
}

func (l LocalPrice) check() error {
	var check fault.Check
	_, err := money.ParseCurrency(string(l.Amount.Currency))
	check.That(err == nil, "currency", "must be an upper-case ISO 4217 code")
	check.That(l.Amount.Minor > 0, "amount", "must be positive")
	return check.Fault("INVALID_REQUEST_PARAMETERS", "The localized price is not valid.")
}

// LocalByID finds a localized price, or ErrNoLocalPrice.
func (p Product) LocalByID(id string) (LocalPrice, error) {
	for _, l := range p.Local {
		if l.ID == id {
			return l, nil
		}
	}
	return LocalPrice{}, ErrNoLocalPrice
}

// SetLocal changes the amount of a localized price.
func (p Product) SetLocal(id string, minor int64, at calendar.Instant) (Product, error) {
	p.Local = slices.Clone(p.Local)
	for i, l := range p.Local {
		if l.ID == id {
			l.Amount.Minor, l.UpdatedAt = minor, at
			p.Local[i] = l
			return p, l.check()
		}
	}
	return p, ErrNoLocalPrice
}

// DropLocal removes a localized price.
func (p Product) DropLocal(id string) (Product, error) {
	kept := slices.DeleteFunc(slices.Clone(p.Local), func(l LocalPrice) bool { return l.ID == id })
	if len(kept) == len(p.Local) {
		return p, ErrNoLocalPrice
	}
	p.Local = kept
	return p, nil
}

// InMode changes what localized prices go by; those of another mode end.
func (p Product) InMode(mode PricingMode) Product {
	if p.Mode != mode {
		p.Mode, p.Local = mode, nil
	}
	return p
}

// PriceFor is the price for a buyer in a country who pays in a currency; an
// empty currency leaves the choice to the product. It is the product's own
// price, or the localized one of its mode, with the price's own reduction
// still on it. A trial's amount and a suggested one keep their proportion to
// the price.
func (p Product) PriceFor(country string, currency money.Currency) (Price, error) {
	for _, l := range p.Local {
		if p.Mode == ByCountry && l.Country == country || p.Mode == ByCurrency && l.Amount.Currency == currency {
			return p.Price.in(l.Amount)
		}
	}
	return p.Price, nil
}

// in is the price at another amount, in whatever currency.
func (p Price) in(amount money.Amount) (Price, error) {
	base := p.Amount.Minor
	p.Amount = amount
	for _, part := range []*int64{&p.TrialAmount, &p.Suggested} {
		if *part == 0 || base == 0 {
			continue
		}
		scaled, err := money.Of(*part, amount.Currency).Times(amount.Minor, base)
		if err != nil {
			return p, err
		}
		*part = max(1, scaled.Minor)
	}
	return p, nil
}
