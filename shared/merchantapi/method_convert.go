package merchantapi

import (
	"perennial/shared/fault"
	"perennial/shared/recovery"
	"perennial/shared/subscriptions"
	"perennial/shared/wire"
)

// MethodRequest is Dodo's union of a saved payment method and a new one; it
// is the body itself.
type MethodRequest struct {
	Type      string `json:"type" enum:"new,existing"`
	MethodID  string `json:"payment_method_id,omitempty" doc:"For existing."`
	ReturnURL string `json:"return_url,omitempty" maxLength:"2000" doc:"For new."`

	MethodTypes []string `json:"allowed_payment_method_types,omitempty" doc:"For new; must leave credit or debit cards."`
}

func (r MethodRequest) check() error {
	var check fault.Check
	check.That(r.Type != "existing" || r.MethodID != "", "payment_method_id", "is needed for existing")
	checkReturnURL(&check, r.ReturnURL)
	return invalid(&check)
}

func (r MethodRequest) unsupported() error {
	var u unsupported
	u.without(!cards(r.MethodTypes), "allowed_payment_method_types without cards")
	return u.fault()
}

// MethodUpdate is the answer of update-payment-method. What does not apply is
// null; all is when a saved method was switched to and nothing was due.
type MethodUpdate struct {
	ClientSecret *string `json:"client_secret"`
	PaymentLink  *string `json:"payment_link"`
	PaymentID    *string `json:"payment_id"`
	ExpiresOn    *string `json:"expires_on"`
}

// ToAPIMethodUsed converts what became of a saved method. When the customer
// must authenticate, the link is where.
func ToAPIMethodUsed(r recovery.Result) MethodUpdate {
	var out MethodUpdate
	payment := r.Payment.ID
	if payment == "" {
		payment = r.Subscription.Lock.Payment
	}
	if payment != "" {
		out.PaymentID = &payment
	}
	if r.ActionURL != "" {
		out.PaymentLink = &r.ActionURL
	}
	return out
}

// ToAPIMethodAsked converts a page that asks for a new method.
func ToAPIMethodAsked(p subscriptions.Page, url string) MethodUpdate {
	expires := wire.Wall(p.Checkout.ExpiresAt)
	out := MethodUpdate{ClientSecret: &p.Checkout.ID, PaymentLink: &url, ExpiresOn: &expires}
	if p.Payment.ID != "" {
		out.PaymentID = &p.Payment.ID
	}
	return out
}
