package billing

import (
	"slices"

	"perennial/shared/calendar"
	"perennial/shared/money"
	"perennial/shared/tax"
)

// ReasonTaxCorrection marks what corrects a tax that was charged wrong.
const ReasonTaxCorrection = "tax_correction"

// Retake is a line whose money holds another tax than its invoice says.
type Retake struct {
	Line  int // index in Invoice.Lines
	Right tax.Decision
	After tax.Taxed // of the gross amount that is left of the line
}

// Reissue is the wish to credit lines of a paid invoice and to issue them anew
// with another tax in the same gross amount.
type Reissue struct {
	Note, Fresh string // ids of the credit note and of the new invoice
	Lines       []Retake
	At          calendar.Instant
}

// Reissued is what a reissue wants written, together.
type Reissued struct {
	Old, Note, Fresh Invoice
	Payment          Payment
	Customer         Customer
	Entry            Entry
	Tickets          []Ticket
}

// Events tells of the credit note.
func (r Reissued) Events() []Event { return r.Note.Created() }

// Reissue corrects the tax of an invoice where the customer neither pays nor
// gets anything: the merchant owes more tax of the same money, or less (rules
// 16). The old lines keep what they were; refunds of the payment are taken of
// the new ones.
func (p Payment) Reissue(v Invoice, r Reissue, i Issuer, c Customer) (Reissued, error) {
	n := Note{ID: r.Note, Reason: ReasonTaxCorrection, At: r.At}
	cur := v.Total.Currency
	fresh := v
	fresh.ID, fresh.Version, fresh.Number, fresh.Series, fresh.Replaces = r.Fresh, 0, "", "", v.ID
	fresh.Lines, fresh.Levies, fresh.Reductions, fresh.Notes, fresh.Corrected = nil, nil, nil, nil, ""
	fresh.Discount, fresh.Reason = money.Of(0, cur), ReasonTaxCorrection
	var more int64
	for _, each := range r.Lines {
		line := v.Lines[each.Line]
		left := line.left()
		if left != each.After.Gross {
			return Reissued{}, ErrCreditTooMuch
		}
		n.Parts = append(n.Parts, NotePart{Line: each.Line, Gross: left})
		more += each.After.Tax.Minor - (line.Tax.Minor - line.CreditedTax.Minor)
		fresh.Levies, line.Levy = number(fresh.Levies, each.Right)
		line.Quantity, line.Unit, line.Amount, line.Inclusive, line.As = 1, left, left, true, nil
		line.Discount, line.Tax = money.Of(0, cur), each.After.Tax
		line.Credited, line.CreditedTax, line.CreditedAlone = money.Amount{}, money.Amount{}, money.Amount{}
		line.Moved, line.MovedTax = money.Amount{}, money.Amount{}
		fresh.Lines = append(fresh.Lines, line)
	}
	made, err := v.CreditNote(n, i, c)
	if err != nil {
		return Reissued{}, err
	}
	for k, each := range r.Lines {
		line := &made.Invoice.Lines[each.Line]
		line.Moved = each.After.Gross
		line.MovedTax = money.Of(-made.Note.Lines[k].Tax.Minor, cur)
	}
	if fresh, err = fresh.totalled(cur); err != nil {
		return Reissued{}, err
	}
	fresh.Subtotal = fresh.Total
	fresh = fresh.credited(v.Credit)
	out := Reissued{Note: made.Note, Old: made.Invoice}
	out.number(i, fresh, made)
	out.Old.ReplacedBy = fresh.ID
	p.Invoices = append(slices.Clone(p.Invoices), fresh.ID)
	p.Tax.Minor += more
	p.TaxFixes++
	p.UpdatedAt = r.At
	out.Payment = p
	out.Entry = Entry{ID: made.Note.ID, Object: p.ID, Customer: p.Customer, At: r.At, Postings: []Posting{
		{AccountRevenue, money.Of(more, cur)}, {AccountTax, money.Of(-more, cur)},
	}}
	return out, nil
}

// number makes the new invoice final after its credit note.
func (r *Reissued) number(i Issuer, fresh Invoice, made NoteMade) {
	var ticket *Ticket
	r.Fresh, r.Customer, ticket = i.finalise(fresh, made.Customer, made.Note.FinalAt)
	for _, t := range []*Ticket{made.Ticket, ticket} {
		if t != nil {
			r.Tickets = append(r.Tickets, *t)
		}
	}
}
