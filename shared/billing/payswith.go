package billing

import (
	"fmt"
	"strings"

	"perennial/shared/fault"
	"perennial/shared/merchant"
	"perennial/shared/money"
)

// ErrMethodCurrency refuses a payment method that its gateway cannot charge in
// the currency of what is to be paid.
var ErrMethodCurrency = fault.New(fault.Invalid, "PAYMENT_METHOD_CURRENCY_UNSUPPORTED", "This payment method cannot be charged in this currency. Please use another one.")

// Charges reports whether the method can be charged in a currency. No method,
// and a currency that is not decided yet, are fine.
func (m Method) Charges(c money.Currency) bool { return merchant.Charges(m.Gateway, m.Type, c) }

// PaysIn refuses a method that cannot be charged in a currency, and names
// those in which it can.
func (m Method) PaysIn(c money.Currency) error {
	if m.Charges(c) {
		return nil
	}
	var only []string
	for _, known := range merchant.ChargedIn(m.Gateway, m.Type) {
		only = append(only, string(known))
	}
	refused := *ErrMethodCurrency
	refused.Problems = []fault.Problem{{Message: fmt.Sprintf("a %s is charged in %s and not in %s", m.Type, strings.Join(only, ", "), c)}}
	return &refused
}

// OfferedFor reports whether a saved method is among what a customer may
// choose for a subscription: one that may and can be charged for it.
func (m Method) OfferedFor(s Subscription) bool {
	return m.PaysFor(s) && m.Charges(s.Price.Amount.Currency)
}
