package merchant

import "perennial/shared/money"

// GatewayStripe is Stripe's name among the gateways.
const GatewayStripe = "stripe"

// leastCharges are the smallest charges that Stripe takes, in minor units as
// its page lists them (docs.stripe.com/currencies, "Minimum and maximum charge
// amounts", read in November 2026). Currencies that are not listed have the
// minimum of the account's settlement currency after conversion, which nobody
// can know beforehand: there the gateway's answer decides.
var leastCharges = map[money.Currency]int64{
	"AED": 200, "ARS": 50, "AUD": 50, "BRL": 50, "CAD": 50, "CHF": 50, "COP": 50, "CZK": 1500, "DKK": 250, "EUR": 50,
	"GBP": 30, "HKD": 400, "HUF": 17500, "IDR": 50, "ILS": 50, "INR": 50, "JPY": 50, "KRW": 50, "MXN": 1000, "MYR": 200,
	"NOK": 300, "NZD": 50, "PHP": 50, "PLN": 200, "RON": 200, "RUB": 50, "SEK": 300, "SGD": 50, "THB": 1000, "USD": 50, "ZAR": 50,
}

// LeastCharge is the smallest amount that a gateway charges in a currency;
// nothing when none is known. The sandbox has Stripe's, so that a test mode
// behaves as the live mode will.
func LeastCharge(gateway string, c money.Currency) money.Amount {
	if gateway != GatewayStripe && gateway != GatewaySandbox {
		return money.Of(0, c)
	}
	return money.Of(leastCharges[c], c)
}

// TooSmall reports an amount that a gateway does not charge because it is too
// little. Nothing is not too little: it needs no gateway.
func TooSmall(gateway string, a money.Amount) bool {
	return a.Minor > 0 && a.Minor < LeastCharge(gateway, a.Currency).Minor
}

// LeastCharges are all that are known of a gateway, in minor units.
func LeastCharges(gateway string) map[money.Currency]int64 {
	out := map[money.Currency]int64{}
	for c := range leastCharges {
		if least := LeastCharge(gateway, c); !least.Nothing() {
			out[c] = least.Minor
		}
	}
	return out
}
