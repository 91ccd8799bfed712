package billing

import (
	"slices"

	"perennial/shared/money"
)

// Noted adds the credit notes of a refund that succeeded, one for each invoice
// that it gives back of, with an id each. The notes decide the tax: they are
// what the customer and the tax office see.
func (ch RefundChange) Noted(invoices []Invoice, ids []string, i Issuer, c Customer) (RefundChange, error) {
	r := ch.Refund
	r.Backs = slices.Clone(r.Backs)
	var tax int64
	for at, v := range invoices {
		n := Note{ID: ids[at], Refund: r.ID, Reason: r.Reason, At: r.UpdatedAt}
		var mine []int
		for b, back := range r.Backs {
			if back.Invoice == v.ID {
				n.Parts, mine = append(n.Parts, NotePart{Line: back.Line, Gross: back.Amount}), append(mine, b)
			}
		}
		if len(n.Parts) == 0 {
			continue
		}
		made, err := v.CreditNote(n, i, c)
		if err != nil {
			return ch, err
		}
		for k, b := range mine {
			r.Backs[b].Tax = money.Of(-made.Note.Lines[k].Tax.Minor, r.Amount.Currency)
			tax += r.Backs[b].Tax.Minor
		}
		c = made.Customer
		r.Notes = append(slices.Clone(r.Notes), made.Note.ID)
		ch.Invoices = append(ch.Invoices, made.Invoice, made.Note)
		if made.Ticket != nil {
			ch.Tickets = append(ch.Tickets, *made.Ticket)
		}
	}
	if len(ch.Invoices) == 0 {
		return ch, nil
	}
	return ch.retaxed(r, tax, c)
}

// retaxed makes refund, payment and journal say the tax of the notes.
func (ch RefundChange) retaxed(r Refund, tax int64, c Customer) (RefundChange, error) {
	p := ch.Payment
	p.RefundedTax.Minor += tax - r.Tax.Minor
	p.Backs = append(slices.Clone(p.Backs[:len(p.Backs)-len(r.Backs)]), r.Backs...)
	r.Tax = money.Of(tax, r.Amount.Currency)
	entry, err := returned(r, r.UpdatedAt)
	if err != nil {
		return ch, err
	}
	ch.Refund, ch.Payment, ch.Entry, ch.Customer = r, p, &entry, &c
	return ch, nil
}
