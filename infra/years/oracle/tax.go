package oracle

import (
	"math/big"
	"time"
)

// Rates are the tax rates of a place, each from one day on. None: no tax.
type Rates struct {
	Zone  *time.Location // whose day counts
	Steps []Step
}

// Step is a rate from a day on.
type Step struct {
	From    string // 2006-01-02
	Percent string // such as "8.875"
}

// On is the rate on the day of an instant, as a fraction of the net amount.
func (r Rates) On(at time.Time) *big.Rat {
	rate := new(big.Rat)
	for _, s := range r.Steps {
		if at.In(r.Zone).Format(time.DateOnly) >= s.From {
			rate.SetString(s.Percent)
			rate.Quo(rate, big.NewRat(100, 1))
		}
	}
	return rate
}

// taxOf is the tax of one line and what the line costs with it. The tax of an
// inclusive price lies within.
func taxOf(amount int64, rate *big.Rat, inclusive bool) (tax, gross int64) {
	price := fraction(amount, 1)
	if !inclusive {
		tax = Round(price.Mul(price, rate))
		return tax, amount + tax
	}
	whole := new(big.Rat).Add(big.NewRat(1, 1), rate)
	tax = Round(price.Mul(price, rate).Quo(price, whole))
	return tax, amount
}

// Tax is the tax of one amount, on top of it or within.
func Tax(amount int64, rate *big.Rat, inclusive bool) int64 {
	tax, _ := taxOf(amount, rate, inclusive)
	return tax
}

// Refund is the tax inside a refund of a line, when parts of it went back
// before: all refunds together never hold more than their share, and a whole
// refund holds all of it (peers: several partial refunds).
func (l Line) Refund(before, amount int64) int64 {
	upTo := func(back int64) int64 {
		return Round(new(big.Rat).Mul(fraction(l.Tax, 1), fraction(back, l.Gross)))
	}
	return upTo(before+amount) - upTo(before)
}
