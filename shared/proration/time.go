package proration

import (
	"math/big"
	"time"

	"perennial/shared/calendar"
	"perennial/shared/money"
)

// Left is the share of a period that has not passed at an instant: whole
// seconds over the whole period, or local days. The second or day in which
// the instant lies counts as left.
func Left(p calendar.Period, at calendar.Instant, zone *time.Location, days bool) *big.Rat {
	at = min(max(at, p.Start), p.End)
	whole, passed := seconds(p.End.Sub(p.Start)), seconds(at.Sub(p.Start))
	if days {
		if n := daysBetween(p.Start, p.End, zone); n > 0 {
			whole, passed = n, min(daysBetween(p.Start, at, zone), n)
		}
	}
	if whole <= 0 {
		return new(big.Rat)
	}
	return big.NewRat(max(whole-passed, 0), whole)
}

func seconds(d time.Duration) int64 { return int64(d / time.Second) }

// daysBetween counts midnights between two instants in a zone.
func daysBetween(from, to calendar.Instant, zone *time.Location) int64 {
	day := func(i calendar.Instant) time.Time {
		y, m, d := i.Time().In(zone).Date()
		return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
	}
	return int64(day(to).Sub(day(from)) / (24 * time.Hour))
}

// Paid is what stands as paid for the rest of the period once the change is
// paid: charged is the sum of the charge lines after discounts and tax its
// tax, before is the sum before discounts, in the terms of the price.
func (c Change) Paid(q Quote, before, charged, tax money.Amount) (Funded, error) {
	f := Funded{From: c.At, Due: before, Paid: charged, Tax: tax}
	switch {
	case c.Mode == DoNotBill:
		return c.unbilled()
	case q.Restart || c.Mode == Prorated || c.Mode == Difference && !c.dearer() && !c.Policy.FullDifference:
		return f, nil
	}
	if c.dearer() {
		return f, nil // of the whole price: the shares are the same, and not rounded again
	}
	return c.left(q, f)
}

// left reduces a whole price to the share of time that is left, less what
// came back for time used.
func (c Change) left(q Quote, f Funded) (Funded, error) {
	var err error
	for _, amount := range []*money.Amount{&f.Due, &f.Paid, &f.Tax} {
		if *amount, err = amount.Part(q.Left); err != nil {
			return Funded{}, err
		}
	}
	return c.usedUp(q, f)
}

// usedUp is what is still paid for after a full difference was given back:
// the old plan's unused share less the difference.
func (c Change) usedUp(q Quote, f Funded) (Funded, error) {
	old, err := c.worth(q.Left)
	if err != nil {
		return Funded{}, err
	}
	var charge money.Amount
	charge.Currency = old.Currency
	for _, l := range q.Charge {
		if charge, err = charge.Add(l.Amount); err != nil {
			return Funded{}, err
		}
	}
	net := old.Minor + charge.Minor - q.Credit.priced(c.Inclusive).Minor
	kept := min(max(net, 0), f.Paid.Minor)
	if f.Paid.Minor > 0 {
		if f.Tax, err = f.Tax.Part(big.NewRat(kept, f.Paid.Minor)); err != nil {
			return Funded{}, err
		}
	}
	f.Paid.Minor = kept
	return f, nil
}

// unbilled carries over to the new plan what was paid for the old one, for
// a whole period, so that little time left is not rounded to nothing.
func (c Change) unbilled() (Funded, error) {
	f := Funded{From: c.At, Due: money.Of(0, c.currency()), Tax: money.Of(0, c.currency())}
	whole := big.NewRat(1, 1)
	rest, err := lines(c.New, whole)
	if err != nil {
		return Funded{}, err
	}
	for _, l := range rest {
		if f.Due, err = f.Due.Add(l.Amount); err != nil {
			return Funded{}, err
		}
	}
	f.Due.Minor = max(f.Due.Minor, 1) // nothing paid covers nothing
	if f.Paid, err = c.worth(whole); err != nil {
		return Funded{}, err
	}
	if !c.Funded.Paid.Nothing() && !c.Funded.Tax.Nothing() {
		f.Tax, err = c.Funded.Tax.Part(big.NewRat(f.Paid.Minor, c.Funded.Paid.Minor))
	}
	return f, err
}

// worth is what was paid for a share of the period on the old plan.
func (c Change) worth(share *big.Rat) (money.Amount, error) {
	none := money.Of(0, c.currency())
	given, err := lines(c.Old, new(big.Rat).Mul(share, c.Funded.cover()))
	if err != nil {
		return none, err
	}
	for _, l := range given {
		if none, err = none.Add(l.Amount); err != nil {
			return none, err
		}
	}
	return none, nil
}

// priced is the credit in the terms of the price.
func (c Credit) priced(inclusive bool) money.Amount {
	if inclusive {
		return c.Gross
	}
	return c.Net
}

// Upgrade reports that a plan costs at least as much per day as another. A
// month counts as the twelfth part of 365 days.
func Upgrade(from money.Amount, every calendar.Interval, to money.Amount, next calendar.Interval) bool {
	perDay := func(a money.Amount, v calendar.Interval) *big.Rat {
		return new(big.Rat).Quo(big.NewRat(a.Minor, 1), days(v))
	}
	return perDay(to, next).Cmp(perDay(from, every)) >= 0
}

// days is how long an interval is on average; never zero.
func days(v calendar.Interval) *big.Rat {
	n := int64(max(v.Count, 1))
	switch v.Unit {
	case calendar.Day:
		return big.NewRat(n, 1)
	case calendar.Week:
		return big.NewRat(7*n, 1)
	case calendar.Month:
		return big.NewRat(365*n, 12)
	default:
		return big.NewRat(365*n, 1)
	}
}
