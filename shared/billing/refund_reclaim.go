package billing

import (
	"slices"

	"perennial/shared/calendar"
	"perennial/shared/fault"
	"perennial/shared/money"
)

// concerns reports a subscription that a refund of a payment must not meet
// unseen: its running period was paid with it, or it has credit made of it.
func (s Subscription) concerns(payment string) bool {
	return slices.Contains(s.Receipts, payment) ||
		madeOf(payment, s.Credits) > 0 || madeOf(payment, s.Spent) > 0
}

// ErrCreditInUse refuses a refund of money that an unpaid invoice was promised
// as credit: when it is void, the credit is there to be taken back.
var ErrCreditInUse = fault.New(fault.Conflict, "PREVIOUS_PAYMENT_PENDING", "An invoice that uses credit of this payment is not paid yet.")

// counts reports a change that waits for its payment and was priced with the
// money of a payment: it would give that money back, or pays with credit made
// of it.
func (s Subscription) counts(payment string) bool {
	of := func(c Credit) bool { return slices.Contains(c.Payments, payment) }
	c := s.Change
	return c != nil && !s.Status.Ended() && (!c.Credit.Gross.Nothing() && of(c.Credit) || slices.ContainsFunc(s.Spent, of))
}

// Reclaim takes back, before a refund, what it and the unused credits that plan
// changes made of the payment would give back beyond what was paid: the same
// money does not go back twice (rules 2). touched is false when the
// subscription has nothing to do with the payment. While a change that counts
// on it waits for its own payment, nothing is refunded; nor is what an unpaid
// invoice has used of the credit.
func (s Subscription) Reclaim(r Refund, p Payment) (after Subscription, refund Refund, touched bool, err error) {
	switch {
	case s.counts(p.ID):
		return s, r, false, ErrChangePending
	case !s.concerns(p.ID):
		return s, r, false, nil
	}
	excess := p.Given() + r.Amount.Minor + min(s.prorated(p.ID), p.Amount.Minor) - p.Amount.Minor
	var kept []Credit
	r.Reclaimed = nil
	promised := s.Carried.Credit.Minor
	for _, c := range s.Credits {
		used := min(c.Left.Minor, promised)
		promised -= used
		part := min(c.Left.Minor-used, excess)
		if part <= 0 || c.Note || !slices.Contains(c.Payments, p.ID) {
			kept = append(kept, c)
			continue
		}
		taken := c
		taken.Left = money.Of(part, c.Left.Currency)
		r.Reclaimed = append(r.Reclaimed, taken)
		excess -= part
		if c.Left.Minor -= part; c.Left.Minor > 0 {
			kept = append(kept, c)
		}
	}
	if excess > 0 && (Subscription{Spent: s.Spent}).prorated(p.ID) > 0 {
		return s, r, false, ErrCreditInUse
	}
	s.Credits = kept
	return s, r, true, nil
}

// madeOf is what is left of credits that were made of a payment, or of it and
// others.
func madeOf(payment string, credits []Credit) (minor int64) {
	for _, c := range credits {
		if slices.Contains(c.Payments, payment) {
			minor += c.Left.Minor
		}
	}
	return minor
}

// unreclaim gives back what a refund took that did not happen.
func (s Subscription) unreclaim(r Refund, at calendar.Instant) Subscription {
	for _, c := range r.Reclaimed {
		c.At = at
		s.Credits = append(slices.Clone(s.Credits), c)
	}
	return s
}

// Restored is the subscription after a refund that failed, once.
func (ch RefundChange) Restored(s Subscription) RefundChange {
	if ch.Refund.Status != RefundFailed || len(ch.Refund.Reclaimed) == 0 {
		return ch
	}
	s = s.unreclaim(ch.Refund, ch.Refund.UpdatedAt)
	ch.Subscription, ch.Refund.Reclaimed = &s, nil
	return ch
}

// reclaimed adds to an entry that unused credit is owed no more: what it was
// made of is revenue and tax again, before the refund takes them off.
func (e Entry) reclaimed(credits []Credit) (Entry, error) {
	for _, c := range credits {
		tax, err := c.Tax.Times(c.Left.Minor, max(c.Gross.Minor, 1))
		if err != nil {
			return e, err
		}
		if c.Tax.Nothing() {
			tax = money.Of(0, c.Left.Currency)
		}
		e.Postings = append(e.Postings,
			Posting{AccountCredit, c.Left}, Posting{AccountRevenue, money.Of(tax.Minor-c.Left.Minor, c.Left.Currency)})
		if !tax.Nothing() {
			e.Postings = append(e.Postings, Posting{AccountTax, money.Of(-tax.Minor, c.Left.Currency)})
		}
	}
	return e, nil
}
