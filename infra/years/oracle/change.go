package oracle

import (
	"math/big"
	"time"
)

// Mode is how a plan change is billed.
type Mode string

// The modes.
const (
	Prorated   Mode = "prorated_immediately"
	Difference Mode = "difference_immediately"
	FullPrice  Mode = "full_immediately"
	DoNotBill  Mode = "do_not_bill"
)

// worth is what was paid for the time that ends with the period, in the terms
// of the price, with the tax on it.
type worth struct {
	paid []*big.Rat // of each position of the plan
	tax  *big.Rat
	base *big.Rat      // what the tax was reckoned for
	time time.Duration // for how long
	back *big.Rat      // share that was refunded
}

// fund notes what a bill paid for.
func (s *Sub) fund(b Bill, length time.Duration) {
	s.worth = worth{tax: new(big.Rat), base: new(big.Rat), time: length, back: new(big.Rat)}
	for _, l := range b.Lines[:b.own] {
		s.worth.tax.Add(s.worth.tax, fraction(l.Tax, 1))
		s.worth.paid = append(s.worth.paid, fraction(l.Amount-l.Discount, 1))
		s.worth.base.Add(s.worth.base, fraction(l.Amount-l.Discount, 1))
	}
}

// Change moves to another plan at once. The charge is for the time that is
// left, or for a whole period where one begins; what was paid for the time
// that is left comes back as credit, with the tax at which it was paid, after
// the tax of the charge (rules 1, 2). It returns the bill, and what the old
// plan gave back. Discounts go along where they say so, or where the product
// is the same.
func (s *Sub) Change(at time.Time, to Plan, mode Mode, same bool) (b Bill, back int64) {
	if mode == DoNotBill {
		s.unbilled(to, same)
		return Bill{}, 0
	}
	trial := at.Before(s.TrialEnd)
	restart := mode == FullPrice || trial || to.Every != s.cycle
	left := ratio(s.End.Sub(at), s.length)
	charge := left
	if restart {
		charge = fraction(1, 1)
	}
	unused := ratio(s.End.Sub(at), s.worth.time)
	if mode == Difference && to.Price() >= s.Plan.Price() && !restart {
		charge, unused = fraction(1, 1), ratio(s.length, s.worth.time) // both prices whole
	}
	if mode != FullPrice && !trial {
		back = s.gives(unused)
	}
	s.take(to, same)
	b = s.carried(s.bill(share(to, charge), to, s.live(), at), at)
	b.Cause, b.From, b.To = "change", at, s.End
	b.Credit = min(back+s.Credit, b.Total)
	s.Credit += back - b.Credit
	if restart {
		b.To = NextDate(at, to.Every, at, s.Zone)
		s.Start, s.End, s.Anchor, s.TrialEnd = at, b.To, at, time.Time{}
		s.length, s.cycle = s.End.Sub(at), to.Every
		s.consume(b)
	}
	s.fund(b, s.End.Sub(at))
	s.exactly(to, charge, b)
	if !restart && charge.Cmp(left) != 0 {
		s.scale(left) // a whole price was paid; for the time that is left counts its share
	}
	if s.tooLittle(b.Due()) {
		s.carry(b)
		return b, back
	}
	s.Bills = append(s.Bills, b)
	return b, back
}

// Later moves to another plan at the next billing date.
func (s *Sub) Later(to Plan, same bool) { s.later, s.same = &to, same }

// Refunded notes that a share of what was paid for the period went back.
func (s *Sub) Refunded(share *big.Rat) { s.worth.back.Add(s.worth.back, share) }

// ratio is a/b in seconds.
func ratio(a, b time.Duration) *big.Rat { return fraction(int64(a/time.Second), int64(b/time.Second)) }

// gives is what comes back of a part of what was paid, with its tax, at most
// what was not refunded.
func (s *Sub) gives(part *big.Rat) int64 {
	kept := new(big.Rat).Sub(fraction(1, 1), s.worth.back)
	net := int64(0)
	for _, p := range s.worth.paid {
		exact := new(big.Rat).Mul(p, part)
		net += Round(exact.Mul(exact, kept))
	}
	if s.worth.base.Sign() == 0 || s.Plan.Inclusive {
		return net
	}
	tax := new(big.Rat).Mul(s.worth.tax, fraction(net, 1))
	return net + Round(tax.Quo(tax, s.worth.base))
}

// exactly takes the rounding out of what a share of a plan was paid with:
// little time may be left, and a later change bill whole prices.
func (s *Sub) exactly(p Plan, part *big.Rat, b Bill) {
	for i, l := range b.Lines[:b.own] {
		price := fraction(p.Items[i].Unit*p.Items[i].Quantity, 1)
		s.worth.paid[i] = price.Mul(price, part)
		if l.Amount > 0 {
			price.Mul(price, fraction(l.Amount-l.Discount, l.Amount))
		}
	}
}

// scale keeps a share of what was paid.
func (s *Sub) scale(part *big.Rat) {
	for _, p := range s.worth.paid {
		p.Mul(p, part)
	}
	s.worth.tax.Mul(s.worth.tax, part)
	s.worth.base.Mul(s.worth.base, part)
}

// unbilled carries what was paid over to another plan.
func (s *Sub) unbilled(to Plan, same bool) {
	sum := new(big.Rat)
	for _, p := range s.worth.paid {
		sum.Add(sum, p)
	}
	s.worth.paid = nil
	for _, i := range to.Items {
		s.worth.paid = append(s.worth.paid, new(big.Rat).Mul(sum, fraction(i.Unit*i.Quantity, to.Price())))
	}
	if to.Every != s.Plan.Every {
		s.Anchor = s.End
	}
	s.take(to, same)
}

// take switches to a plan; only discounts that go along stay.
func (s *Sub) take(to Plan, same bool) {
	var kept []Discount
	for _, d := range s.Discounts {
		if d.Keep || same {
			kept = append(kept, d)
		}
	}
	s.Plan, s.Discounts, s.later = to, kept, nil
}
