package billing

import (
	"slices"
	"time"

	"perennial/shared/calendar"
)

// Case is a locked attempt with everything that settling it touches.
type Case struct {
	Subscription Subscription
	Purchase     *Purchase // when the attempt is for a one-time purchase, instead
	Customer     Customer
	Invoices     []Invoice // the invoices of the lock
	Payment      *Payment  // when it existed before the attempt
	Hold         *Hold     // when the subscription is on hold
	At           calendar.Instant
	Zone         *time.Location
	Fresh        []string // ids for invoices that replace overdue ones, one for each invoice
	Refund       string   // id for a refund of what nobody waits for any more
	Owing        bool     // the gateway refuses that refund for now
	Wall         time.Time
	Issuer       Issuer
	Counts       []DiscountUse // what an ending purchase gives back
}

// Change is what a settlement or cancellation wants written, together.
type Change struct {
	Subscription Subscription
	Purchase     *Purchase // instead of the subscription
	Customer     *Customer
	Invoices     []Invoice
	Payment      *Payment
	Entry        *Entry
	Refund       *Refund
	Hold         *Hold
	Tickets      []Ticket      // documents whose number is to follow
	Counts       []DiscountUse // redemptions that were counted or given back
	Said         *CancelReason // why it is cancelled
	Events       []Event
}

// Owner is the id of what the attempt is made for: a subscription or a
// purchase.
func (c Case) Owner() string {
	if c.Purchase != nil {
		return c.Purchase.ID
	}
	return c.Subscription.ID
}

// Lock is the payment lock of the attempt.
func (c Case) Lock() Lock {
	if c.Purchase != nil {
		return c.Purchase.Lock
	}
	return c.Subscription.Lock
}

// Failure is what is known of the attempt before this one.
func (c Case) Failure() Failure {
	if c.Purchase != nil {
		return c.Purchase.Failure
	}
	return c.Subscription.Failure
}

// Begin locks the owner for one charge of its open invoices.
func (c Case) Begin(a Attempt, dues Dues) (Case, error) {
	var err error
	if c.Purchase == nil {
		c.Subscription, c.Invoices, err = c.Subscription.Begin(a, dues)
		return c, err
	}
	locked, invoices, err := c.Purchase.Begin(a, dues)
	c.Purchase, c.Invoices = &locked, invoices
	return c, err
}

// Prepared records the gateway's intent, before it is confirmed.
func (c Case) Prepared(intent string) Case {
	if c.Purchase == nil {
		c.Subscription = c.Subscription.Prepared(intent)
		return c
	}
	locked := *c.Purchase
	locked.Lock.Intent = intent
	c.Purchase = &locked
	return c
}

// waits gives the owner a lock in another state, in a change.
func (c Case) waits(ch Change, l Lock) Change {
	if c.Purchase == nil {
		ch.Subscription = c.Subscription
		ch.Subscription.Lock = l
		return ch
	}
	p := *c.Purchase
	p.Lock = l
	ch.Purchase = &p
	return ch
}

// discounts are the owner's, with the customer who redeems them.
func (c Case) discounts() ([]Applied, string) {
	if c.Purchase != nil {
		return c.Purchase.Discounts, c.Purchase.Customer
	}
	return c.Subscription.Discounts, c.Subscription.Customer
}

// Uncounted names the counts that the attempt's first redemptions move.
func (c Case) Uncounted() []string {
	applied, customer := c.discounts()
	return Uses(applied, customer, false)
}

// Redeem counts what the owner redeems for the first time. A discount for
// first payments is none for who has paid since the order.
func (c Case) Redeem(counts []DiscountUse) (Case, []DiscountUse, error) {
	applied, customer := c.discounts()
	first := func(a Applied) bool { return !a.Counted && a.Eligibility == EligibleFirstTime }
	if c.Customer.HasPaid() && slices.ContainsFunc(applied, first) {
		return c, nil, ErrDiscountNotForYou
	}
	applied, moved, err := Count(applied, customer, counts)
	if err != nil {
		return c, nil, err
	}
	if c.Purchase == nil {
		c.Subscription.Discounts = applied
		return c, moved, nil
	}
	p := *c.Purchase
	p.Discounts, c.Purchase = applied, &p
	return c, moved, nil
}

// GiveBack adds to the end of what was never paid that its redemptions do not
// count. The counts are those that Uses names, as they are stored.
func (ch Change) GiveBack(counts []DiscountUse) Change {
	if p := ch.Purchase; p != nil {
		ended := *p
		ended.Discounts, ch.Counts = Uncount(p.Discounts, p.Customer, counts)
		ch.Purchase = &ended
		return ch
	}
	s := &ch.Subscription
	s.Discounts, ch.Counts = Uncount(s.Discounts, s.Customer, counts)
	return ch
}

// reducing are the owner's discounts that reduced the invoices of the attempt.
func (c Case) reducing() []Applied {
	applied, _ := c.discounts()
	var out []Applied
	for _, a := range applied {
		for _, v := range c.Invoices {
			if slices.ContainsFunc(v.Reductions, func(r Reduction) bool { return r.Discount == a.ID }) {
				out = append(out, a)
				break
			}
		}
	}
	return out
}
