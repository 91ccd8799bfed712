package billing

import (
	"fmt"
	"slices"
	"time"

	"perennial/shared/calendar"
	"perennial/shared/money"
)

// Bounce undoes a refund that had succeeded: its money came back, because the
// customer's bank did not take it. Payment and journal are as before it, and
// credit that it took is there again by Restored. Money that nobody may keep, of
// a late capture or of tax that was charged too much, is owed to the customer;
// that of a late capture is offered to the gateway again.
func (r Refund) Bounce(p Payment, problem string, at calendar.Instant, wall time.Time) (RefundChange, error) {
	entry, err := r.undone(at)
	if err != nil {
		return RefundChange{}, err
	}
	p.Refunded.Minor -= r.Amount.Minor
	p.RefundedTax.Minor -= r.Tax.Minor
	p.Backs = slices.Clone(p.Backs)
	for _, b := range r.Backs {
		if i := slices.Index(p.Backs, b); i >= 0 {
			p.Backs = slices.Delete(p.Backs, i, i+1)
		}
	}
	p.UpdatedAt = at
	r.Status, r.Problem, r.UpdatedAt = RefundFailed, problem, at
	r.Bounced++
	if r.Late() {
		r.Status, r.TakenAt, r.Next, p.Refunding = RefundReview, wall, wall.Add(LeaseRefund), r.ID
	}
	return RefundChange{Refund: r, Payment: p, Entry: &entry, Events: []Event{{Type: EventRefundFailed, Object: r.ID, Reason: r.Cause}}}, nil
}

// owes reports a refund whose money is the customer's whatever becomes of it.
func (r Refund) owes() bool { return r.Late() || r.Cause == ReasonTaxCorrection }

// entry names the journal entry of a refund, and of each time that it was made
// again after its money came back.
func (r Refund) entry() string {
	if r.Bounced == 0 {
		return r.ID
	}
	return fmt.Sprintf("%s-%d", r.ID, r.Bounced)
}

// undone records that the money of a refund came back.
func (r Refund) undone(at calendar.Instant) (Entry, error) {
	e := Entry{ID: r.entry() + back, Object: r.ID, Customer: r.Customer, At: at}
	var made Entry
	var err error
	if r.owes() {
		e.Postings = []Posting{{AccountGateway, r.Amount}, {AccountCredit, money.Of(-r.Amount.Minor, r.Amount.Currency)}}
		made, err = Entry{}.reclaimed(r.Reclaimed)
	} else {
		made, err = returned(r, at)
	}
	for _, p := range made.Postings {
		e.Postings = append(e.Postings, Posting{p.Account, money.Of(-p.Amount.Minor, p.Amount.Currency)})
	}
	return e, err
}

// again records that what was owed since a refund came back goes to the
// customer after all.
func (r Refund) again(at calendar.Instant) Entry {
	return Entry{ID: r.entry(), Object: r.ID, Customer: r.Customer, At: at, Postings: []Posting{
		{AccountGateway, money.Of(-r.Amount.Minor, r.Amount.Currency)}, {AccountCredit, r.Amount},
	}}
}

// Unnoted takes back the credit notes of a refund that came back, each by an
// invoice over the same lines, with an id each: what they credited can be
// credited again. A note of tax that was charged too much stays right.
func (ch RefundChange) Unnoted(invoices, notes []Invoice, ids []string, i Issuer, c Customer) (RefundChange, error) {
	if ch.Refund.owes() {
		for _, note := range notes {
			note.Refund, note.To, note.Reason = "", CreditBalance, ReasonTaxCorrection
			ch.Invoices = append(ch.Invoices, note)
		}
		return ch, nil
	}
	for n, note := range notes {
		at := slices.IndexFunc(invoices, func(v Invoice) bool { return v.ID == note.Corrects })
		if at < 0 {
			return ch, fmt.Errorf("credit note %s is of no invoice of payment %s", note.ID, ch.Payment.ID)
		}
		again, err := note.reinstated(ids[n], ch.Refund.UpdatedAt)
		if err != nil {
			return ch, err
		}
		var ticket *Ticket
		again, c, ticket = i.finalise(again, c, ch.Refund.UpdatedAt)
		ch.Invoices = append(ch.Invoices, invoices[at].uncredited(note, ch.Refund.Backs), again)
		ch.Refund.Notes = append(slices.Clone(ch.Refund.Notes), again.ID)
		if ticket != nil {
			ch.Tickets = append(ch.Tickets, *ticket)
		}
	}
	if len(notes) > 0 {
		ch.Customer = &c
	}
	return ch, nil
}

// reinstated is the document that cancels a credit note.
func (v Invoice) reinstated(id string, at calendar.Instant) (Invoice, error) {
	again := v
	again.ID, again.Version, again.Kind, again.Corrects = id, 0, KindReinstated, v.ID
	again.Number, again.Series, again.Refund, again.To, again.Reason, again.Notes = "", "", "", "", "", nil
	again.DueAt, again.PaidAt = at, at
	again.Lines = slices.Clone(v.Lines)
	for k, l := range again.Lines {
		l.Amount.Minor, l.Tax.Minor = -l.Amount.Minor, -l.Tax.Minor
		l.Quantity, l.Unit = 1, l.Amount
		again.Lines[k] = l
	}
	return again.totalled(v.Total.Currency)
}

// uncredited is an invoice whose credit note was cancelled. The note's lines
// are in the order of what the refund gives back.
func (v Invoice) uncredited(note Invoice, backs []Back) Invoice {
	v.Lines = slices.Clone(v.Lines)
	next := 0
	for _, credited := range note.Lines {
		gross := -credited.Gross().Minor
		for next < len(backs) && (backs[next].Invoice != v.ID || backs[next].Tax.Minor != -credited.Tax.Minor || backs[next].Amount.Minor < gross) {
			next++
		}
		if next >= len(backs) || backs[next].Line >= len(v.Lines) {
			break
		}
		line := &v.Lines[backs[next].Line]
		line.Credited.Minor -= gross
		line.CreditedTax.Minor += credited.Tax.Minor
		next++
	}
	return v
}

// Owed gives tax whose refund came back as credit of the subscription: its
// credit note stands.
func (ch RefundChange) Owed(s Subscription) RefundChange {
	r := ch.Refund
	if r.Cause != ReasonTaxCorrection || s.Status.Ended() {
		return ch
	}
	s.Credits = append(slices.Clone(s.Credits), Credit{ID: r.ID, Gross: r.Amount, Tax: r.Amount, Left: r.Amount, Payments: []string{ch.Payment.ID}, At: r.UpdatedAt})
	ch.Subscription = &s
	return ch
}
