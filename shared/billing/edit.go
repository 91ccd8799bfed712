package billing

import (
	"strings"
	"time"
	"unicode/utf8"

	"perennial/shared/calendar"
	"perennial/shared/fault"
	"perennial/shared/merchant"
	"perennial/shared/taxid"
)

// Edit changes particulars of a subscription without moving money. What is
// nil or zero stays as it is.
type Edit struct {
	Metadata     map[string]any // replaces; empty clears
	Billing      *Address
	TaxID        *string // empty clears it, and the business name with it
	BusinessName *string
	Term         calendar.Interval // may only make the term longer; a missing part stays
	NextBilling  calendar.Instant  // the new billing date, and the new anchor
	Collect      CollectionMethod  // empty leaves it
	Manual       merchant.Manual   // the terms, where renewals become manual
	Schedule     calendar.Instant  // ends charging on demand: from this date on it is billed by its own dates
}

// IsZero reports an edit that changes nothing.
func (e Edit) IsZero() bool {
	return e.Metadata == nil && e.Billing == nil && e.TaxID == nil && e.BusinessName == nil &&
		e.Term == (calendar.Interval{}) && e.NextBilling.IsZero() && e.Collect == "" && e.Schedule.IsZero()
}

// Edit applies the changes, all or none. The term and the billing date stay
// while a payment is locked or dues are open, because those were computed
// with them.
func (s Subscription) Edit(e Edit, at calendar.Instant, zone *time.Location) (Change, error) {
	e.Term = s.term(e.Term)
	next := s.particulars(e)
	if !e.Schedule.IsZero() {
		if !s.OnDemand {
			return Change{}, ErrNotOnDemand
		}
		e.NextBilling, next.OnDemand = e.Schedule, false
	}
	next.Blocked.Next = 0 // what stood in the way may be mended
	if e.Term.Valid() {
		next = next.lengthen(e.Term, zone)
	}
	if err := s.checkEdit(e, next, at); err != nil {
		return Change{}, err
	}
	if e.Term.Valid() || !e.NextBilling.IsZero() {
		if err := s.datesMayMove(e); err != nil {
			return Change{}, err
		}
	}
	if !e.NextBilling.IsZero() {
		next = next.moveBilling(e.NextBilling, at)
	}
	if e.Collect != "" && e.Collect != s.Collection() {
		var err error
		if next, err = next.collectBy(e, at); err != nil {
			return Change{}, err
		}
	}
	return Change{Subscription: next, Events: next.events(EventSubscriptionUpdated, "")}, nil
}

// term completes a wish for another term.
func (s Subscription) term(wish calendar.Interval) calendar.Interval {
	if wish == (calendar.Interval{}) {
		return wish
	}
	if wish.Count == 0 {
		wish.Count = s.Price.Term.Count
	}
	if wish.Unit == "" {
		wish.Unit = s.Price.Term.Unit
	}
	return wish
}

func (s Subscription) particulars(e Edit) Subscription {
	if e.Metadata != nil {
		s.Metadata = e.Metadata
	}
	if e.Billing != nil { // by the merchant, or by a customer who has signed in
		s.Billing, s.Unproven = *e.Billing, false
	}
	if e.TaxID != nil {
		if *e.TaxID != s.TaxID {
			s.TaxIDStatus = taxid.Unknown
		}
		s.TaxID = *e.TaxID
		if s.TaxID == "" {
			s.BusinessName = ""
		}
	}
	if e.BusinessName != nil {
		s.BusinessName = strings.TrimSpace(*e.BusinessName)
	}
	return s
}

// lengthen moves the end of the term by as much as the term grows, measured
// from the anchor.
func (s Subscription) lengthen(term calendar.Interval, zone *time.Location) Subscription {
	if !s.EndsAt.IsZero() {
		grown := calendar.Boundary(s.Anchor, term, 1, zone).Sub(calendar.Boundary(s.Anchor, s.Price.Term, 1, zone))
		s.EndsAt = s.EndsAt.Add(grown)
	}
	s.Price.Term = term
	return s
}

// moveBilling makes a date the end of the running period and the anchor of
// those that follow; a running trial ends then too.
func (s Subscription) moveBilling(to, at calendar.Instant) Subscription {
	if at < s.TrialEnd {
		s.TrialEnd = to
	}
	s.Period.End, s.Anchor = to, to
	return s.rescheduled()
}

func (s Subscription) datesMayMove(e Edit) error {
	switch {
	case s.Lock.Set():
		return ErrLocked
	case s.Status.Ended(), !e.NextBilling.IsZero() && s.Status != StatusActive:
		return ErrInactive
	case !e.NextBilling.IsZero() && len(s.Open) > 0:
		return ErrLocked
	case !e.NextBilling.IsZero() && s.Change != nil:
		return ErrChangePending // it was priced for the time that is left
	}
	return nil
}

// checkEdit names everything that is wrong with an edit; next is the
// subscription with the new particulars and term.
func (s Subscription) checkEdit(e Edit, next Subscription, at calendar.Instant) error {
	var check fault.Check
	if e.Billing != nil {
		check.That(len(e.Billing.Country) == 2, "billing.country", "must be an ISO 3166 alpha-2 code")
	}
	check.That(next.BusinessName == "" || next.TaxID != "", "customer_business_name", "needs a tax_id")
	check.That(utf8.RuneCountInString(next.BusinessName) <= 250, "customer_business_name", "must be at most 250 characters")
	if e.Term != (calendar.Interval{}) {
		from := max(s.Anchor, s.CreatedAt)
		old, longer := calendar.Boundary(from, s.Price.Term, 1, time.UTC), calendar.Boundary(from, e.Term, 1, time.UTC)
		check.That(e.Term.Valid() && longer >= old, "subscription_period_count", "may only make the subscription longer")
	}
	if !e.NextBilling.IsZero() {
		check.That(e.NextBilling > max(at, s.Period.Start), "next_billing_date", "must be in the future")
		check.That(next.EndsAt.IsZero() || e.NextBilling <= next.EndsAt, "next_billing_date", "must not be after the subscription expires")
	}
	return check.Fault("INVALID_REQUEST_PARAMETERS", "The subscription cannot be changed like this.")
}

// Planned is a payment of the dues that somebody is asked to make on a page.
func (s Subscription) Planned(id, checkout string, d Dues, at calendar.Instant) Payment {
	p := Payment{
		ID: id, Customer: s.Customer, Subscription: s.ID, Brand: s.Brand, Product: s.Product, Quantity: s.Quantity,
		Checkout: checkout, Status: PaymentRequiresMethod, Amount: d.Total, By: ByCustomer, UpdatesMethod: true,
		Billing: s.Billing, Metadata: s.Metadata, CreatedAt: at, UpdatedAt: at,
	}
	p.Refunded.Currency = d.Total.Currency
	p.Tax, p.Discount, p.Credit = reckoned(d.Invoices, d.Total.Currency)
	for _, v := range d.Invoices {
		p.Invoices = append(p.Invoices, v.ID)
		p.Cause, p.Retry = v.Cause, v.Attempts
	}
	return p
}
