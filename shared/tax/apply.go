package tax

import "perennial/shared/money"

// Taxed is an amount divided: Gross = Net + Tax.
type Taxed struct{ Net, Tax, Gross money.Amount }

// Exclusive puts the tax on top of a net amount.
func (d Decision) Exclusive(net money.Amount) (Taxed, error) {
	tax, err := net.Times(int64(d.Rate), whole)
	if err != nil {
		return Taxed{}, err
	}
	gross, err := net.Add(tax)
	return Taxed{net, tax, gross}, err
}

// Inclusive takes the tax out of a gross amount. It is the inverse of
// Exclusive: the tax of a gross amount that Exclusive made is the same.
func (d Decision) Inclusive(gross money.Amount) (Taxed, error) {
	tax, err := gross.Times(int64(d.Rate), whole+int64(d.Rate))
	if err != nil {
		return Taxed{}, err
	}
	net, err := gross.Sub(tax)
	return Taxed{net, tax, gross}, err
}

// Apply is Inclusive or Exclusive, as the price says.
func (d Decision) Apply(amount money.Amount, inclusive bool) (Taxed, error) {
	if inclusive {
		return d.Inclusive(amount)
	}
	return d.Exclusive(amount)
}

// Group is the sum of the lines of one jurisdiction, treatment and rate.
type Group struct {
	Jurisdiction string
	Treatment    Treatment
	Rate         Rate
	Net, Tax     money.Amount
}

// Line is one taxed line for Groups.
type Line struct {
	Decision Decision
	Taxed    Taxed
}

// Groups adds lines up by rate, in the order in which the rates first appear;
// tax is never computed again from the sums.
func Groups(lines []Line) ([]Group, error) {
	var groups []Group
	for _, l := range lines {
		g := Group{l.Decision.Jurisdiction, l.Decision.Treatment, l.Decision.Rate, l.Taxed.Net, l.Taxed.Tax}
		at := -1
		for i, other := range groups {
			if other.Jurisdiction == g.Jurisdiction && other.Treatment == g.Treatment && other.Rate == g.Rate {
				at = i
			}
		}
		if at < 0 {
			groups = append(groups, g)
			continue
		}
		var err error
		if groups[at].Net, err = groups[at].Net.Add(g.Net); err != nil {
			return nil, err
		}
		if groups[at].Tax, err = groups[at].Tax.Add(g.Tax); err != nil {
			return nil, err
		}
	}
	return groups, nil
}

// Refunded is the tax inside a partial refund, when before has been refunded
// of a gross amount already: each refund's tax is the tax of all refunds so
// far, rounded once, less what earlier ones took. The shares add up to the tax
// exactly when everything is refunded.
func (t Taxed) Refunded(before, refund money.Amount) (money.Amount, error) {
	total, err := before.Add(refund)
	if err != nil {
		return money.Amount{}, err
	}
	until, err := t.share(total)
	if err != nil {
		return money.Amount{}, err
	}
	taken, err := t.share(before)
	if err != nil {
		return money.Amount{}, err
	}
	return until.Sub(taken)
}

// share is the tax inside a part of the gross amount.
func (t Taxed) share(part money.Amount) (money.Amount, error) {
	if part.Currency != t.Gross.Currency {
		return money.Amount{}, money.ErrMix
	}
	if t.Gross.Nothing() {
		return money.Of(0, t.Gross.Currency), nil
	}
	return t.Tax.Times(part.Minor, t.Gross.Minor)
}
