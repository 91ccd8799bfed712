package checkout

import (
	"strconv"

	"perennial/shared/billing"
	"perennial/shared/i18n"
	"perennial/shared/money"
)

// billView is an invoice as the page shows it: what is bought and how the
// total comes about.
type billView struct {
	Lines []billLine
	Sums  []fact // subtotal, discounts and tax, where there are any
	Total string
}

type billLine struct {
	What   string
	Times  int64 // 0 when it is one
	Amount string
}

func (v visit) bill(i billing.Invoice) billView {
	bill := billView{Total: v.amount(i.Due())}
	for _, l := range i.Lines {
		line := billLine{What: l.Description, Amount: v.amount(l.Amount)}
		if l.Quantity > 1 {
			line.Times = l.Quantity
		}
		bill.Lines = append(bill.Lines, line)
	}
	if len(i.Lines) > 1 || !i.Discount.Nothing() || !i.Tax.Nothing() {
		bill.Sums = append(bill.Sums, fact{v.say("Subtotal"), v.amount(i.Subtotal)})
	}
	for _, r := range i.Reductions {
		bill.Sums = append(bill.Sums, fact{v.say("Discount %s", r.Code), "−" + v.amount(r.Amount)})
	}
	if !i.Tax.Nothing() {
		name := v.say("Tax")
		if len(i.Lines) > 0 && i.Lines[0].Inclusive {
			name = v.say("Tax, included")
		}
		bill.Sums = append(bill.Sums, fact{name, v.amount(i.Tax)})
	}
	return bill
}

func (v visit) amount(a money.Amount) string { return i18n.Money(v.locale, a) }

// fingerprint of a total, which the form sends back: what was shown is what is
// charged.
func shown(a money.Amount) string { return strconv.FormatInt(a.Minor, 10) + string(a.Currency) }
