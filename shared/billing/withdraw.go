package billing

import "perennial/shared/calendar"

// ReasonWithdrawn is the reason of a credit note over an invoice that was
// issued and will never be paid, because what it bills will not be delivered.
const ReasonWithdrawn = "not_delivered"

// Withdrawn adds credit notes for the invoices of a change that were issued
// and have become uncollectible: an invoice with a number is cancelled only by
// one (rules 17). No money moves. The ids name the notes, one for each invoice.
func (ch Change) Withdrawn(ids []string, i Issuer, c Customer, at calendar.Instant) (Change, error) {
	if ch.Customer != nil {
		c = *ch.Customer
	}
	invoices := ch.Invoices
	for k, v := range invoices {
		if v.Status != InvoiceUncollectible || v.Kind != KindInvoice || len(v.Notes) > 0 || k >= len(ids) {
			continue
		}
		made, err := v.CreditNote(Note{ID: ids[k], Reason: ReasonWithdrawn, Parts: v.Whole(), At: at}, i, c)
		if err != nil {
			return ch, err
		}
		c = made.Customer
		ch.Invoices = append(append([]Invoice(nil), ch.Invoices...), made.Note)
		ch.Invoices[k], ch.Customer = made.Invoice, &c
		ch.Events = append(append([]Event(nil), ch.Events...), made.Note.Created()...)
		if made.Ticket != nil {
			ch.Tickets = append(ch.Tickets, *made.Ticket)
		}
	}
	return ch, nil
}

// unbill gives up the open invoice of a manual renewal that will not come.
// The change that is returned wants it withdrawn.
func (s Subscription) unbill(open []Invoice, at calendar.Instant) (Subscription, []Invoice) {
	var gone []Invoice
	for _, v := range open {
		if v.Status == InvoiceOpen && v.Cause == CauseRenewal {
			s = s.unspend(v, at)
			s = s.recarry(v, at)
			gone = append(gone, v.void())
		}
	}
	if s.Change == nil { // one that waits has its own use of it
		s.Spent = nil
	}
	s.Open, s.Manual.Ends = nil, 0
	return s, gone
}
