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
			if back.Invoice != v.ID || back.Line < 0 || back.Line >= len(v.Lines) {
				continue
			}
			part := NotePart{Line: back.Line, Gross: back.Amount, Tax: r.Cause == ReasonTaxCorrection}
			// Tax that became credit because the gateway refused it has its note already.
			if left := v.Lines[back.Line].left(); v.Lines[back.Line].CreditedAlone.Minor > 0 && part.Gross.Minor > left.Minor {
				part.Gross = left
			}
			if part.Gross.Nothing() {
				continue
			}
			n.Parts, mine = append(n.Parts, part), append(mine, b)
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
		ch.Events = append(slices.Clone(ch.Events), made.Note.Created()...)
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

// Instead gives tax that the gateway would not take back as credit of the
// subscription, with a credit note of its own: the customer has it all the
// same (rules 16). The ids name the notes.
func (ch RefundChange) Instead(s Subscription, invoices []Invoice, ids []string, i Issuer, c Customer) (RefundChange, error) {
	r := ch.Refund
	if r.Status != RefundFailed || r.Cause != ReasonTaxCorrection || s.Status.Ended() {
		return ch, nil
	}
	done := r
	done.Status, done.Reason = RefundSucceeded, ReasonTaxCorrection
	p := ch.Payment
	p.Backs = append(slices.Clone(p.Backs), r.Backs...)
	noted, err := RefundChange{Refund: done, Payment: p}.Noted(invoices, ids, i, c)
	if err != nil || len(noted.Invoices) == 0 {
		return ch, err
	}
	for k := range noted.Invoices {
		if noted.Invoices[k].Kind == KindCreditNote {
			noted.Invoices[k].Refund, noted.Invoices[k].To = "", CreditBalance
			ch.Events = append(slices.Clone(ch.Events), noted.Invoices[k].Created()...)
		}
	}
	s.Credits = append(slices.Clone(s.Credits), Credit{ID: r.ID, Gross: r.Amount, Tax: r.Amount, Left: r.Amount, Payments: []string{p.ID}, At: r.UpdatedAt})
	entry := Entry{ID: r.ID, Object: p.ID, Customer: p.Customer, At: r.UpdatedAt, Postings: []Posting{
		{AccountTax, r.Amount}, {AccountCredit, money.Of(-r.Amount.Minor, r.Amount.Currency)},
	}}
	ch.Invoices, ch.Customer, ch.Tickets, ch.Subscription, ch.Entry = noted.Invoices, noted.Customer, noted.Tickets, &s, &entry
	ch.Refund.Notes = noted.Refund.Notes
	return ch, nil
}
