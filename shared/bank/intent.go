package bank

import (
	"net/url"
	"time"

	"perennial/shared/fault"
	"perennial/shared/merchant"
	"perennial/shared/money"
)

// State is what has become of an intent.
type State string

// The states of an intent.
const (
	Prepared     State = "prepared"
	Processing   State = "processing" // a bank debit on its way
	Succeeded    State = "succeeded"
	Declined     State = "declined"
	ActionNeeded State = "action_needed"
	Cancelled    State = "cancelled"
)

// Errors about intents.
var (
	ErrNoIntent   = fault.New(fault.NotFound, "NO_SUCH_INTENT", "This account has no such intent.")
	ErrNotWaiting = fault.New(fault.Conflict, "NOT_WAITING", "This payment does not wait for authentication.")
	ErrOverRefund = fault.New(fault.Conflict, "OVER_REFUND", "The refund exceeds what was captured and not yet refunded.")
	ErrBadIntent  = fault.New(fault.Invalid, "INVALID_INTENT", "An intent needs an amount that is not negative, a known currency and a web address to return to.")
	ErrTooSmall   = fault.New(fault.Invalid, "AMOUNT_TOO_SMALL", "The amount is below the smallest charge in this currency.")
	ErrCurrency   = fault.New(fault.Invalid, "CURRENCY_UNSUPPORTED", "This payment method cannot be charged in this currency.")
	ErrRemoved    = fault.New(fault.Conflict, "METHOD_REMOVED", "This payment method was removed.")
)

// Order is what an account asks to be paid. An amount of nothing sets the
// method up for payments without its holder.
type Order struct {
	Amount    money.Amount
	Customer  string
	Method    string
	OnSession bool
	Challenge bool // the holder is asked whatever the card is
	ReturnURL string
	Payment   string
}

// Intent is one payment from its preparation to its end.
type Intent struct {
	Order
	ID       string
	Account  string
	State    State
	Decline  string // decline code
	Charge   string // reference of the capture
	Refunded int64  // minor units, failed refunds aside
	Refunds  []Refund
	Disputed int64 // minor units taken away by disputes that are open or lost
	Created  time.Time
	Ready    time.Time // when a bank debit ends
	Version  int       // of the stored record, 0 before it is stored
}

// Prepare opens an intent on a method. No money moves.
func (o Order) Prepare(id string, m Method, now time.Time) (Intent, error) {
	if _, err := money.ParseCurrency(string(o.Amount.Currency)); err != nil || o.Amount.Minor < 0 || !returnable(o.ReturnURL) {
		return Intent{}, ErrBadIntent
	}
	if merchant.TooSmall(merchant.GatewaySandbox, o.Amount) {
		return Intent{}, ErrTooSmall
	}
	if m.Customer != o.Customer {
		return Intent{}, ErrNoMethod
	}
	if m.Removed {
		return Intent{}, ErrRemoved
	}
	if card, _ := CardNamed(m.Card); !merchant.Charges(merchant.GatewaySandbox, card.Type, o.Amount.Currency) {
		return Intent{}, ErrCurrency
	}
	return Intent{Order: o, ID: id, Account: m.Account, State: Prepared, Created: now}, nil
}

// returnable accepts nothing, or an absolute web address.
func returnable(address string) bool {
	u, err := url.Parse(address)
	return address == "" || err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != "" && u.User == nil
}

// DebitWait is how long a bank debit is in processing.
const DebitWait = time.Minute

// Confirm charges a prepared intent; in any other state it changes nothing,
// so money is captured at most once.
func (i Intent) Confirm(m Method, now time.Time) Intent {
	if i.State != Prepared {
		return i
	}
	card, known := CardNamed(m.Card)
	asks := card.Asks == AlwaysAsks || card.Asks == AsksOnce && !m.SetUp || i.Challenge && i.OnSession && !card.Debit()
	switch {
	case m.Removed || !known:
		return i.refuse("invalid_account")
	case asks && !i.OnSession:
		return i.refuse("authentication_required")
	case asks:
		i.State = ActionNeeded
		return i
	case card.Debit() && !i.Amount.Nothing():
		i.State, i.Ready = Processing, now.Add(DebitWait)
		return i
	}
	return i.settle(card, m)
}

// Arrive ends a bank debit once its time has come; before, and in any other
// state, it changes nothing.
func (i Intent) Arrive(m Method, now time.Time) Intent {
	if i.State != Processing || now.Before(i.Ready) {
		return i
	}
	card, _ := CardNamed(m.Card) // a saved card is a known one
	return i.settle(card, m)
}

// Approve is the holder passing the challenge; the card is set up by it.
func (i Intent) Approve(m Method) (Intent, Method, error) {
	if i.State != ActionNeeded {
		return i, m, ErrNotWaiting
	}
	card, _ := CardNamed(m.Card) // a saved card is a known one
	m.SetUp = true
	return i.settle(card, m), m, nil
}

// Reject is the holder failing the challenge.
func (i Intent) Reject() (Intent, error) {
	if i.State != ActionNeeded {
		return i, ErrNotWaiting
	}
	return i.refuse("authentication_failure"), nil
}

// Cancel ends an intent that has not ended otherwise.
func (i Intent) Cancel() Intent {
	if i.State == Prepared || i.State == ActionNeeded {
		i.State = Cancelled
	}
	return i
}

func (i Intent) settle(c Card, m Method) Intent {
	if i.Amount.Nothing() { // a set-up asks the bank about the holder, not about money
		i.State = Succeeded
		return i
	}
	if c.Decline != "" && (c.Times == 0 || m.Declined < c.Times) {
		return i.refuse(c.Decline)
	}
	i.State = Succeeded
	i.Charge = "ch_" + digest(i.ID, "charge")
	return i
}

func (i Intent) refuse(code string) Intent {
	i.State, i.Decline = Declined, code
	return i
}
