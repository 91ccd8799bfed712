// Package proration is the arithmetic of plan changes: what the new plan
// costs for the time that is left, what the old one gives back, and whether
// the billing cycle starts anew (R106, R302, rules 1, 2 and 25). It knows
// amounts and time only; plans, invoices and taxes belong to billing.
//
// Every line is reckoned exactly and rounded once, half away from zero, so
// that a credit mirrors the charge it takes back.
package proration

import (
	"math/big"
	"time"

	"perennial/shared/calendar"
	"perennial/shared/fault"
	"perennial/shared/money"
)

// Mode is how a plan change is billed, in Dodo's words.
type Mode string

// The modes.
const (
	Prorated   Mode = "prorated_immediately"   // the difference for the time that is left
	Difference Mode = "difference_immediately" // the whole difference of the prices
	Full       Mode = "full_immediately"       // the new price, and a new cycle
	DoNotBill  Mode = "do_not_bill"            // nothing, until the next billing date
)

// Modes lists every mode.
var Modes = []Mode{Prorated, Difference, Full, DoNotBill}

// ErrRestart refuses the difference of prices where the cycle starts anew: a
// whole new period is not worth a difference (rules 1).
var ErrRestart = fault.New(fault.Invalid, "INVALID_REQUEST_PARAMETERS",
	"difference_immediately needs the billing cycle to go on; use prorated_immediately or full_immediately.")

// Item is one position of a plan: the product itself or an addon.
type Item struct {
	ID       string
	Unit     money.Amount // per unit and interval
	Quantity int64
}

// Funded is what was paid for the plan from an instant to the period's end,
// or, in the same proportions, for the whole period. It bounds what a change
// gives back.
type Funded struct {
	From calendar.Instant
	Paid money.Amount // after discounts, in the terms of the price: with tax when the price includes it
	Due  money.Amount // the same before discounts
	Tax  money.Amount // the tax on Paid
}

// Policy is what a business decides about plan changes. Its zero value
// counts seconds and lets the cycle go on.
type Policy struct {
	Days           bool // time is counted in local days instead of seconds
	Restart        bool // a prorated change starts a new cycle
	FullDifference bool // a cheaper plan by difference gives back time that was used already
}

// Change is a change of plan at an instant of a running period.
type Change struct {
	Mode      Mode
	Old, New  []Item
	Funded    Funded
	Period    calendar.Period
	At        calendar.Instant
	Zone      *time.Location
	Trial     bool // the period is a trial: it ends now
	Interval  bool // the interval changes too
	Inclusive bool // prices include tax
	Policy    Policy
}

// Line is one position of a change. Amount is Unit times Quantity times
// Factor, rounded once; both are negative where something is given back.
type Line struct {
	Item
	Factor *big.Rat
	Amount money.Amount
}

// Credit is what a change gives back, at the tax that was paid.
type Credit struct {
	Lines []Line
	Net   money.Amount
	Tax   money.Amount
	Gross money.Amount
}

// Quote is what a change costs before discounts and taxes, what it gives
// back, and whether a new period starts at its instant.
type Quote struct {
	Charge  []Line
	Credit  Credit
	Left    *big.Rat // the share of the old period that is left
	Restart bool
}

// Price quotes the change. The charge is taxed as of now; the credit goes
// off after tax (rules 2).
func Price(c Change) (Quote, error) {
	q := Quote{Left: Left(c.Period, c.At, c.Zone, c.Policy.Days), Restart: c.restarts()}
	if q.Restart && c.Mode == Difference {
		return Quote{}, ErrRestart
	}
	charge, back := c.factors(q.Left, q.Restart)
	var err error
	if q.Charge, err = lines(c.New, charge); err != nil {
		return Quote{}, err
	}
	q.Credit, err = c.credit(back)
	return q, err
}

// restarts reports that a new period begins. A trial ends with the change,
// and an interval that changes unbilled only begins at the next date.
func (c Change) restarts() bool {
	switch c.Mode {
	case DoNotBill:
		return false
	case Full:
		return true
	default:
		return c.Interval || c.Trial || c.Policy.Restart && c.Mode == Prorated
	}
}

// factors are the shares of the new plan that is charged and of the old one
// that is given back.
func (c Change) factors(left *big.Rat, restart bool) (charge, back *big.Rat) {
	none, whole := new(big.Rat), big.NewRat(1, 1)
	switch {
	case c.Mode == DoNotBill:
		return none, none
	case c.Mode == Full:
		return whole, none
	case restart:
		return whole, left
	case c.Mode == Difference && (c.dearer() || c.Policy.FullDifference):
		return whole, whole
	}
	return left, left
}

// dearer reports that the new plan costs at least what the old one does.
func (c Change) dearer() bool {
	sum := func(items []Item) *big.Int {
		total := new(big.Int)
		for _, i := range items {
			total.Add(total, new(big.Int).Mul(big.NewInt(i.Unit.Minor), big.NewInt(i.Quantity)))
		}
		return total
	}
	return sum(c.New).Cmp(sum(c.Old)) >= 0
}

// credit gives back a share of the old plan, as far as it was paid.
func (c Change) credit(share *big.Rat) (Credit, error) {
	cover := c.Funded.cover()
	given, err := lines(c.Old, new(big.Rat).Neg(new(big.Rat).Mul(share, cover)))
	if err != nil {
		return Credit{}, err
	}
	out := Credit{Lines: given, Net: money.Of(0, c.currency())}
	for _, l := range given {
		if out.Net, err = out.Net.Sub(l.Amount); err != nil {
			return Credit{}, err
		}
	}
	out.Tax, out.Gross = money.Of(0, out.Net.Currency), out.Net
	if !c.Funded.Paid.Nothing() {
		part := big.NewRat(out.Net.Minor, c.Funded.Paid.Minor)
		if out.Tax, err = c.tax(part); err != nil {
			return Credit{}, err
		}
	}
	if c.Inclusive {
		out.Net, err = out.Gross.Sub(out.Tax)
		return out, err
	}
	out.Gross, err = out.Net.Add(out.Tax)
	return out, err
}

// tax is the part of the tax that was paid with what is given back. By
// difference more than the time that is left may come back, at the same rate.
func (c Change) tax(part *big.Rat) (money.Amount, error) {
	if c.Funded.Tax.Nothing() {
		return money.Of(0, c.currency()), nil
	}
	return c.Funded.Tax.Part(part)
}

func (c Change) currency() money.Currency {
	for _, items := range [][]Item{c.Old, c.New} {
		for _, i := range items {
			return i.Unit.Currency
		}
	}
	return c.Funded.Paid.Currency
}

// cover is the share of the plan's price that was paid. It is more than all
// of it where a cheaper plan took over unbilled: what was paid stays paid
// (rules 25). What costs less than half a minor unit is paid with nothing.
func (f Funded) cover() *big.Rat {
	switch {
	case f.Paid.Minor == f.Due.Minor || f.Due.Minor <= 0:
		return big.NewRat(1, 1)
	case f.Paid.Minor <= 0:
		return new(big.Rat)
	}
	return big.NewRat(f.Paid.Minor, f.Due.Minor)
}

// lines bills a share of every item.
func lines(items []Item, factor *big.Rat) ([]Line, error) {
	if factor.Sign() == 0 {
		return nil, nil
	}
	out := make([]Line, 0, len(items))
	for _, i := range items {
		all, err := i.Unit.Times(i.Quantity, 1)
		if err != nil {
			return nil, err
		}
		amount, err := all.Part(factor)
		if err != nil {
			return nil, err
		}
		out = append(out, Line{Item: i, Factor: factor, Amount: amount})
	}
	return out, nil
}
