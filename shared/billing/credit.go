package billing

import (
	"slices"

	"perennial/shared/calendar"
	"perennial/shared/money"
)

// Credit is what a plan change gave back: it stays with the subscription and
// pays its next invoices, after tax (rules 2).
type Credit struct {
	ID       string       // the plan change that made it
	Gross    money.Amount // with tax, at the rate at which it was paid
	Tax      money.Amount // the tax in Gross
	Left     money.Amount // what is not used yet
	Payments []string     // ids of the payments whose money it is; a full refund takes it back
	Note     bool         // a credit note of the merchant made it, no plan change
	At       calendar.Instant
}

// Balance is the credit that the subscription has left.
func (s Subscription) Balance() money.Amount {
	left := money.Of(0, s.Price.Amount.Currency)
	for _, c := range s.Credits {
		left.Minor += c.Left.Minor // bounded by what was paid
	}
	return left
}

// spend uses credit, the oldest first. What is used up is forgotten once it
// has paid: the journal knows it.
func (s Subscription) spend(amount money.Amount) Subscription {
	var kept []Credit
	s.Spent = slices.Clone(s.Spent)
	for _, c := range s.Credits {
		used := min(c.Left.Minor, amount.Minor)
		if used > 0 {
			part := c
			part.Left.Minor = used
			s.Spent = append(s.Spent, part)
		}
		c.Left.Minor -= used
		amount.Minor -= used
		if !c.Left.Nothing() {
			kept = append(kept, c)
		}
	}
	s.Credits = kept
	return s
}

// unspend gives back the credit of an invoice that will not be paid.
func (s Subscription) unspend(v Invoice, at calendar.Instant) Subscription {
	if s.Change != nil && s.Change.Invoice == v.ID { // the rest would have come from the change itself
		return s.refill(v.ID, s.Change.Used, at)
	}
	return s.refill(v.ID, v.Credit, at)
}

// refill gives back credit that was used, as it was before. Of what nothing is
// known a new credit is made.
func (s Subscription) refill(from string, amount money.Amount, at calendar.Instant) Subscription {
	s.Credits, s.Spent = slices.Clone(s.Credits), slices.Clone(s.Spent)
	for len(s.Spent) > 0 && amount.Minor > 0 {
		last := len(s.Spent) - 1
		back := s.Spent[last]
		back.Left.Minor = min(back.Left.Minor, amount.Minor)
		amount.Minor -= back.Left.Minor
		s.Credits = restore(s.Credits, back)
		if s.Spent[last].Left.Minor -= back.Left.Minor; s.Spent[last].Left.Nothing() {
			s.Spent = s.Spent[:last]
		}
	}
	if len(s.Spent) == 0 {
		s.Spent = nil
	}
	if amount.Minor > 0 {
		s.Credits = append(s.Credits, Credit{ID: from, Gross: amount, Left: amount, At: at})
	}
	return s
}

// restore adds a part of a credit to what is left of it.
func restore(credits []Credit, part Credit) []Credit {
	for i, c := range credits {
		if c.ID == part.ID && c.Note == part.Note && c.At == part.At && slices.Equal(c.Payments, part.Payments) {
			credits[i].Left.Minor += part.Left.Minor
			return credits
		}
	}
	return append(credits, part)
}

// note adds to an entry that a credit was given: what was revenue and tax is
// owed to the customer again.
func (e Entry) note(c Credit) Entry {
	if c.Gross.Nothing() {
		return e
	}
	cur := c.Gross.Currency
	e.Postings = append(slices.Clone(e.Postings), Posting{AccountRevenue, money.Of(c.Gross.Minor-c.Tax.Minor, cur)})
	if !c.Tax.Nothing() {
		e.Postings = append(e.Postings, Posting{AccountTax, c.Tax})
	}
	e.Postings = append(e.Postings, Posting{AccountCredit, money.Of(-c.Gross.Minor, cur)})
	return e
}
