// Package oracle is a second and naive implementation of the rules of money,
// against which the engine is compared. It was written from the rules, not
// from the engine, and shares no code with it: civil dates are counted by
// hand, every amount is a fraction until it is rounded once per line.
//
// It knows one subscription at a time, is told what happened and when, and
// says what must have been charged.
package oracle

import (
	"math/big"
	"slices"
	"time"
)

// Plan is what one period costs.
type Plan struct {
	Items     []Item
	Every     Every
	Inclusive bool // prices hold the tax
}

// Item is one position of a plan: the product or an addon.
type Item struct {
	ID       string
	Unit     int64 // minor units
	Quantity int64
}

// Price is what the plan costs before discounts and tax.
func (p Plan) Price() int64 {
	var sum int64
	for _, i := range p.Items {
		sum += i.Unit * i.Quantity
	}
	return sum
}

// Line is one position of a bill.
type Line struct {
	ID       string
	Amount   int64 // list price, or its share
	Discount int64
	Tax      int64
	Gross    int64
}

// Bill is what was asked for at once.
type Bill struct {
	Cause    string // first, renewal, change
	At       time.Time
	From, To time.Time
	Lines    []Line
	Discount int64
	Tax      int64
	Total    int64 // the lines' gross amounts
	Credit   int64 // applied after tax
	used     []string
	own      int // lines that are for the bill's own period; the others were carried to it
}

// Due is what the customer pays.
func (b Bill) Due() int64 { return b.Total - b.Credit }

// bill puts discounts and tax on priced lines, then credit on their total.
func (s *Sub) bill(lines []Line, plan Plan, discounts []Discount, at time.Time) Bill {
	b := Bill{At: at, Lines: slices.Clone(lines), own: len(lines)}
	for _, d := range discounts {
		before := b.Discount
		d.reduce(b.Lines)
		b.Discount = 0
		for _, l := range b.Lines {
			b.Discount += l.Discount
		}
		if b.Discount > before {
			b.used = append(b.used, d.ID)
		}
	}
	rate := s.Rates.On(at)
	for i := range b.Lines {
		l := &b.Lines[i]
		l.Tax, l.Gross = taxOf(l.Amount-l.Discount, rate, plan.Inclusive)
		b.Tax, b.Total = b.Tax+l.Tax, b.Total+l.Gross
	}
	return b
}

// full prices whole periods of a plan.
func full(p Plan) []Line { return share(p, big.NewRat(1, 1)) }

// share prices a part of a period: each line is rounded once.
func share(p Plan, part *big.Rat) []Line {
	var lines []Line
	for _, i := range p.Items {
		whole := new(big.Rat).SetInt64(i.Unit)
		whole.Mul(whole, new(big.Rat).SetInt64(i.Quantity))
		lines = append(lines, Line{ID: i.ID, Amount: Round(whole.Mul(whole, part))})
	}
	return lines
}

// Round is to the nearest integer, halves away from zero.
func Round(r *big.Rat) int64 {
	if r.Sign() < 0 {
		return -Round(new(big.Rat).Neg(r))
	}
	half := new(big.Rat).Add(r, big.NewRat(1, 2))
	return new(big.Int).Quo(half.Num(), half.Denom()).Int64()
}

// fraction is a/b.
func fraction(a, b int64) *big.Rat { return big.NewRat(a, b) }
