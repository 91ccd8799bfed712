package stripe

import (
	"fmt"
	"strings"

	"perennial/shared/gateway"
	"perennial/shared/money"
)

// Stripe counts some currencies in other units than ISO 4217 does: see
// https://docs.stripe.com/currencies#special-cases.
var (
	wholeUnits = map[money.Currency]bool{
		"BIF": true, "CLP": true, "DJF": true, "GNF": true, "JPY": true, "KMF": true, "KRW": true, "MGA": true,
		"PYG": true, "RWF": true, "VND": true, "VUV": true, "XAF": true, "XOF": true, "XPF": true,
	}
	thousandths = map[money.Currency]bool{"BHD": true, "JOD": true, "KWD": true, "OMR": true, "TND": true}
)

// places is the number of decimals in which Stripe counts a currency.
func places(c money.Currency) int {
	switch {
	case wholeUnits[c]:
		return 0
	case thousandths[c]:
		return 3
	}
	return 2
}

// units is an amount as Stripe counts it. An amount that Stripe cannot charge
// exactly is rejected, never rounded.
func units(a money.Amount) (int64, error) {
	minor, from, to := a.Minor, a.Currency.Exponent(), places(a.Currency)
	for ; from < to; from++ {
		if minor*10/10 != minor {
			return 0, fmt.Errorf("stripe cannot charge %v: %w", a, gateway.ErrRejected)
		}
		minor *= 10
	}
	for ; from > to; from-- {
		if minor%10 != 0 {
			return 0, fmt.Errorf("stripe cannot charge %v: %w", a, gateway.ErrRejected)
		}
		minor /= 10
	}
	if thousandths[a.Currency] && minor%10 != 0 {
		return 0, fmt.Errorf("stripe cannot charge %v: %w", a, gateway.ErrRejected)
	}
	return minor, nil
}

// amount reads what Stripe counted.
func amount(counted int64, currency string) (money.Amount, error) {
	c, err := money.ParseCurrency(strings.ToUpper(currency))
	if err != nil {
		return money.Amount{}, fmt.Errorf("%w: currency", errUnreadable)
	}
	from, to := places(c), c.Exponent()
	for ; from < to; from++ {
		counted *= 10
	}
	for ; from > to; from-- {
		if counted%10 != 0 {
			return money.Amount{}, fmt.Errorf("%w: %d %s", errUnreadable, counted, c)
		}
		counted /= 10
	}
	return money.Of(counted, c), nil
}
