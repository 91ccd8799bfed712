package documents

import (
	"slices"
	"strconv"
	"strings"

	"perennial/shared/billing"
	"perennial/shared/i18n"
	"perennial/shared/money"
	"perennial/shared/tax"
)

// rows are the invoice's lines as the table shows them.
func (t teller) rows() []row {
	var all []row
	for _, l := range t.Invoice.Lines {
		r := row{Cells: [5]string{l.Description, "", "", t.rate(l), t.money(t.shown(l))}}
		if r.Cells[0] == "" {
			r.Cells[0] = l.Product
		}
		if whole, err := l.Unit.Times(l.Quantity, 1); err == nil && whole == l.Amount {
			r.Cells[1], r.Cells[2] = strconv.FormatInt(l.Quantity, 10), t.money(l.Unit)
		}
		if l.Period != t.Invoice.Period {
			r.Below = append(r.Below, t.period(l.Period))
		}
		if !l.Discount.Nothing() {
			r.Below = append(r.Below, t.w.Discount+" "+t.money(negated(l.Discount)))
		}
		r.Below = slices.DeleteFunc(r.Below, func(s string) bool { return s == "" })
		all = append(all, r)
	}
	return all
}

// prices is whether the lines' prices are without tax, with it, or some this
// way and some that.
type prices int

const (
	without prices = iota
	within
	mixed
)

func (t teller) prices() prices {
	inclusive := 0
	for _, l := range t.Invoice.Lines {
		if l.Inclusive {
			inclusive++
		}
	}
	switch inclusive {
	case 0:
		return without
	case len(t.Invoice.Lines):
		return within
	}
	return mixed
}

// shown is a line's amount in the last column: its price before discounts,
// and where prices are of both sorts, what it adds to the total.
func (t teller) shown(l billing.Line) money.Amount {
	if t.prices() == mixed {
		return l.Gross()
	}
	return l.Amount
}

// totals are the lines under the table, from the sum of prices to what was
// or is to be paid.
func (t teller) totals() []total {
	v := t.Invoice
	var all []total
	add := func(label string, a money.Amount) { all = append(all, total{Label: label, Amount: t.money(a)}) }
	kind := t.prices()
	if kind != mixed && (!v.Discount.Nothing() || !v.Tax.Nothing()) {
		add(t.w.Subtotal, v.Subtotal)
		t.reductions(add)
	}
	if kind == without {
		t.taxes(t.w.TaxOn, add)
	}
	all = append(all, total{Label: t.w.Total, Amount: t.money(v.Total), Strong: v.Credit.Nothing()})
	if kind != without {
		t.taxes(t.w.TaxWithin, add)
	}
	if v.Credit.Nothing() && v.Kind != billing.KindCreditNote {
		return all
	}
	if !v.Credit.Nothing() {
		add(t.w.Credit, negated(v.Credit))
	}
	last := total{Label: t.w.AmountDue, Amount: t.money(v.Due()), Strong: true}
	switch {
	case v.Kind == billing.KindCreditNote:
		all[len(all)-1].Strong = true
		return all
	case v.Status == billing.InvoicePaid:
		last.Label = t.w.AmountPaid
	}
	return append(all, last)
}

func (t teller) reductions(add func(string, money.Amount)) {
	v := t.Invoice
	if v.Discount.Nothing() {
		return
	}
	if len(v.Reductions) == 0 {
		add(t.w.Discount, negated(v.Discount))
	}
	for _, r := range v.Reductions {
		label := t.w.Discount
		if r.Code != "" {
			label = t.put(t.w.DiscountCode, "{code}", r.Code)
		}
		add(label, negated(r.Amount))
	}
}

// share is what the lines of one rate make up together.
type share struct {
	levy     tax.Decision
	net, tax money.Amount
}

// shares are the taxed amounts by rate and place, in the order of the levies.
func (t teller) shares() []share {
	cur := t.Invoice.Total.Currency
	all := make([]share, len(t.Invoice.Levies))
	for i, levy := range t.Invoice.Levies {
		all[i] = share{levy, money.Of(0, cur), money.Of(0, cur)}
	}
	for _, l := range t.Invoice.Lines {
		if l.Levy < 1 || l.Levy > len(all) {
			continue
		}
		s := &all[l.Levy-1]
		s.net.Minor += l.Net().Minor
		s.tax.Minor += l.Tax.Minor
	}
	return all
}

func (t teller) taxes(form string, add func(string, money.Amount)) {
	for _, s := range t.shares() {
		if s.levy.Rate == 0 {
			continue
		}
		add(t.put(form, "{tax}", t.kindOfTax(s.levy), "{rate}", t.percent(s.levy.Rate), "{net}", t.money(s.net)), s.tax)
	}
}

// rate is the tax rate of a line.
func (t teller) rate(l billing.Line) string {
	if l.Levy < 1 || l.Levy > len(t.Invoice.Levies) {
		return "–"
	}
	return t.percent(t.Invoice.Levies[l.Levy-1].Rate)
}

func (t teller) percent(r tax.Rate) string { return i18n.Percent(t.language(), float64(r)/10_000) }

// kindOfTax is what the tax of a place is called.
func (t teller) kindOfTax(d tax.Decision) string {
	country, _, _ := strings.Cut(d.Jurisdiction, "-")
	switch country {
	case "US":
		return t.w.SalesTax
	case "AU", "NZ", "SG", "IN", "CA", "MY", "MV":
		return t.w.GST
	case "JP":
		return t.w.ConsumptionTax
	}
	return t.w.VAT
}
