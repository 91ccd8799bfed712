package bank

import (
	"time"

	"perennial/shared/fault"
	"perennial/shared/money"
)

// KeyLife is how long an idempotency key is remembered, on the wall clock.
const KeyLife = 24 * time.Hour

// Errors about keys.
var (
	ErrKeyReused  = fault.New(fault.Conflict, "KEY_REUSED", "This key was used for another request.")
	ErrKeyMissing = fault.New(fault.Invalid, "KEY_MISSING", "This request needs an idempotency key.")
)

// LineKind tells the movements apart.
type LineKind string

// The kinds of ledger lines.
const (
	Captured LineKind = "capture"
	Returned LineKind = "refund"
	Disputed LineKind = "dispute"          // taken away by a dispute
	Reversed LineKind = "dispute_reversal" // given back by it
)

// Line is one movement of money, the last word on what was charged.
type Line struct {
	ID       string // the charge's or the refund's reference
	Account  string
	Kind     LineKind
	Intent   string
	Customer string
	Payment  string
	Amount   money.Amount // positive in all kinds
	At       time.Time
}

// Capture is the ledger line of a succeeded intent.
func (i Intent) Capture(at time.Time) Line {
	return i.line(Captured, i.Charge, i.Amount, at)
}

// RefundLine is the ledger line of a refund of the intent.
func (i Intent) RefundLine(id string, amount money.Amount, at time.Time) Line {
	return i.line(Returned, id, amount, at)
}

func (i Intent) line(kind LineKind, id string, amount money.Amount, at time.Time) Line {
	return Line{
		ID: id, Account: i.Account, Kind: kind, Intent: i.ID, Customer: i.Customer,
		Payment: i.Payment, Amount: amount, At: at,
	}
}

// Answer is what was answered under a key. Exactly one of its results is set.
type Answer struct {
	Account string
	Op      Operation
	Key     string
	Request string // digest of the request
	At      time.Time

	Intent  *Intent
	Method  *Method
	Refund  *Refund
	Refused string // decline code
}

// Expires is when the key is forgotten.
func (a Answer) Expires() time.Time { return a.At.Add(KeyLife) }

// Repeats checks that a request is the one that was answered before.
func (a Answer) Repeats(request string) error {
	if a.Request != request {
		return ErrKeyReused
	}
	return nil
}

// Commit is what one step wants written: all of it or none. Versions guard
// intent, dispute and method; the token must be unused and the answer's key unknown.
type Commit struct {
	Account string
	Token   string // used up by this commit
	Method  *Method
	Intent  *Intent
	Lines   []Line
	Dispute *Dispute
	Answer  *Answer
}

// Event tells the account that an intent, or a dispute of it, changed.
type Event struct {
	ID      string
	At      time.Time
	Intent  Intent
	Dispute *Dispute
}

// Type is the event's name, such as intent.succeeded or dispute.opened.
func (e Event) Type() string {
	if e.Dispute != nil {
		return "dispute." + string(e.Dispute.State)
	}
	return "intent." + string(e.Intent.State)
}
