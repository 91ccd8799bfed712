package billing

import (
	"perennial/shared/calendar"
	"perennial/shared/money"
)

// Taxes says what tax is due on a category; the zero value is no tax at all.
// It is made once for a buyer and a tax date.
type Taxes interface {
	// For gives the levy on a tax category; an error when it cannot be known.
	For(category string) (Levy, error)
}

// Levy is one decision about tax, as the invoice that it is charged on keeps
// it (rules 18).
type Levy struct {
	Rate         int64  // basis points: 1900 is 19 %
	Treatment    string // standard, reduced, reverse_charge, exempt, not_collecting, out_of_scope
	Jurisdiction string
	Registration string // the seller's tax number that it is charged under
	Reason       string
}

// Draft is what an invoice is composed of. Everything that is ever billed goes
// through it, so that a preview and a charge cannot differ.
type Draft struct {
	ID           string
	Customer     string
	Subscription string
	Cause        Cause
	Currency     money.Currency
	Lines        []Line     // with Unit and Quantity, or with an Amount of their own; tax and discount are filled in
	Discounts    []Discount // in the order in which they are applied; those that do not fit take nothing
	Taxes        Taxes      // nil: no tax is collected
	Credit       money.Amount
	Period       calendar.Period
	DueAt        calendar.Instant
	Buyer        Buyer
}

// Reduction is what one discount took off an invoice.
type Reduction struct {
	Discount string // discount id
	Code     string
	Amount   money.Amount
}

// Invoice composes the open invoice: lines are priced, discounts taken off in
// their order, tax reckoned line by line, and credit applied last, after tax
// (rules 2). The lines' gross amounts add up to the total.
func (d Draft) Invoice() (Invoice, error) {
	v := Invoice{
		ID: d.ID, Customer: d.Customer, Subscription: d.Subscription, Cause: d.Cause, Status: InvoiceOpen,
		Period: d.Period, DueAt: d.DueAt, Buyer: d.Buyer,
	}
	for _, line := range d.Lines {
		priced, err := line.price()
		if err != nil {
			return Invoice{}, err
		}
		v.Lines = append(v.Lines, priced)
	}
	var err error
	if v.Subtotal, err = sum(d.Currency, v.Lines, func(l Line) money.Amount { return l.Amount }); err != nil {
		return Invoice{}, err
	}
	if v, err = v.discounted(d.Discounts); err != nil {
		return Invoice{}, err
	}
	if v, err = v.taxed(d.Taxes); err != nil {
		return Invoice{}, err
	}
	return v.credited(d.Credit), nil
}

// taxed reckons the tax of each line and the totals.
func (v Invoice) taxed(taxes Taxes) (Invoice, error) {
	cur := v.Subtotal.Currency
	v.Levies = nil
	for i, line := range v.Lines {
		line.Levy, line.Tax = 0, money.Of(0, cur)
		if taxes != nil {
			levy, err := taxes.For(line.Category)
			if err != nil {
				return Invoice{}, err
			}
			if line.Tax, err = levy.on(line.Discounted(), line.Inclusive); err != nil {
				return Invoice{}, err
			}
			v.Levies, line.Levy = number(v.Levies, levy)
		}
		v.Lines[i] = line
	}
	var err error
	if v.Tax, err = sum(cur, v.Lines, func(l Line) money.Amount { return l.Tax }); err != nil {
		return Invoice{}, err
	}
	v.Total, err = sum(cur, v.Lines, Line.Gross)
	return v, err
}

// on is the tax on an amount, rounded once: on top of it, or within it.
func (l Levy) on(amount money.Amount, inclusive bool) (money.Amount, error) {
	const whole = 10_000
	if inclusive {
		return amount.Times(l.Rate, whole+l.Rate)
	}
	return amount.Times(l.Rate, whole)
}

// number is the place of a levy among those of the invoice, from 1.
func number(levies []Levy, levy Levy) ([]Levy, int) {
	for i, known := range levies {
		if known == levy {
			return levies, i + 1
		}
	}
	return append(levies, levy), len(levies) + 1
}

// credited applies as much of a credit as the invoice can use.
func (v Invoice) credited(credit money.Amount) Invoice {
	v.Credit = money.Of(0, v.Total.Currency)
	if credit.Currency == v.Total.Currency {
		v.Credit.Minor = max(0, min(credit.Minor, v.Total.Minor))
	}
	return v
}

// sum adds up one amount of every line.
func sum(c money.Currency, lines []Line, of func(Line) money.Amount) (money.Amount, error) {
	amounts := make([]money.Amount, len(lines))
	for i, l := range lines {
		amounts[i] = of(l)
	}
	return money.Sum(c, amounts...)
}
