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

func newBill(v billing.Invoice) billView {
	bill := billView{Total: amount(v.Due())}
	for _, l := range v.Lines {
		line := billLine{What: l.Description, Amount: amount(l.Amount)}
		if l.Quantity > 1 {
			line.Times = l.Quantity
		}
		bill.Lines = append(bill.Lines, line)
	}
	if len(v.Lines) > 1 || !v.Discount.Nothing() || !v.Tax.Nothing() {
		bill.Sums = append(bill.Sums, fact{"Subtotal", amount(v.Subtotal)})
	}
	for _, r := range v.Reductions {
		bill.Sums = append(bill.Sums, fact{"Discount " + r.Code, "−" + amount(r.Amount)})
	}
	if !v.Tax.Nothing() {
		name := "Tax"
		if len(v.Lines) > 0 && v.Lines[0].Inclusive {
			name = "Tax, included"
		}
		bill.Sums = append(bill.Sums, fact{name, amount(v.Tax)})
	}
	return bill
}

func amount(a money.Amount) string { return i18n.Money(i18n.English, a) }

// fingerprint of a total, which the form sends back: what was shown is what is
// charged.
func shown(a money.Amount) string { return strconv.FormatInt(a.Minor, 10) + string(a.Currency) }
