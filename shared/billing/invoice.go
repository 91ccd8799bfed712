package billing

import (
	"perennial/shared/calendar"
	"perennial/shared/fault"
	"perennial/shared/money"
	"perennial/shared/tax"
)

// Cause is why an invoice exists; it decides what paying it does (rules 5).
type Cause string

// The causes.
const (
	CauseFirst      Cause = "first_payment"
	CauseRenewal    Cause = "renewal"
	CauseTrialEnd   Cause = "trial_end"   // the first paid period after a trial that ended without a payment method
	CausePurchase   Cause = "purchase"    // of a one-time purchase
	CauseOnDemand   Cause = "on_demand"   // the merchant charges an on-demand subscription
	CausePlanChange Cause = "plan_change" // the charge for another plan
)

// InvoiceStatus is the state of an invoice.
type InvoiceStatus string

// The invoice states. Draft: may still change, is not owed. Open: owed. Void:
// never was, and has no number. Uncollectible: given up, but paying it is
// still possible.
const (
	InvoiceDraft         InvoiceStatus = "draft"
	InvoiceOpen          InvoiceStatus = "open"
	InvoicePaid          InvoiceStatus = "paid"
	InvoiceVoid          InvoiceStatus = "void"
	InvoiceUncollectible InvoiceStatus = "uncollectible"
)

// ErrNumbered refuses to void an invoice with a legal number: only a credit
// note cancels it (rules 17).
var ErrNumbered = fault.New(fault.Conflict, "INVOICE_NUMBERED", "This invoice has a number. Only a credit note can cancel it.")

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
// without a legal number; the number is taken in the transaction that pays it,
// or at issue for manual collection (rules 17). A final invoice is never
// changed but for what it remembers of its payment and its credit notes.
type Invoice struct {
	ID           string
	Version      int64
	Kind         InvoiceKind
	Customer     string
	Subscription string
	Purchase     string // the one-time purchase it is for, instead of a subscription
	Number       string // the legal number; empty while a series of the business has yet to give it
	Series       string // the business's series that numbers it; empty: the customer's
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
	FinalAt      calendar.Instant // when it was issued or paid, whichever came first
	Seller       Party            // snapshot of that instant
	Template     int              // layout that it is issued with
	Corrects     string           // id of the invoice that a credit note or correction is about
	Corrected    string           // id of this invoice's correction
	Refund       string           // the refund that a credit note documents
	To           CreditTo         // where the money of a credit note goes that documents none
	Reason       string
	Notes        []string // ids of this invoice's credit notes
	Replaces     string   // the voided due notice it stands in for (rules 5)
	ReplacedBy   string
}

// Due is what is to be paid: the total less the credit applied.
func (v Invoice) Due() money.Amount {
	return money.Of(v.Total.Minor-v.Credit.Minor, v.Total.Currency)
}

// Final reports an invoice that was issued or paid: it has its number, or
// waits for it in a series.
func (v Invoice) Final() bool { return v.Number != "" || v.Series != "" }

// pay settles the invoice with a payment, which makes it final.
func (v Invoice) pay(payment string, i Issuer, c Customer, at calendar.Instant) (Invoice, Customer, *Ticket) {
	v.Status, v.Payment, v.PaidAt = InvoicePaid, payment, at
	if v.Final() {
		return v, c, nil
	}
	return i.finalise(v, c, at)
}

// Issue makes an open invoice final before it is paid, for manual collection.
func (v Invoice) Issue(i Issuer, c Customer, at calendar.Instant) (Invoice, Customer, *Ticket, error) {
	if v.Status != InvoiceDraft && v.Status != InvoiceOpen || v.Final() {
		return v, c, nil, ErrNumbered
	}
	v.Status = InvoiceOpen
	v, c, ticket := i.finalise(v, c, at)
	return v, c, ticket, nil
}

// Void cancels an invoice that never had a number.
func (v Invoice) Void() (Invoice, error) {
	if v.Final() || v.Status != InvoiceDraft && v.Status != InvoiceOpen {
		return v, ErrNumbered
	}
	return v.void(), nil
}

// void ends what is owed: a due notice is void, an issued invoice, which
// keeps its number, is given up.
func (v Invoice) void() Invoice {
	v.Status = InvoiceVoid
	if v.Final() {
		v.Status = InvoiceUncollectible
	}
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
