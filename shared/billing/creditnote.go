package billing

import (
	"slices"

	"perennial/shared/calendar"
	"perennial/shared/fault"
	"perennial/shared/money"
	"perennial/shared/tax"
)

// InvoiceKind tells what document an invoice is.
type InvoiceKind string

// The kinds of documents; empty is an ordinary invoice.
const (
	KindInvoice    InvoiceKind = ""
	KindCreditNote InvoiceKind = "credit_note"
	KindCorrection InvoiceKind = "correction" // other buyer particulars, the same amounts
	KindReinstated InvoiceKind = "reinstated" // cancels a credit note whose refund came back
)

// Faults of credit notes and corrections.
var (
	ErrNotFinal      = fault.New(fault.Conflict, "INVOICE_NOT_FINAL", "This invoice is not final yet.")
	ErrCreditTooMuch = fault.New(fault.Invalid, "LINE_ITEM_REFUND_AMOUNT_TOO_HIGH", "More cannot be given back than was charged.")
	ErrNothingLeft   = fault.New(fault.Conflict, "NOTHING_TO_REFUND", "Everything was given back already.")
	ErrCorrected     = fault.New(fault.Conflict, "INVOICE_CORRECTED", "This invoice was corrected already.")
	ErrTaxChanges    = fault.New(fault.Conflict, "INVOICE_TAX_CHANGES", "This correction would change the tax. The invoice must be credited and issued anew.")
)

// NotePart is what a credit note takes back of one line of the invoice.
type NotePart struct {
	Line  int          // index in Invoice.Lines
	Gross money.Amount // of the line's sign
	Tax   bool         // only tax is taken back (rules 16)
}

// Note is the wish for a credit note.
type Note struct {
	ID     string // inv_… of the credit note
	Refund string // the refund that it documents
	To     CreditTo
	Reason string
	Parts  []NotePart
	At     calendar.Instant
}

// Whole are the parts that take back everything that is left of the invoice.
func (v Invoice) Whole() []NotePart {
	var parts []NotePart
	for i, l := range v.Lines {
		if left := l.left(); !left.Nothing() {
			parts = append(parts, NotePart{Line: i, Gross: left})
		}
	}
	return parts
}

// left is the part of the line's gross amount that no credit note took back.
func (l Line) left() money.Amount {
	return money.Of(l.Gross().Minor-l.Credited.Minor, l.Amount.Currency)
}

// CreditNote takes back a part of a final invoice, which itself stays as it is
// but for what it remembers of its credit notes (rules 17). The tax of all
// credit notes of a line together is exactly its tax. The note is final.
func (v Invoice) CreditNote(n Note, i Issuer, c Customer) (NoteMade, error) {
	switch {
	case v.Status != InvoicePaid && v.Status != InvoiceUncollectible || v.Kind != KindInvoice:
		return NoteMade{}, ErrNotFinal
	case len(n.Parts) == 0:
		return NoteMade{}, ErrNothingLeft
	}
	cur := v.Total.Currency
	note := Invoice{
		ID: n.ID, Kind: KindCreditNote, Corrects: v.ID, Refund: n.Refund, To: n.To, Reason: n.Reason,
		Customer: v.Customer, Subscription: v.Subscription, Purchase: v.Purchase, Cause: v.Cause, Status: InvoicePaid, Payment: v.Payment,
		Levies: v.Levies, Buyer: v.Buyer, Period: v.Period, DueAt: n.At, PaidAt: n.At,
		Discount: money.Of(0, cur), Credit: money.Of(0, cur),
	}
	left := v
	left.Lines = slices.Clone(v.Lines)
	for _, part := range n.Parts {
		if part.Line < 0 || part.Line >= len(v.Lines) {
			return NoteMade{}, ErrCreditTooMuch
		}
		line, back, err := left.Lines[part.Line].credit(part)
		if err != nil {
			return NoteMade{}, err
		}
		left.Lines[part.Line], note.Lines = line, append(note.Lines, back)
	}
	note, err := note.totalled(cur)
	if err != nil {
		return NoteMade{}, err
	}
	left.Notes = append(slices.Clone(v.Notes), n.ID)
	made := NoteMade{Invoice: left}
	made.Note, made.Customer, made.Ticket = i.finalise(note, c, n.At)
	return made, nil
}

// NoteMade is what a credit note wants written, together.
type NoteMade struct {
	Note     Invoice
	Invoice  Invoice // the one that is credited
	Customer Customer
	Ticket   *Ticket // when the number is to follow
}

// totalled adds up the lines of a document that has no discount of its own.
func (v Invoice) totalled(c money.Currency) (Invoice, error) {
	var err error
	if v.Subtotal, err = sum(c, v.Lines, func(l Line) money.Amount { return l.Amount }); err != nil {
		return v, err
	}
	if v.Tax, err = sum(c, v.Lines, func(l Line) money.Amount { return l.Tax }); err != nil {
		return v, err
	}
	v.Total, err = sum(c, v.Lines, Line.Gross)
	return v, err
}

// credit takes back a part of the line: the line as it remembers it, and the
// line of the credit note.
func (l Line) credit(p NotePart) (line, back Line, err error) {
	left := l.left()
	if p.Gross.Currency != left.Currency || p.Gross.Nothing() || (p.Gross.Minor > 0) != (left.Minor > 0) ||
		abs(p.Gross.Minor) > abs(left.Minor) {
		return l, back, ErrCreditTooMuch
	}
	taken, err := l.taxIn(p)
	if err != nil {
		return l, back, err
	}
	l.CreditedTax = money.Of(l.CreditedTax.Minor+taken.Minor, left.Currency)
	l.Credited = money.Of(l.Credited.Minor+p.Gross.Minor, left.Currency)
	if p.Tax {
		l.CreditedAlone = money.Of(l.CreditedAlone.Minor+p.Gross.Minor, left.Currency)
	}
	back = l
	back.Credited, back.CreditedTax, back.CreditedAlone = money.Amount{}, money.Amount{}, money.Amount{}
	back.Discount = money.Of(0, left.Currency)
	back.Tax = money.Of(-taken.Minor, left.Currency)
	back.Amount = money.Of(-p.Gross.Minor, left.Currency)
	if !l.Inclusive {
		back.Amount.Minor += taken.Minor
	}
	back.Quantity, back.Unit = 1, back.Amount
	return l, back, nil
}

// taxIn is the tax inside a part of the line, such that the parts of the
// whole line make up its whole tax, whatever was given back of tax alone.
func (l Line) taxIn(p NotePart) (money.Amount, error) {
	cur := l.Amount.Currency
	rest := money.Of(l.Tax.Minor-l.CreditedTax.Minor, cur)
	if p.Tax {
		if abs(p.Gross.Minor) > abs(rest.Minor) {
			return rest, ErrCreditTooMuch
		}
		return p.Gross, nil
	}
	alone := l.CreditedAlone.Minor
	all := tax.Taxed{Tax: money.Of(l.Tax.Minor-alone, cur), Gross: money.Of(l.Gross().Minor-alone, cur)}
	part, err := all.Refunded(money.Of(l.Credited.Minor-alone, cur), p.Gross)
	if err != nil {
		return part, err
	}
	// Tax given back alone between two parts moves what later parts may hold.
	netLeft := l.left().Minor - rest.Minor
	sign := int64(1)
	if p.Gross.Minor < 0 {
		sign = -1
	}
	within := min(max(sign*part.Minor, 0, sign*(p.Gross.Minor-netLeft)), abs(p.Gross.Minor), abs(rest.Minor))
	return money.Of(sign*within, cur), nil
}

func abs(n int64) int64 { return max(n, -n) }
