package billing

import (
	"perennial/shared/calendar"
	"perennial/shared/money"
)

// Cause is why an invoice exists; it decides what paying it does (rules 5).
type Cause string

// The causes.
const (
	CauseFirst   Cause = "first_payment"
	CauseRenewal Cause = "renewal"
)

// InvoiceStatus is the state of an invoice.
type InvoiceStatus string

// The invoice states.
const (
	InvoiceOpen InvoiceStatus = "open"
	InvoicePaid InvoiceStatus = "paid"
	InvoiceVoid InvoiceStatus = "void"
)

// Line is one position of an invoice.
type Line struct {
	Product     string // product id
	Description string
	Quantity    int64
	Unit        money.Amount
	Amount      money.Amount // quantity times unit, without tax
	Tax         money.Amount
}

// Buyer is the customer as the invoice names them; it never changes after
// payment (rules 18).
type Buyer struct {
	Name    string
	Email   string
	Address Address
	TaxID   string
}

// Invoice is what is owed for one period. Until it is paid it is a due notice
// without a legal number; the number is taken in the transaction that pays it
// (rules 17).
type Invoice struct {
	ID           string
	Version      int64
	Customer     string
	Subscription string
	Number       string
	Cause        Cause
	Status       InvoiceStatus
	Lines        []Line
	Total        money.Amount // with tax
	Tax          money.Amount
	Period       calendar.Period
	DueAt        calendar.Instant
	Attempts     int // charges started for it
	Buyer        Buyer
	Payment      string // the payment that paid it
	PaidAt       calendar.Instant
	Replaces     string // the voided due notice it stands in for (rules 5)
	ReplacedBy   string
}

// newInvoice bills one period of the subscription at its own price.
func newInvoice(id string, s Subscription, c Customer, cause Cause, period calendar.Period) (Invoice, error) {
	amount, err := s.Price.Amount.Times(s.Quantity, 1)
	if err != nil {
		return Invoice{}, err
	}
	zero := money.Of(0, amount.Currency)
	if cause == CauseFirst && s.TrialDays > 0 {
		amount = zero
	}
	line := Line{
		Product: s.Product, Description: s.ProductName, Quantity: s.Quantity,
		Unit: s.Price.Amount, Amount: amount, Tax: zero,
	}
	return Invoice{
		ID: id, Customer: s.Customer, Subscription: s.ID, Cause: cause, Status: InvoiceOpen,
		Lines: []Line{line}, Total: amount, Tax: zero, Period: period, DueAt: period.Start,
		Buyer: Buyer{Name: c.Name, Email: c.Email, Address: s.Billing, TaxID: s.TaxID},
	}, nil
}

// pay settles the invoice with a payment and gives it its legal number.
func (v Invoice) pay(payment, number string, at calendar.Instant) Invoice {
	v.Status, v.Payment, v.Number, v.PaidAt = InvoicePaid, payment, number, at
	return v
}

// void cancels a due notice that never had a number.
func (v Invoice) void() Invoice {
	v.Status = InvoiceVoid
	return v
}

// restarted is the invoice that replaces an overdue renewal: the same lines
// for a full period that starts at payment (rules 5).
func (v Invoice) restarted(id string, period calendar.Period) (old, fresh Invoice) {
	fresh = v
	fresh.ID, fresh.Version, fresh.Replaces = id, 0, v.ID
	fresh.Period, fresh.DueAt = period, period.Start
	old = v.void()
	old.ReplacedBy = id
	return old, fresh
}
