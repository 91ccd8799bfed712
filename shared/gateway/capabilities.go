package gateway

import (
	"context"
	"slices"

	"perennial/shared/merchant"
	"perennial/shared/money"
)

// The types of payment methods.
const (
	TypeCard  = ""           // cards, and the wallets that hold them
	TypeDebit = "sepa_debit" // a bank debit: its outcome takes days
)

// Capabilities are what a gateway can do, as data: choosing one, explaining
// it and testing it read the same list.
type Capabilities struct {
	Reschedule bool                     // a billing date may move after the first payment: periods are ours, not the gateway's
	ExtraTrial bool                     // a trial may be extended at any time, for the same reason
	Types      []string                 // of payment methods
	Async      []string                 // the types whose payments stay in processing for days
	Currencies []money.Currency         // that can be charged; empty: any
	Wallets    bool                     // Apple Pay and Google Pay
	Updater    bool                     // replaced cards are told of and charged on
	Least      map[money.Currency]int64 // the smallest charges, in minor units; others are not known
}

// Delayed reports whether a payment by a type of method stays in processing.
func (c Capabilities) Delayed(kind string) bool { return slices.Contains(c.Async, kind) }

// Profile is what a gateway tells of the account that a key opens.
type Profile struct {
	Reference string // "acct_1Q…"
	Title     string
	Country   string // ISO 3166 alpha-2
	Charges   bool   // it may take payments
	Debits    bool   // it may take SEPA debits
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
	Visitor
}

// AccountOf names a connected gateway for the port.
func AccountOf(g merchant.Gateway) Account { return Account{Gateway: g.Name, ID: g.Account} }
