// Package gateway is the port to a payment gateway: the words in which use
// cases ask for money and hear what became of it. It knows no SDK.
//
// A decline is an Outcome, never an error. An error means "we do not know
// what happened" and obliges the caller to reconcile with Find.
package gateway

import (
	"context"
	"errors"
	"fmt"

	"perennial/shared/fault"
	"perennial/shared/money"
)

// ErrRejected matches the error of a request that the gateway refused as
// wrong: certainly nothing happened, and repeating it is useless.
var ErrRejected = fault.New(fault.Conflict, "GATEWAY_REJECTED", "The payment gateway rejected this request.")

// ErrTooSmall matches the error of a payment that the gateway refused to
// prepare because its amount is too little. It is an ErrRejected, too.
var ErrTooSmall = fmt.Errorf("the amount is too small: %w", ErrRejected)

// ErrKey matches the error of a key that the gateway does not take, or that
// lacks a permission. Nothing happened.
var ErrKey = fault.New(fault.Invalid, "GATEWAY_KEY_REFUSED", "The payment gateway does not accept this key.")

// ErrGone matches the error of an account whose keys are gone: nothing can be
// asked of it any more. What became of a payment there is not known.
var ErrGone = errors.New("the keys of this gateway account are gone")

// Intent is the gateway's identifier of one prepared payment.
type Intent string

// State is what has become of an intent.
type State string

// The states of an intent.
const (
	StatePrepared     State = "prepared"      // created, no money moved, may be confirmed
	StateProcessing   State = "processing"    // accepted, result comes later
	StateSucceeded    State = "succeeded"     // money captured, or the method set up
	StateDeclined     State = "declined"      // refused; Outcome.Decline says why
	StateActionNeeded State = "action_needed" // the customer must authenticate at Outcome.ActionURL
	StateCancelled    State = "cancelled"     // can never capture any more
	StateTooSmall     State = "too_small"     // never asked for, because the gateway does not charge so little
)

// Final reports whether the state can no longer change by itself.
func (s State) Final() bool {
	return s == StateSucceeded || s == StateDeclined || s == StateCancelled
}

// Account names one merchant account at one gateway.
type Account struct {
	Gateway string // "sandbox", "stripe"
	ID      string // the account's id there
}

// Params is everything that a prepared payment is made of. The same Key with
// the same Params is the same payment; with others it is refused. An Amount of
// nothing is a set-up: it captures nothing, and makes the method usable while
// the customer is away, with a challenge where the bank asks for one.
type Params struct {
	Key       string       // idempotency key; gateways forget it after 24 h
	Amount    money.Amount // nothing for a set-up, whose currency is still given
	Customer  string       // the gateway's customer reference
	Method    string       // the gateway's method reference
	Type      string       // of the method
	OnSession bool         // the customer is present and can be challenged
	Challenge bool         // asks the bank to challenge the customer, who is present, also where it need not
	ReturnURL string       // where a challenge sends the customer back, by GET
	Payment   string       // our payment id, kept as metadata and used to match after a crash
	Statement string       // what a card's statement is to say besides the account's name; a gateway may shorten or leave it out
}

// Decline is the gateway's refusal of one charge.
type Decline struct {
	Code   string // lower-case decline code, such as "insufficient_funds"
	Advice string // card network advice code, empty when there is none
}

// Setup reports that no money is asked for: the method is only made ready.
func (p Params) Setup() bool { return p.Amount.Nothing() }

// Outcome is what the gateway knows of an intent now.
type Outcome struct {
	Intent    Intent
	State     State
	Charge    string // the gateway's charge reference, once captured; a set-up has none
	Amount    money.Amount
	Payment   string // the metadata that Params.Payment carried
	Decline   Decline
	ActionURL string
}

// Method is a saved payment method as the gateway describes it. It never
// holds a card number.
type Method struct {
	Ref         string // the gateway's method reference
	Type        string // TypeCard or TypeDebit
	Wallet      string // "apple_pay", "google_pay" when the card is one of such a wallet
	Brand       string // "visa", "mastercard", "amex"
	Last4       string
	ExpMonth    int
	ExpYear     int
	Fingerprint string // equal for the same card at the same account
	Country     string // issuing country, ISO 3166 alpha-2
}

// Payments moves money. Confirm may be repeated with the same key.
type Payments interface {
	// Prepare creates an intent. No money moves.
	Prepare(ctx context.Context, account Account, params Params) (Intent, error)
	// Confirm charges a prepared intent.
	Confirm(ctx context.Context, account Account, intent Intent, key string) (Outcome, error)
	// Find tells what became of an intent.
	Find(ctx context.Context, account Account, intent Intent) (Outcome, error)
	// Cancel makes an intent uncapturable, or tells that it had succeeded.
	Cancel(ctx context.Context, account Account, intent Intent) (Outcome, error)
	// List returns the intents of a customer of the last days, newest first.
	List(ctx context.Context, account Account, customer string) ([]Outcome, error)
}

// Vault keeps payment methods.
type Vault interface {
	// Enrol creates the gateway's customer for ours; the same id gives the
	// same reference.
	Enrol(ctx context.Context, account Account, customerID string) (string, error)
	// Save turns a one-time token of the card fields into a saved method of
	// the customer. The visitor agrees to a bank debit's mandate; cards need
	// none. A refused card is a *RefusedError.
	Save(ctx context.Context, account Account, key, customer, token string, by Visitor) (Method, error)
	// Remove forgets a saved method; removing it twice is no error.
	Remove(ctx context.Context, account Account, method string) error
}

// RefusedError says that a gateway did not accept a new payment method.
type RefusedError struct{ Decline Decline }

// Error implements error.
func (e *RefusedError) Error() string { return "payment method refused: " + e.Decline.Code }
