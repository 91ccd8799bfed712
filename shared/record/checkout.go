package record

import (
	"cmp"
	"time"

	"perennial/shared/billing"
	"perennial/shared/merchant"
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
	NeedTaxID bool            // a tax id and the business's name must be given
	Force3DS  bool            // the bank is asked to make sure of the customer
	Saved     bool            // the saved payment methods of the attached customer are offered
	Leave     bool            // a paid order leads on to the merchant by itself
	NoLines   bool            // shows the total without what it is made of
	NoTag     bool            // does not say that a subscription is charged on demand
	PayText   string          // on the button, instead of ours
	Language  string          // forced on the reader; BCP 47
	Look      Look            // instead of the mode's branding
	Choices   string          // the collection of which a product is chosen
	Veiled    bool            // it was mailed to the customer in the cart, and shows nothing of them: the mail may be handed on
	Public    bool            // it was opened from an address that anybody may write
	Locked    []string        // fields that the buyer may read and, once filled in, not change
	Fields    []CheckoutField // the merchant's own questions
	Kept      map[string]any  // of older sessions: customization, with their force_language
}

// Look is the part of a merchant's branding that one session has of its own;
// what is empty is as in the branding.
type Look struct {
	Light, Dark   merchant.Palette
	Theme, Radius string
}

// Over is a branding with the session's own look.
func (l Look) Over(b merchant.Branding) merchant.Branding {
	b.Light, b.Dark = l.Light.Filled(b.Light), l.Dark.Filled(b.Dark)
	b.Theme, b.Radius = cmp.Or(l.Theme, b.Theme), cmp.Or(l.Radius, b.Radius)
	return b
}

// CheckoutField is one question of the merchant's own.
type CheckoutField struct {
	Key, Label, Type, Placeholder string
	Required                      bool
	Options                       []string
}

// Placed reports whether a session's cart was placed, or it never had one.
func (c Checkout) Placed() bool { return c.Subscription != "" || c.Purchase != "" }
