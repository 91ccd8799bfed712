package record

import (
	"time"

	"perennial/shared/billing"
)

// Checkout is a hosted page session, known by its unguessable id.
type Checkout struct {
	ID           string // cks_…
	Version      int64
	Cart         *billing.Cart // what is bought there; it is placed when the customer has said the rest
	Page         CheckoutPage
	Subscription string // what it is for, once placed, or
	Purchase     string
	Invoice      string // the first invoice of a placed cart
	Customer     string
	Brand        string // that it is sold under, while nothing else says so
	Payment      string // payment it is meant to make
	Method       bool   // it replaces the subscription's payment method
	Replaces     string // that method's id when the page was made; it is used when another is kept
	Hold         int    // the hold that it recovers from, and ends with; 0 for none
	Dues         string // the one open invoice that it is for, and ends with; empty for any
	ReturnURL    string
	CreatedAt    time.Time
	ExpiresAt    time.Time
}

// CheckoutPage is what a merchant wants of a checkout session's page.
type CheckoutPage struct {
	CancelURL string
	Minimal   bool            // asks for the country and postal code only
	NoCodes   bool            // shows no field for discount codes
	NoPhone   bool            // shows no field for a phone number
	NeedPhone bool            // the phone number must be given
	NoTaxID   bool            // shows no fields for a tax id
	Force3DS  bool            // kept; the gateway decides
	Public    bool            // it was opened from an address that anybody may write
	Locked    []string        // fields that the buyer may read and, once filled in, not change
	Fields    []CheckoutField // the merchant's own questions
	Kept      map[string]any  // what is answered and not used: customization and feature flags
}

// CheckoutField is one question of the merchant's own.
type CheckoutField struct {
	Key, Label, Type, Placeholder string
	Required                      bool
	Options                       []string
}

// Placed reports whether a session's cart was placed, or it never had one.
func (c Checkout) Placed() bool { return c.Subscription != "" || c.Purchase != "" }
