package billing

import (
	"perennial/shared/calendar"
	"perennial/shared/money"
	"perennial/shared/tax"
)

// LineKind is what a line of an invoice is for.
type LineKind string

// The line kinds. Lines stored before there were kinds are recurring.
const (
	LineRecurring       LineKind = ""
	LineAddon           LineKind = "addon"
	LineOneTime         LineKind = "one_time"
	LineUsage           LineKind = "usage"
	LineProrationCharge LineKind = "proration_charge"
	LineProrationCredit LineKind = "proration_credit" // a negative amount
	LineAdjustment      LineKind = "adjustment"       // any sign; never discounted
	LineCarried         LineKind = "carried"          // of an earlier invoice, which was too small to be charged
)

// Line is one position of an invoice. Amount is the list price, Discount what
// was taken off it, Tax what came on top or, in an inclusive price, lies
// within; each is rounded once.
type Line struct {
	Kind          LineKind
	Product       string // product id
	Addon         string // addon id, beside the product that it belongs to
	Description   string
	Category      string // tax category
	Quantity      int64
	Unit          money.Amount
	Period        calendar.Period // empty: the invoice's own
	Amount        money.Amount    // quantity times unit, or a part of it
	Discount      money.Amount    // zero or of the amount's sign
	Tax           money.Amount
	Firm          bool          // no discount reduces it
	Inclusive     bool          // Amount and Discount include the tax
	Levy          int           // number of its decision in Invoice.Levies, from 1; 0: no tax is collected
	Credited      money.Amount  // gross, by credit notes; empty for none
	CreditedTax   money.Amount  // the tax in it
	CreditedAlone money.Amount  // of it, tax that went back without its net (rules 16)
	Moved         money.Amount  // of Credited: what an invoice that replaces this one bills instead; empty for none
	MovedTax      money.Amount  // the tax in it
	As            *tax.Decision // taxes the line as another was, such as a credit at the rate of its charge; else decided anew
}

// Discounted is the line's amount less its discount.
func (l Line) Discounted() money.Amount {
	return money.Of(l.Amount.Minor-l.Discount.Minor, l.Amount.Currency)
}

// Net is what the tax is reckoned on.
func (l Line) Net() money.Amount {
	net := l.Discounted()
	if l.Inclusive {
		net.Minor -= l.Tax.Minor
	}
	return net
}

// Gross is what the line adds to the invoice's total.
func (l Line) Gross() money.Amount {
	return money.Of(l.Net().Minor+l.Tax.Minor, l.Amount.Currency)
}

// discountable reports whether discounts reduce the line.
func (l Line) discountable() bool {
	return !l.Firm && l.Kind != LineProrationCredit && l.Kind != LineAdjustment && l.Amount.Minor > 0
}

// price completes a line by its unit price, where it has no amount of its own.
func (l Line) price() (Line, error) {
	if l.Amount.Currency == "" {
		var err error
		if l.Amount, err = l.Unit.Times(l.Quantity, 1); err != nil {
			return l, err
		}
	}
	zero := money.Of(0, l.Amount.Currency)
	l.Discount, l.Tax = zero, zero
	return l, nil
}
