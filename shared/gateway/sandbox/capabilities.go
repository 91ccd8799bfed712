package sandbox

import (
	"perennial/shared/gateway"
	"perennial/shared/merchant"
)

// Capabilities are what the sandbox can do: every card of the test list, in
// every currency, and bank debits in euros.
var Capabilities = gateway.Capabilities{
	Reschedule: true, ExtraTrial: true, Types: []string{gateway.TypeCard, gateway.TypeDebit}, Async: []string{gateway.TypeDebit},
	Currencies: merchant.CurrenciesOf(Name), Least: merchant.LeastCharges(Name),
}
