package billing

import (
	"perennial/shared/calendar"
	"perennial/shared/fault"
)

// PurchaseStatus is the state of a one-time purchase.
type PurchaseStatus string

// The purchase states.
const (
	PurchaseOpen    PurchaseStatus = "open" // waits for its payment
	PurchasePaid    PurchaseStatus = "paid"
	PurchaseExpired PurchaseStatus = "expired" // the payment never came
)

// Purchase is one customer's one-time purchase of a cart. Like a subscription
// it owns dues and a payment lock, but it has one invoice and no dates.
type Purchase struct {
	ID           string
	Version      int64
	Customer     string
	Brand        string // that it is sold under; empty is the primary one
	Status       PurchaseStatus
	Items        []Article
	Invoice      string // its only invoice: the dues
	Billing      Address
	TaxID        string
	BusinessName string
	Discounts    []Applied // in the order in which they are applied
	Metadata     map[string]any
	Answers      []Answer // to the merchant's own questions at the checkout
	FirstPayment string   // the payment that was promised when it was made
	Payment      string   // the payment that paid it
	Attempts     int      // attempts that somebody asked for
	Failure      Failure  // the last declined attempt; a purchase has no retries
	Lock         Lock
	CreatedAt    calendar.Instant
}

// Article is one product of a cart, without its price.
type Article struct {
	Product  string
	Name     string
	Quantity int64
}

// itemsOf are the products on invoices that hold one-time products; of others
// none, because the subscription's own product says it.
func itemsOf(invoices []Invoice) []Article {
	var items []Article
	cart := false
	for _, v := range invoices {
		for _, l := range v.Lines {
			cart = cart || l.Kind == LineOneTime
			if l.Kind == LineOneTime || l.Kind == LineRecurring {
				items = append(items, Article{Product: l.Product, Name: l.Description, Quantity: l.Quantity})
			}
		}
	}
	if !cart {
		return nil
	}
	return items
}

// Answer is what a customer answered to one of the merchant's questions.
type Answer struct{ Key, Value string }

// Faults of purchases.
var (
	ErrPaid        = fault.New(fault.Conflict, "CHECKOUT_SESSION_CONSUMED", "This was paid already.")
	ErrNotForSale  = fault.New(fault.Gone, "CHECKOUT_SESSION_CONSUMED", "This page was already used or has expired.")
	ErrCartEmpty   = fault.New(fault.Invalid, "PRODUCT_CART_EMTPY", "The cart is empty.") // Dodo's spelling
	ErrMixedPrices = fault.New(fault.Invalid, "UNSUPPORTED_CURRENCY", "All products of a cart must be priced in one currency.")
)

// Open reports whether the purchase still waits for its payment.
func (p Purchase) Open() bool { return p.Status == PurchaseOpen }

// Due is when the purchase must be looked at: at once while a payment is
// locked, or when its time to be paid is over. Zero: never.
func (p Purchase) Due() calendar.Instant {
	switch {
	case p.Lock.Set():
		return p.Lock.At
	case p.Open():
		return p.CreatedAt.Add(PendingLife)
	}
	return 0
}

// Next is what is due at an instant.
func (p Purchase) Next(at calendar.Instant) Step {
	switch {
	case p.Lock.Set():
		return StepRecover
	case p.Open() && p.Due() <= at:
		return StepFail
	}
	return StepNone
}

// Owes are the invoices that the purchase waits to be paid for at an instant:
// none once it was paid, or nobody has paid it in time.
func (p Purchase) Owes(at calendar.Instant) []string {
	if !p.Open() || p.Next(at) == StepFail {
		return nil
	}
	return []string{p.Invoice}
}

// Begin locks the purchase for one charge of its invoice.
func (p Purchase) Begin(a Attempt, dues Dues) (Purchase, []Invoice, error) {
	switch {
	case p.Lock.Set():
		return p, nil, ErrLocked
	case p.Status == PurchasePaid:
		return p, nil, ErrPaid
	case !p.Open():
		return p, nil, ErrNotForSale
	case len(dues.Invoices) != 1:
		return p, nil, ErrNothingDue
	}
	if a.By != BySystem {
		p.Attempts++
	}
	var invoices []Invoice
	p.Lock, invoices = a.lock(dues.Invoices, dues.Total)
	return p, invoices, nil
}

// Expire ends a purchase that nobody paid: its invoice is void, and its
// promised payment, when nobody tried to make it, is cancelled.
func (p Purchase) Expire(v Invoice, promised *Payment, at calendar.Instant) (Change, error) {
	if p.Lock.Set() {
		return Change{}, ErrLocked
	}
	p.Status = PurchaseExpired
	ch := Change{Purchase: &p, Invoices: []Invoice{v.void()}}
	if promised != nil && promised.Status == PaymentRequiresMethod {
		gone := *promised
		gone.Status, gone.UpdatedAt = PaymentCancelled, at
		ch.Payment, ch.Events = &gone, []Event{{Type: EventPaymentCancelled, Object: gone.ID}}
	}
	return ch, nil
}

// fill gives a payment what it says of the purchase.
func (p Purchase) fill(pay Payment) Payment {
	pay.Customer, pay.Purchase, pay.Brand, pay.Answers = p.Customer, p.ID, p.Brand, p.Answers
	pay.Billing, pay.Metadata = p.Billing, p.Metadata
	if len(p.Items) > 0 {
		pay.Product, pay.Quantity = p.Items[0].Product, p.Items[0].Quantity
	}
	return pay
}

// paidPurchase settles a captured attempt at a purchase.
func (c Case) paidPurchase(charge string) (Change, error) {
	p := *c.Purchase
	pay := c.payment(PaymentSucceeded)
	pay.Charge, pay.CapturedAt = charge, c.At
	invoice, customer, ticket := c.Invoices[0].pay(pay.ID, c.Issuer, c.Customer.paid(pay, c.At), c.At)
	pay.InvoiceNumber = invoice.Number
	change := Change{
		Customer: &customer, Invoices: []Invoice{invoice},
		Events: []Event{{Type: EventPaymentSucceeded, Object: pay.ID, Reason: ReasonPurchase}},
	}
	if ticket != nil {
		change.Tickets = []Ticket{*ticket}
	}
	if !pay.Amount.Nothing() || !pay.Credit.Nothing() {
		entry, err := captured(pay, c.At)
		if err != nil {
			return Change{}, err
		}
		change.Entry = &entry
	}
	p.Status, p.Payment, p.Failure, p.Lock = PurchasePaid, pay.ID, Failure{}, Lock{}
	change.Purchase, change.Payment = &p, &pay
	return change, nil
}

// declinedPurchase settles a refused attempt at a purchase: the customer may
// try again as long as it is open.
func (c Case) declinedPurchase(d Decline) Change {
	p, tried := *c.Purchase, c.Purchase.Lock
	pay := c.payment(PaymentFailed)
	pay.Decline = d
	p.Lock, p.Failure.Decline = Lock{}, d
	if tried.Intent != "" {
		p.Failure.Payment, p.Failure.Method = tried.Payment, tried.Method
	}
	return Change{
		Purchase: &p, Payment: &pay,
		Events: []Event{{Type: EventPaymentFailed, Object: pay.ID, Reason: ReasonPurchase}},
	}
}
