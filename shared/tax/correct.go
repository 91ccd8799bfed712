package tax

import (
	"fmt"

	"perennial/shared/money"
)

// Taken is a payment that may have been taken at wrong rates.
type Taken struct {
	Payment     string
	Currency    money.Currency
	Lines       []TakenLine
	Disputed    bool // a dispute is open or lost: its money is the bank's matter
	Corrections int  // tax corrections made of it before
}

// TakenLine is one line as it was taxed, and how it should have been.
type TakenLine struct {
	Was, Right Decision
	Charged    Taxed        // as it stands after earlier corrections
	Refunded   money.Amount // gross, what refunds took of it; tax corrections do not count
}

// Skip is why a payment is not corrected.
type Skip string

// The reasons.
const (
	SkipNothing  Skip = "" // it is corrected, or was right
	SkipDisputed Skip = "disputed"
	SkipRefunded Skip = "fully_refunded"
)

// Correction is what a payment needs (rules 16, R273). Too much tax: a credit
// note, and a refund of the tax alone. Too little: a corrected invoice in
// which the same gross amount holds more tax, which the merchant bears; the
// customer is never charged.
type Correction struct {
	Payment  string
	Key      string // takes effect once: the payment and the number of the correction
	Skip     Skip
	Lines    []CorrectedLine // those that change
	Refund   money.Amount    // never negative
	Absorbed money.Amount    // tax that the merchant owes more, out of the same money; negative when less
}

// CorrectedLine is a line before and after, without what was refunded of it.
type CorrectedLine struct {
	Line          int // index in Taken.Lines
	Right         Decision
	Before, After Taxed
}

// Needed reports whether there is anything to correct.
func (c Correction) Needed() bool { return c.Skip == SkipNothing && len(c.Lines) > 0 }

// Correct reckons what a payment needs. What was refunded is left out of it,
// and a payment that was refunded whole or is disputed is skipped.
func (t Taken) Correct() (Correction, error) {
	none := money.Of(0, t.Currency)
	c := Correction{Payment: t.Payment, Key: fmt.Sprintf("tax_correction/%s/%d", t.Payment, t.Corrections+1), Refund: none, Absorbed: none}
	if t.Disputed {
		c.Skip = SkipDisputed
		return c, nil
	}
	left, gone, err := t.left()
	if err != nil || gone {
		c.Skip = SkipRefunded
		return c, err
	}
	fixed, err := c.lines(t, left, Decision.onNet)
	if err == nil && fixed.Refund.Minor < 0 { // credits would make the customer owe: the merchant bears it
		fixed, err = c.lines(t, left, Decision.inGross)
	}
	if err != nil {
		return Correction{}, fmt.Errorf("correct %s: %w", t.Payment, err)
	}
	return fixed, nil
}

// left are the lines without what was refunded, and whether nothing is left.
func (t Taken) left() ([]Taxed, bool, error) {
	left := make([]Taxed, len(t.Lines))
	refunded := false
	total := money.Of(0, t.Currency)
	for i, l := range t.Lines {
		var err error
		if left[i], err = l.Charged.Less(l.Refunded); err != nil {
			return nil, false, fmt.Errorf("%s, line %d: %w", t.Payment, i, err)
		}
		if total, err = total.Add(left[i].Gross); err != nil {
			return nil, false, err
		}
		refunded = refunded || !l.Refunded.Nothing()
	}
	return left, refunded && total.Nothing(), nil
}

// lines corrects every line whose rate was wrong.
func (c Correction) lines(t Taken, left []Taxed, again func(Decision, Decision, Taxed) (Taxed, error)) (Correction, error) {
	for i, l := range t.Lines {
		if l.Right.Rate == l.Was.Rate && l.Right.Treatment == l.Was.Treatment {
			continue
		}
		after, err := again(l.Right, l.Was, left[i])
		if err != nil {
			return Correction{}, err
		}
		if after == left[i] {
			continue // another reason for the same tax, or corrected already
		}
		c.Lines = append(c.Lines, CorrectedLine{Line: i, Right: l.Right, Before: left[i], After: after})
		back, err := left[i].Gross.Sub(after.Gross)
		if err != nil {
			return Correction{}, err
		}
		if c.Refund, err = c.Refund.Add(back); err != nil {
			return Correction{}, err
		}
		if !back.Nothing() {
			continue
		}
		more, err := after.Tax.Sub(left[i].Tax)
		if err != nil {
			return Correction{}, err
		}
		if c.Absorbed, err = c.Absorbed.Add(more); err != nil {
			return Correction{}, err
		}
	}
	return c, nil
}

// onNet taxes what is left again: at a lower rate on the same net amount, so
// that tax is given back, at a higher one within the same gross amount.
func (d Decision) onNet(was Decision, left Taxed) (Taxed, error) {
	if d.Rate < was.Rate {
		return d.Exclusive(left.Net)
	}
	return d.Inclusive(left.Gross)
}

// inGross taxes what is left again within the same gross amount.
func (d Decision) inGross(_ Decision, left Taxed) (Taxed, error) { return d.Inclusive(left.Gross) }

// Less is what remains after a refund of a part of the gross amount.
func (t Taxed) Less(refunded money.Amount) (Taxed, error) {
	if refunded.Nothing() {
		return t, nil
	}
	tax, err := t.Refunded(money.Of(0, refunded.Currency), refunded)
	if err != nil {
		return Taxed{}, err
	}
	var left Taxed
	if left.Gross, err = t.Gross.Sub(refunded); err != nil {
		return Taxed{}, err
	}
	if left.Tax, err = t.Tax.Sub(tax); err != nil {
		return Taxed{}, err
	}
	left.Net, err = left.Gross.Sub(left.Tax)
	return left, err
}
