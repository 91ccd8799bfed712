package billing

import (
	"time"

	"perennial/shared/calendar"
	"perennial/shared/fault"
	"perennial/shared/money"
)

// Faults of charges on demand.
var (
	ErrNotOnDemand  = fault.New(fault.Invalid, "SUBSCRIPTION_NOT_ON_DEMAND", "This subscription is charged by its dates, not on demand.")
	ErrNoMoreCharge = fault.New(fault.Invalid, "CHARGE_NOT_ALLOWED_FOR_SCHEDULED_CANCELLATION", "This subscription is about to be cancelled and cannot be charged any more.")
)

// Charge is what a merchant charges an on-demand subscription for.
type Charge struct {
	Amount      int64 // minor units, before tax unless the price includes it
	Currency    string
	Description string
	Metadata    map[string]any
}

// Check names everything that is wrong with the charge.
func (c Charge) Check() error {
	var check fault.Check
	check.That(c.Amount >= 1 && c.Amount <= 1_000_000_000_000, "product_price", "must be a positive sum in minor units")
	check.That(len(c.Description) <= 1000, "product_description", "must be at most 1000 characters")
	return check.Fault("INVALID_REQUEST_PARAMETERS", "The charge is not valid.")
}

// ChargeOnDemand opens the invoice of a charge that the merchant asks for.
func (s Subscription) ChargeOnDemand(c Charge, t Terms, at calendar.Instant) (Subscription, Invoice, error) {
	switch {
	case !s.OnDemand:
		return s, Invoice{}, ErrNotOnDemand
	case s.Status == StatusExpired:
		return s, Invoice{}, ErrExpired
	case s.Status != StatusActive:
		return s, Invoice{}, ErrInactive
	case s.Lock.Set():
		return s, Invoice{}, ErrLocked
	case s.Cancel.AtPeriodEnd || s.Cancel.Pending:
		return s, Invoice{}, ErrNoMoreCharge
	case c.Currency != "" && c.Currency != string(s.Price.Amount.Currency):
		return s, Invoice{}, ErrOtherCurrency
	}
	if err := c.Check(); err != nil {
		return s, Invoice{}, err
	}
	draft := s.Draft(t, CauseOnDemand, calendar.Period{Start: at, End: at})
	draft.Lines = draft.Lines[:1] // the merchant names the whole amount: addons are not added to it
	draft.Lines[0].Quantity, draft.Lines[0].Unit = 1, money.Of(c.Amount, draft.Currency)
	if c.Description != "" {
		draft.Lines[0].Description = c.Description
	}
	invoice, err := draft.Invoice()
	if err != nil {
		return s, Invoice{}, err
	}
	s.Open = []string{invoice.ID}
	return s, invoice, nil
}

// Promised is the payment that is to be made for the subscription's first
// invoice.
func (s Subscription) Promised(id string, v Invoice, at calendar.Instant) Payment {
	p := Payment{
		ID: id, Customer: s.Customer, Subscription: s.ID, Brand: s.Brand, Product: s.Product, Quantity: s.Quantity, Invoices: []string{v.ID},
		Items: itemsOf([]Invoice{v}), Answers: s.Answers, Discounts: s.Discounts,
		Status: PaymentRequiresMethod, Amount: v.Due(), By: ByCustomer,
		Cause: v.Cause, Refunded: money.Of(0, v.Total.Currency), Billing: s.Billing, Metadata: s.Metadata,
		CreatedAt: at, UpdatedAt: at,
	}
	p.Tax, p.Discount, p.Credit = reckoned([]Invoice{v}, v.Total.Currency)
	return p
}

// open makes the first draft of a subscription what was ordered: an on-demand
// one begins with the sum that was named for it, or with nothing, and one-time
// products are charged with the first invoice.
func (o Order) open(d Draft) Draft {
	if o.OnDemand != nil {
		line := &d.Lines[0]
		switch {
		case o.OnDemand.MandateOnly:
			line.Amount = money.Of(0, d.Currency)
		case o.OnDemand.First != nil:
			line.Quantity, line.Unit = 1, money.Of(*o.OnDemand.First, d.Currency)
		}
		if o.OnDemand.Description != "" {
			line.Description = o.OnDemand.Description
		}
	}
	d.Lines = append(d.Lines, o.Extras...)
	return d
}

// forget voids what is not due when its charge failed: a charge on demand,
// because the merchant decides when to ask again, and the first paid period
// after a trial, because it begins when it is paid.
func (ch Change) forget(c Case) Change {
	if cause := c.Lock().Cause; cause != CauseOnDemand && cause != CauseTrialEnd {
		return ch
	}
	for _, v := range c.Invoices {
		ch.Invoices = append(ch.Invoices, v.void())
	}
	ch.Subscription.Open = nil
	return ch
}

// Started is the subscription as it would be if it were paid for at an
// instant: a preview of its dates.
func (s Subscription) Started(at calendar.Instant, zone *time.Location) Subscription {
	return s.start(at, zone)
}
