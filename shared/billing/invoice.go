package billing

import (
	"perennial/shared/calendar"
	"perennial/shared/money"
	"perennial/shared/tax"
)

// Cause is why an invoice exists; it decides what paying it does (rules 5).
type Cause string

// The causes.
const (
	CauseFirst    Cause = "first_payment"
	CauseRenewal  Cause = "renewal"
	CausePurchase Cause = "purchase"  // of a one-time purchase
	CauseOnDemand Cause = "on_demand" // the merchant charges an on-demand subscription
)

// InvoiceStatus is the state of an invoice.
type InvoiceStatus string

// The invoice states.
const (
	InvoiceOpen InvoiceStatus = "open"
	InvoicePaid InvoiceStatus = "paid"
	InvoiceVoid InvoiceStatus = "void"
)

// Buyer is the customer as the invoice names them; it never changes after
// payment (rules 18).
type Buyer struct {
	Name     string
	Business string // only beside a tax id
	Email    string
	Address  Address
	TaxID    string
}

// Invoice is what is owed for one period. Until it is paid it is a due notice
// without a legal number; the number is taken in the transaction that pays it
// (rules 17).
type Invoice struct {
	ID           string
	Version      int64
	Customer     string
	Subscription string
	Purchase     string // the one-time purchase it is for, instead of a subscription
	Number       string
	Cause        Cause
	Status       InvoiceStatus
	Lines        []Line
	Subtotal     money.Amount // list prices of the lines
	Discount     money.Amount
	Reductions   []Reduction    // what each discount took, in their order
	Levies       []tax.Decision // the tax decisions that the lines refer to
	Total        money.Amount   // the lines' gross amounts, with tax; Due is what is left to pay
	Tax          money.Amount
	Credit       money.Amount // applied after tax (rules 2)
	Period       calendar.Period
	DueAt        calendar.Instant
	Attempts     int // charges started for it
	Buyer        Buyer
	Payment      string // the payment that paid it
	PaidAt       calendar.Instant
	Replaces     string // the voided due notice it stands in for (rules 5)
	ReplacedBy   string
}

// Due is what is to be paid: the total less the credit applied.
func (v Invoice) Due() money.Amount {
	return money.Of(v.Total.Minor-v.Credit.Minor, v.Total.Currency)
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
