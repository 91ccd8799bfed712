package merchant

import (
	"maps"
	"slices"

	"perennial/shared/money"
)

// MethodDebit is the type of a SEPA direct debit; that of a card is empty.
const MethodDebit = "sepa_debit"

// onlyIn are the currencies that the types of payment methods are bound to, by
// gateway. A SEPA debit is in euros by its scheme (EPC rulebook of SEPA direct
// debit core). A card is charged in any: which ones an account takes depends
// on its country, and there the gateway's answer decides. The sandbox has
// Stripe's, so that a test mode behaves as the live mode will.
var onlyIn = map[string]map[string][]money.Currency{
	GatewayStripe:  {MethodDebit: {"EUR"}},
	GatewaySandbox: {MethodDebit: {"EUR"}},
}

// ChargedIn are the currencies in which a gateway charges a type of payment
// method; none: any, or none is known.
func ChargedIn(gateway, kind string) []money.Currency {
	return slices.Clone(onlyIn[gateway][kind])
}

// Charges reports whether a gateway charges a type of payment method in a
// currency. One that is not decided yet is as good as any.
func Charges(gateway, kind string, c money.Currency) bool {
	only := onlyIn[gateway][kind]
	return c == "" || len(only) == 0 || slices.Contains(only, c)
}

// CurrenciesOf are the types of payment methods that a gateway charges in some
// currencies only, with those.
func CurrenciesOf(gateway string) map[string][]money.Currency { return maps.Clone(onlyIn[gateway]) }
