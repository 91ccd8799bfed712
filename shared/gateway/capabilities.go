package gateway

import (
	"context"
	"slices"
	"time"

	"perennial/shared/fault"
	"perennial/shared/merchant"
	"perennial/shared/money"
)

// The types of payment methods.
const (
	TypeCard  = ""                   // cards, and the wallets that hold them
	TypeDebit = merchant.MethodDebit // a bank debit: its outcome takes days
)

// Capabilities are what a gateway can do, as data: choosing one, explaining
// it and testing it read the same list.
type Capabilities struct {
	Reschedule bool                        // a billing date may move after the first payment: periods are ours, not the gateway's
	ExtraTrial bool                        // a trial may be extended at any time, for the same reason
	Types      []string                    // of payment methods
	Async      []string                    // the types whose payments stay in processing for days
	Currencies map[string][]money.Currency // in which a type can be charged; of others: in any
	Wallets    bool                        // Apple Pay and Google Pay
	Updater    bool                        // replaced cards are told of and charged on
	Least      map[money.Currency]int64    // the smallest charges, in minor units; others are not known
	Events     []string                    // what its webhook endpoint has to be sent
}

// Delayed reports whether a payment by a type of method stays in processing.
func (c Capabilities) Delayed(kind string) bool { return slices.Contains(c.Async, kind) }

// Abilities are what each gateway can do, by its name. Of one that is not among
// them nothing is known, and nothing refused.
type Abilities map[string]Capabilities

// Faults of what a gateway cannot do.
var (
	ErrReschedule = fault.New(fault.Conflict, "GATEWAY_CANNOT_RESCHEDULE", "The payment gateway of this subscription cannot move a billing date after the first payment.")
	ErrExtraTrial = fault.New(fault.Conflict, "GATEWAY_CANNOT_EXTEND_TRIAL", "The payment gateway of this subscription cannot extend a trial.")
)

// Move refuses to move the billing date of what is charged at a gateway, or the
// end of its trial, where the gateway cannot.
func (a Abilities) Move(gateway string, trial bool) error {
	c, known := a[gateway]
	switch {
	case known && trial && !c.ExtraTrial:
		return ErrExtraTrial
	case known && !trial && !c.Reschedule:
		return ErrReschedule
	}
	return nil
}

// Profile is what a gateway tells of the account that a key opens.
type Profile struct {
	Reference string // "acct_1Q…"
	Title     string
	Country   string // ISO 3166 alpha-2
	Charges   bool   // it may take payments
	Payouts   bool   // what it takes is paid out
	Debits    bool   // it may take SEPA debits

	At time.Time // the gateway's clock when it answered, to the second; zero when it did not say
}

// Updated is a saved card that its network replaced: the reference stays, the
// last digits or the expiry are new.
type Updated struct {
	Customer string // our customer id
	Method   Method
}

// Inspector looks at the account behind a key, before it is connected. A key
// that the gateway does not take, or that may not look, is an ErrKey.
type Inspector interface {
	Inspect(ctx context.Context, secret string) (Profile, error)
}

// Visitor is who filled in a gateway's fields, as mandates of bank debits
// record it.
type Visitor struct {
	IP    string
	Agent string // the browser, as it names itself
}

// Fields are where and by whom a one-time token was made.
type Fields struct {
	Account string // the account whose fields made it; empty: the one that the mode sells by
	Guest   bool   // filled in on a page that anybody can open, by somebody who has not signed in as the customer

	Currency money.Currency // of what it is to pay; empty: not decided yet
	Visitor
}

// AccountOf names a connected gateway for the port.
func AccountOf(g merchant.Gateway) Account { return Account{Gateway: g.Name, ID: g.Account} }
