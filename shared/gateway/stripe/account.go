package stripe

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	sdk "github.com/stripe/stripe-go/v84"

	"perennial/shared/gateway"
	"perennial/shared/merchant"
)

// Capabilities are what Stripe can do for us. Periods and trials are our own,
// so that Stripe limits neither.
var Capabilities = gateway.Capabilities{
	Reschedule: true, ExtraTrial: true, Wallets: true, Updater: true,
	Types: []string{gateway.TypeCard, gateway.TypeDebit}, Async: []string{gateway.TypeDebit},
	Currencies: merchant.CurrenciesOf(Name), Least: merchant.LeastCharges(Name), Events: Events,
}

// Inspect implements gateway.Inspector: it asks for the account that a key
// belongs to.
func (g *Gateway) Inspect(ctx context.Context, secret string) (gateway.Profile, error) {
	found := &sdk.Account{}
	err := g.backend.Call(http.MethodGet, "/v1/account", secret, &sdk.AccountParams{Params: params(ctx, "", "")}, found)
	if err != nil {
		return gateway.Profile{}, keyed("account", err)
	}
	if found.ID == "" {
		return gateway.Profile{}, fmt.Errorf("%w: an account without id", errUnreadable)
	}
	p := gateway.Profile{Reference: found.ID, Country: found.Country, Charges: found.ChargesEnabled, Payouts: found.PayoutsEnabled}
	if found.Settings != nil && found.Settings.Dashboard != nil {
		p.Title = found.Settings.Dashboard.DisplayName
	}
	if found.Capabilities != nil {
		p.Debits = found.Capabilities.SEPADebitPayments == sdk.AccountCapabilityStatusActive
	}
	if r := found.LastResponse; r != nil {
		p.At, _ = http.ParseTime(r.Header.Get("Date")) // zero when it does not say
	}
	return p, nil
}

// keyed tells a key that is refused, or may not, from other errors.
func keyed(op string, err error) error {
	var said *sdk.Error
	if errors.As(err, &said) && (said.HTTPStatusCode == http.StatusUnauthorized || said.HTTPStatusCode == http.StatusForbidden) {
		return fmt.Errorf("stripe %s: answered %d, request %s: %w", op, said.HTTPStatusCode, said.RequestID, gateway.ErrKey)
	}
	return told(op, err)
}
