package purchases_test

import (
	"errors"
	"testing"

	"perennial/shared/merchant"
	"perennial/shared/money"
	"perennial/shared/wallet"
)

// R050: a merchant connects an account for some currencies and countries; what
// is of none of them is refused with a clear word.
func TestASaleThatNoGatewayIsMeantFor(t *testing.T) {
	t.Parallel()
	state := merchant.State{Scope: merchant.Scope{Business: "bus_1", Mode: merchant.Live}}.
		Connect(merchant.Gateway{Name: "stripe", Account: "bus_1.live.acct_1", Currencies: []string{"EUR"}}).
		Connect(merchant.Gateway{Name: "stripe", Account: "bus_1.live.acct_2", Currencies: []string{"USD"}, Countries: []string{"US"}})
	for _, c := range []struct {
		currency, country string
		want              error
		at                string
	}{
		{"EUR", "DE", nil, "bus_1.live.acct_1"}, {"USD", "US", nil, "bus_1.live.acct_2"}, {"USD", "", nil, "bus_1.live.acct_2"},
		{"USD", "DE", wallet.ErrNotMeant, ""}, {"JPY", "JP", wallet.ErrNotMeant, ""},
	} {
		if err := wallet.Meant(state, money.Currency(c.currency), c.country); !errors.Is(err, c.want) {
			t.Errorf("%s from %s: %v", c.currency, c.country, err)
		}
		if g, _ := state.GatewayFor(c.currency, c.country); g.Account != c.at {
			t.Errorf("%s from %s is saved at %q", c.currency, c.country, g.Account)
		}
	}
}
