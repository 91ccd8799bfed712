package oracle

import "math/big"

// Discount is a code as it was redeemed.
type Discount struct {
	ID     string
	Bps    int64 // of a percentage, hundredths of a percent
	Flat   int64 // minor units off all lines together; 0: a percentage
	Cap    int64 // most that a percentage takes; 0: no cap
	Only   string
	Cycles int // billing periods that it reduces; 0: all
	Used   int // periods that it has reduced
	Keep   bool
}

// live reports a discount that reduces the coming period.
func (d Discount) live() bool { return d.Cycles == 0 || d.Used < d.Cycles }

// reduce takes the discount off what earlier ones have left of the lines.
func (d Discount) reduce(lines []Line) {
	left, takes := make([]int64, len(lines)), make([]int64, len(lines))
	var base, sum int64
	for i, l := range lines {
		if l.Amount <= 0 || d.Only != "" && d.Only != l.ID {
			continue
		}
		left[i] = l.Amount - l.Discount
		takes[i] = Round(new(big.Rat).Mul(fraction(left[i], 1), fraction(d.Bps, 10_000)))
		base, sum = base+left[i], sum+takes[i]
	}
	switch {
	case d.Flat > 0:
		takes = spread(min(d.Flat, base), left)
	case d.Cap > 0 && sum > d.Cap:
		takes = spread(d.Cap, left)
	}
	for i := range lines {
		lines[i].Discount += takes[i]
	}
}

// spread hands an amount out by weights: whole units first, then one more to
// the largest remainders, the earlier line first.
func spread(amount int64, weights []int64) []int64 {
	parts := make([]int64, len(weights))
	var total int64
	for _, w := range weights {
		total += w
	}
	if total == 0 {
		return parts
	}
	rest, given := make([]*big.Rat, len(weights)), int64(0)
	for i, w := range weights {
		exact := new(big.Rat).Mul(fraction(amount, 1), fraction(w, total))
		parts[i] = new(big.Int).Quo(exact.Num(), exact.Denom()).Int64()
		rest[i] = exact.Sub(exact, fraction(parts[i], 1))
		given += parts[i]
	}
	for ; given < amount; given++ {
		most := 0
		for i := range rest {
			if rest[i].Cmp(rest[most]) > 0 {
				most = i
			}
		}
		parts[most]++
		rest[most] = new(big.Rat)
	}
	return parts
}

// Taken is what discounts take off each of some prices, in their order.
func Taken(prices []int64, discounts []Discount) []int64 {
	lines := make([]Line, len(prices))
	for i, p := range prices {
		lines[i].Amount = p
	}
	for _, d := range discounts {
		d.reduce(lines)
	}
	taken := make([]int64, len(lines))
	for i, l := range lines {
		taken[i] = l.Discount
	}
	return taken
}
