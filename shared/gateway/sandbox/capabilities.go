package sandbox

import (
	"perennial/shared/gateway"
	"perennial/shared/merchant"
)

// Capabilities are what the sandbox can do: every card of the test list, in
// every currency.
var Capabilities = gateway.Capabilities{Reschedule: true, ExtraTrial: true, Types: []string{gateway.TypeCard}, Least: merchant.LeastCharges(Name)}
