package billing

import (
	"perennial/shared/calendar"
	"perennial/shared/money"
	"perennial/shared/tax"
)

// PaymentStatus is the state of a payment, in Dodo's intent words.
type PaymentStatus string

// The payment states.
const (
	PaymentRequiresMethod PaymentStatus = "requires_payment_method"
	PaymentRequiresAction PaymentStatus = "requires_customer_action"
	PaymentProcessing     PaymentStatus = "processing"
	PaymentSucceeded      PaymentStatus = "succeeded"
	PaymentFailed         PaymentStatus = "failed"
	PaymentCancelled      PaymentStatus = "cancelled"
)

// Initiator is who started a charge.
type Initiator string

// The initiators.
const (
	BySystem   Initiator = "system"   // renewal or automatic retry, off-session
	ByCustomer Initiator = "customer" // portal or checkout, on-session
	ByMerchant Initiator = "merchant" // API
)

// Payment is one attempt to collect the invoices of a subscription.
type Payment struct {
	ID            string
	Version       int64
	Customer      string
	Subscription  string
	Brand         string    // that it is sold under; empty is the primary one
	Purchase      string    // the one-time purchase it is for, instead
	Items         []Article // what a cart holds; empty when Product and Quantity say it
	Answers       []Answer  // to the merchant's own questions at the checkout
	Product       string
	Quantity      int64
	Invoices      []string
	InvoiceNumber string // legal number, once paid
	Checkout      string // the session it was made in
	Status        PaymentStatus
	Amount        money.Amount
	Tax           money.Amount // in Amount and Credit together
	Discount      money.Amount // what was taken off before; empty for none
	Discounts     []Applied    // those that reduced its invoices
	Credit        money.Amount // what credit paid besides; empty for none
	Method        Method
	Intent        string
	Charge        string
	Retry         int // 0 for the first attempt at an invoice
	By            Initiator
	Pacing        Pacing // how the retry after its failure, or that it is itself, was timed
	UpdatesMethod bool
	Cause         Cause
	Decline       Decline
	ActionURL     string
	Refunded      money.Amount
	RefundedTax   money.Amount // its tax
	Noted         money.Amount // given by credit notes otherwise than back to the method; empty for none
	NotedTax      money.Amount // its tax
	Returning     bool         // a capture that came late goes back: it pays nothing any more
	Refunding     string       // the refund that is being made; there is one at a time
	Refunds       []string     // ids, oldest first
	Backs         []Back       // what went back of each invoice line
	TaxFixes      int          // corrections of its tax that were begun
	Withheld      money.Amount // taken away by disputes that are open or lost
	Disputes      []string     // ids, oldest first
	DisputeStatus DisputeStatus
	CapturedAt    calendar.Instant // when it succeeded
	Billing       Address
	Evidence      tax.Evidence // where its customer is, as far as it tells (R271)
	Metadata      map[string]any
	CreatedAt     calendar.Instant
	UpdatedAt     calendar.Instant
}

// DeclineClass says what can be done about a decline.
type DeclineClass string

// The decline classes (reference: networks' and gateways' decline tables).
const (
	ClassHard           DeclineClass = "hard"           // this card is dead for us
	ClassNeedsCustomer  DeclineClass = "needs_customer" // only the customer can mend it
	ClassAuthentication DeclineClass = "authentication" // the customer must authenticate
	ClassMoney          DeclineClass = "soft_money"     // no funds or over a limit now
	ClassTechnical      DeclineClass = "soft_technical" // issuer or network trouble
	ClassVague          DeclineClass = "vague"          // the issuer does not say
	ClassOurFault       DeclineClass = "our_fault"      // the request was wrong
)

// Decline is a refusal as we keep it: the gateway's code and its class.
type Decline struct {
	Code   string // lower case, the gateway's word
	Advice string
	Class  DeclineClass
}
