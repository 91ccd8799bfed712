package billing

import (
	"slices"
	"time"

	"perennial/shared/calendar"
	"perennial/shared/fault"
	"perennial/shared/money"
)

// RefundStatus is the state of a refund, in wire names.
type RefundStatus string

// The refund states. A refund in review is one whose outcome the gateway does
// not tell; it keeps the payment from being refunded again.
const (
	RefundPending   RefundStatus = "pending"
	RefundSucceeded RefundStatus = "succeeded"
	RefundFailed    RefundStatus = "failed"
	RefundReview    RefundStatus = "review"
)

// Open reports a refund whose outcome is not known yet.
func (s RefundStatus) Open() bool { return s == RefundPending || s == RefundReview }

// LeaseRefund is how long a fresh refund is left to the one who makes it.
const LeaseRefund = 2 * time.Minute

// Refund is money that goes back to the method that a payment was made with.
type Refund struct {
	ID           string // also the idempotency key at the gateway
	Version      int64
	Customer     string
	Subscription string
	Payment      string
	Brand        string // the payment's
	Status       RefundStatus
	Amount       money.Amount // with tax
	Tax          money.Amount
	Partial      bool   // less than the payment
	Backs        []Back // what it gives back of each invoice line
	Reason       string // the merchant's words
	Cause        string // ReasonLateCapture or ReasonTaxCorrection; empty: asked for
	Metadata     map[string]any
	Gateway      string
	Account      string
	Intent       string
	Reference    string   // the gateway's
	Notes        []string // credit notes that document it, and what cancelled them
	Reclaimed    []Credit // unused credit that it took back first (rules 2)
	Problem      string   // why it failed, the gateway's word
	Bounced      int      // how often its money came back after it had succeeded
	Method       Method
	TakenAt      time.Time // wall time at which it was decided
	Next         time.Time // wall time at which the gateway is asked; zero when it is over
	Tries        int       // how often it was asked
	CreatedAt    calendar.Instant
	UpdatedAt    calendar.Instant
}

// Back is what was given back of one invoice line.
type Back struct {
	Invoice string
	Line    int    // index of the line
	Item    string // the product or addon
	Amount  money.Amount
	Tax     money.Amount // its part in the amount
}

// Faults of refunds.
var (
	ErrNotPaid      = fault.New(fault.Invalid, "PAYMENT_NOT_SUCCEEDED", "Only a payment that succeeded can be refunded.")
	ErrNothingPaid  = fault.New(fault.Invalid, "ZERO_AMOUNT_PAYMENT_REFUND_NOT_ALLOWED", "A payment of nothing cannot be refunded.")
	ErrRefunding    = fault.New(fault.Conflict, "EXISTING_REFUND_REQUEST_PROCESSING", "Another refund of this payment is still being made.")
	ErrRefunded     = fault.New(fault.Invalid, "PAYMENT_ALREADY_REFUNDED", "This payment was refunded whole.")
	ErrRefundWindow = fault.New(fault.Invalid, "REFUND_WINDOW_EXPIRED", "This payment is too old to be refunded.")
	ErrDisputed     = fault.New(fault.Conflict, "PAYMENT_DISPUTED", "This payment is disputed: the bank decides about the money.")
)

// RefundWish is what a refund is asked for with.
type RefundWish struct {
	ID       string
	Items    []RefundItem // none: all that is left
	Gross    int64        // instead: minor units with tax, over the lines in proportion
	Invoice  string       // of this invoice alone; empty: of the whole payment
	Reason   string
	Metadata map[string]any
	Taxes    []Back        // instead: tax that was charged too much, of each line (rules 16)
	Window   time.Duration // since the payment; zero: no limit
	At       calendar.Instant
	Wall     time.Time
}

// Refund decides a refund of what is left of the payment, or of items of its
// invoices, and reserves the payment for it: until it is settled there is no
// other (so that concurrent wishes never give back more than was captured).
func (p Payment) Refund(w RefundWish, invoices []Invoice) (Payment, Refund, error) {
	if err := p.refundable(w); err != nil {
		return p, Refund{}, err
	}
	shares, err := p.shares(invoices)
	if err != nil {
		return p, Refund{}, err
	}
	backs, cause, err := shares.wished(w)
	if err != nil {
		return p, Refund{}, err
	}
	if cause == ReasonTaxCorrection {
		p.TaxFixes++
	}
	zero := money.Of(0, p.Amount.Currency)
	r := Refund{
		ID: w.ID, Customer: p.Customer, Subscription: p.Subscription, Payment: p.ID, Brand: p.Brand, Status: RefundPending,
		Amount: zero, Tax: zero, Backs: backs, Reason: w.Reason, Cause: cause, Metadata: w.Metadata,
		Gateway: p.Method.Gateway, Account: p.Method.Account, Intent: p.Intent, Method: p.Method,
		TakenAt: w.Wall, Next: w.Wall.Add(LeaseRefund), CreatedAt: w.At, UpdatedAt: w.At,
	}
	for _, b := range backs {
		if r.Amount, err = r.Amount.Add(b.Amount); err != nil {
			return p, Refund{}, err
		}
		r.Tax.Minor += b.Tax.Minor // at most its amount
	}
	r.Partial = r.Amount.Minor < p.Amount.Minor
	p.Refunding, p.Refunds = r.ID, append(slices.Clone(p.Refunds), r.ID)
	return p, r, nil
}

// wished are the parts of a refund, and its cause.
func (s shares) wished(w RefundWish) ([]Back, string, error) {
	var backs []Back
	var err error
	switch {
	case len(w.Taxes) > 0:
		backs, err = s.untax(w.Taxes)
		return backs, ReasonTaxCorrection, err
	case w.Invoice != "":
		s = s.of(w.Invoice)
	}
	backs, err = s.some(w.Items, w.Gross)
	return backs, "", err
}

// refundable refuses payments of which nothing may go back now.
func (p Payment) refundable(w RefundWish) error {
	switch {
	case p.Status != PaymentSucceeded:
		return ErrNotPaid
	case p.Amount.Nothing():
		return ErrNothingPaid
	case p.Refunding != "":
		return ErrRefunding
	case p.Withheld.Minor > 0:
		return ErrDisputed
	case p.Given() >= p.Amount.Minor:
		return ErrRefunded
	case w.Window > 0 && w.At >= p.PaidAt().Add(w.Window):
		return ErrRefundWindow
	}
	return nil
}

// PaidAt is when the payment was captured, or made where that is not known.
func (p Payment) PaidAt() calendar.Instant {
	if p.CapturedAt.IsZero() {
		return p.CreatedAt
	}
	return p.CapturedAt
}

// RefundChange is what settling a refund wants written, together.
type RefundChange struct {
	Refund  Refund
	Payment Payment
	Entry   *Entry
	Events  []Event

	Invoices []Invoice // credited ones and their credit notes
	Customer *Customer // whose series numbered the notes
	Tickets  []Ticket

	Subscription *Subscription // that has back what a failed refund took of it
}

// Succeed settles a refund whose money is on its way.
func (r Refund) Succeed(p Payment, reference string, at calendar.Instant) (RefundChange, error) {
	total, err := p.Refunded.Add(r.Amount)
	if p.Refunded.Currency == "" {
		total, err = r.Amount, nil
	}
	if err != nil {
		return RefundChange{}, err
	}
	entry, err := returned(r, at)
	if err != nil {
		return RefundChange{}, err
	}
	p.Refunded, p.Refunding, p.UpdatedAt = total, "", at
	if r.Late() { // what it gives back was never revenue
		entry = GivenBack(r.ID, p, at)
	}
	if r.Bounced > 0 {
		entry = r.again(at)
	}
	p.RefundedTax = money.Of(p.RefundedTax.Minor+r.Tax.Minor, r.Amount.Currency)
	p.Backs = append(slices.Clone(p.Backs), r.Backs...)
	r.Status, r.Reference, r.Next, r.UpdatedAt = RefundSucceeded, reference, time.Time{}, at
	return RefundChange{
		Refund: r, Payment: p, Entry: &entry,
		Events: []Event{{Type: EventRefundSucceeded, Object: r.ID, Reason: r.Cause}},
	}, nil
}

// Fail settles a refund that did not happen: the payment may be refunded again.
func (r Refund) Fail(p Payment, reference, problem string, at calendar.Instant) RefundChange {
	p.Refunding, p.UpdatedAt = "", at
	r.Status, r.Reference, r.Problem, r.Next, r.UpdatedAt = RefundFailed, reference, problem, time.Time{}, at
	return RefundChange{Refund: r, Payment: p, Events: []Event{{Type: EventRefundFailed, Object: r.ID}}}
}

// Wait notes that the gateway was asked and is asked again at next.
func (r Refund) Wait(status RefundStatus, reference string, next time.Time) Refund {
	r.Status, r.Next = status, next
	r.Tries++
	if reference != "" {
		r.Reference = reference
	}
	return r
}

// lateRefund is the refund of a capture that nobody waited for any more.
func lateRefund(id string, p Payment, at calendar.Instant) Refund {
	return Refund{
		ID: id, Customer: p.Customer, Subscription: p.Subscription, Payment: p.ID, Brand: p.Brand, Status: RefundSucceeded,
		Amount: p.Amount, Tax: money.Of(0, p.Amount.Currency), Cause: ReasonLateCapture,
		Gateway: p.Method.Gateway, Account: p.Method.Account, Intent: p.Intent, Method: p.Method, CreatedAt: at, UpdatedAt: at,
	}
}

// Owe records that a capture which nobody waited for is still to be given back,
// because the gateway refuses to: the refund is followed like any other, and
// nothing else of the payment's subscription waits for it.
func (p Payment) Owe(id, charge string, amount money.Amount, at calendar.Instant, wall time.Time) (Payment, Refund) {
	p.Charge, p.Returning, p.Refunding, p.UpdatedAt = charge, true, id, at
	p.Refunds = append(slices.Clone(p.Refunds), id)
	r := lateRefund(id, p, at)
	r.Amount, r.Status, r.TakenAt, r.Next = amount, RefundPending, wall, wall.Add(LeaseRefund)
	return p, r
}

// Late reports the refund of a capture that nobody waited for. The gateway is
// asked for it again although it refuses: a merchant's balance fills up.
func (r Refund) Late() bool { return r.Cause == ReasonLateCapture }

// GiveBack records that a capture was returned that nobody waited for any
// more: the payment keeps its status, and the journal shows both movements.
func (p Payment) GiveBack(id, charge string, amount money.Amount, at calendar.Instant) (Payment, Refund, Entry) {
	p.Refunded, p.Charge, p.UpdatedAt = amount, charge, at
	p.Refunds = append(slices.Clone(p.Refunds), id)
	r := lateRefund(id, p, at)
	r.Amount = amount
	return p, r, GivenBack(id, p, at)
}
