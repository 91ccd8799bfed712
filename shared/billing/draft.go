package billing

import (
	"errors"
	"fmt"
	"slices"

	"perennial/shared/calendar"
	"perennial/shared/fault"
	"perennial/shared/money"
	"perennial/shared/tax"
)

// Draft is what an invoice is composed of. Everything that is ever billed goes
// through it, so that a preview and a charge cannot differ.
type Draft struct {
	ID           string
	Customer     string
	Subscription string
	Purchase     string // instead of a subscription
	Cause        Cause
	Currency     money.Currency
	Lines        []Line     // with Unit and Quantity, or with an Amount of their own; tax and discount are filled in
	Discounts    []Discount // in the order in which they are applied; those that do not fit take nothing
	Seller       tax.Seller // the zero value collects no tax
	Taxed        tax.Buyer  // where and what the buyer is for tax
	At           calendar.Instant
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
		ID: d.ID, Customer: d.Customer, Subscription: d.Subscription, Purchase: d.Purchase, Cause: d.Cause, Status: InvoiceOpen,
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
	if v, err = v.taxed(d.Seller, d.Taxed, d.At); err != nil {
		return Invoice{}, err
	}
	return v.credited(d.Credit), nil
}

// taxed reckons the tax of each line, at the rates of a payment at the given
// time, and the totals.
func (v Invoice) taxed(seller tax.Seller, buyer tax.Buyer, at calendar.Instant) (Invoice, error) {
	cur := v.Subtotal.Currency
	v.Levies, v.Lines = nil, slices.Clone(v.Lines)
	for i, line := range v.Lines {
		line.Levy, line.Tax = 0, money.Of(0, cur)
		if len(seller.Registrations) > 0 || line.As != nil {
			levy, err := levyOn(line, seller, buyer, tax.When{Paid: at, PeriodEnd: v.periodOf(line).End})
			if err != nil {
				return Invoice{}, err
			}
			parts, err := levy.Apply(line.Discounted(), line.Inclusive)
			if err != nil {
				return Invoice{}, err
			}
			line.Tax = parts.Tax
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

// ErrTaxPlace refuses a buyer whose tax cannot be known: nothing is sold at a
// silent 0 %.
var ErrTaxPlace = fault.New(fault.Invalid, "UNSUPPORTED_COUNTRY", "The tax for this address is not known. Please check the country.")

// levyOn decides how a line is taxed, unless it carries a decision of its own.
func levyOn(l Line, seller tax.Seller, buyer tax.Buyer, when tax.When) (tax.Decision, error) {
	if l.As != nil {
		return *l.As, nil
	}
	levy, err := tax.Decide(seller, buyer, tax.Category(l.Category), when)
	if errors.Is(err, tax.ErrCountry) || errors.Is(err, tax.ErrNoRate) {
		return levy, fmt.Errorf("%w: %w", ErrTaxPlace, err)
	}
	return levy, err
}

// periodOf is the period that a line is for.
func (v Invoice) periodOf(l Line) calendar.Period {
	if l.Period == (calendar.Period{}) {
		return v.Period
	}
	return l.Period
}

// number is the place of a levy among those of the invoice, from 1.
func number(levies []tax.Decision, levy tax.Decision) ([]tax.Decision, int) {
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
