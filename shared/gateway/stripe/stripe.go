// Package stripe speaks to Stripe through its SDK: it implements the gateway
// port, and verifies and reads Stripe's webhooks.
//
// It keeps the port's promise about not knowing: a time-out, a 5xx, a 409, a
// 429 and an answer that cannot be read are errors, never declines.
// gateway.ErrRejected alone is certain. Errors carry Stripe's codes and
// request id, never its messages or objects, which may hold client secrets.
//
// Money is asked for by payment intents, and set-ups by setup intents; what
// Stripe takes only at confirmation, whether the customer is there and where
// to send them back, waits in the intent's metadata.
package stripe

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	sdk "github.com/stripe/stripe-go/v84"

	"perennial/shared/gateway"
)

// Name is the gateway's name in gateway.Account and in webhook addresses.
const Name = "stripe"

// defaultTimeout is longer than Stripe's slowest answers from banks.
const defaultTimeout = 25 * time.Second

// Keys are the secrets of one account.
type Keys struct {
	Secret   string   // a restricted key, "rk_live_…", or a secret key
	Webhooks []string // the signing secrets of our endpoint there, "whsec_…"; several while one is replaced
}

// Keyring finds the secrets of an account. Keys may be some time old, Fresh are
// those of now.
type Keyring interface {
	Keys(ctx context.Context, account gateway.Account) (Keys, error)
	Fresh(ctx context.Context, account gateway.Account) (Keys, error)
}

// Options are what a Gateway needs.
type Options struct {
	Keyring Keyring
	BaseURL string       // empty means Stripe itself
	HTTP    *http.Client // nil means one with a time-out of 25 s
}

// Gateway is Stripe. It implements gateway.Payments, gateway.Vault,
// gateway.Refunder, gateway.Disputer and gateway.Archive.
type Gateway struct {
	keyring Keyring
	backend sdk.Backend
}

var (
	_ gateway.Payments = (*Gateway)(nil)
	_ gateway.Vault    = (*Gateway)(nil)
	_ gateway.Refunder = (*Gateway)(nil)
	_ gateway.Disputer = (*Gateway)(nil)
	_ gateway.Archive  = (*Gateway)(nil)

	_ gateway.Inspector = (*Gateway)(nil)
	_ gateway.Endpoints = (*Gateway)(nil)
	_ gateway.Domains   = (*Gateway)(nil)
	_ gateway.Prober    = (*Gateway)(nil)
)

// New makes a client. It keeps connections for as long as it lives, and
// repeats nothing by itself: whoever calls knows what may be repeated.
func New(o Options) *Gateway {
	if o.HTTP == nil {
		o.HTTP = &http.Client{Timeout: defaultTimeout}
	}
	config := &sdk.BackendConfig{
		HTTPClient: o.HTTP, EnableTelemetry: sdk.Bool(false), MaxNetworkRetries: sdk.Int64(0),
		LeveledLogger: &sdk.LeveledLogger{Level: sdk.LevelNull},
	}
	if o.BaseURL != "" {
		config.URL = sdk.String(strings.TrimRight(o.BaseURL, "/"))
	}
	return &Gateway{keyring: o.Keyring, backend: sdk.GetBackendWithConfig(sdk.APIBackend, config)}
}

// key finds the account's key.
func (g *Gateway) key(ctx context.Context, account gateway.Account) (string, error) {
	if account.Gateway != Name {
		return "", fmt.Errorf("stripe: account of %q: %w", account.Gateway, gateway.ErrRejected)
	}
	keys, err := g.keyring.Keys(ctx, account)
	if err != nil {
		return "", fmt.Errorf("stripe: keys of %s: %w", account.ID, err)
	}
	return keys.Secret, nil
}

// params carries the context and, on what changes something, the key. Stripe
// has one space of keys per account, so each operation has its own prefix.
func params(ctx context.Context, op, key string) sdk.Params {
	p := sdk.Params{Context: ctx}
	if key != "" {
		p.IdempotencyKey = sdk.String(op + ":" + key)
	}
	return p
}

// told tells a refusal from not knowing.
func told(op string, err error) error {
	if err == nil {
		return nil
	}
	var said *sdk.Error
	if !errors.As(err, &said) {
		return fmt.Errorf("stripe %s: %w", op, err)
	}
	detail := fmt.Sprintf("answered %d %s %s %s, request %s", said.HTTPStatusCode, said.Type, said.Code, said.Param, said.RequestID)
	if certain(said) && said.Code == sdk.ErrorCodeAmountTooSmall {
		return fmt.Errorf("stripe %s: %w: %s", op, gateway.ErrTooSmall, detail)
	}
	if certain(said) {
		return fmt.Errorf("stripe %s: %w: %s", op, gateway.ErrRejected, detail)
	}
	return fmt.Errorf("stripe %s: %s", op, detail)
}

// certain reports that Stripe understood the request and did nothing. A wrong
// or too narrow key (401, 403) is not among them: it is repaired and the call
// repeated.
func certain(said *sdk.Error) bool {
	switch said.HTTPStatusCode {
	case http.StatusBadRequest, http.StatusNotFound:
		return said.Type == sdk.ErrorTypeInvalidRequest || said.Type == sdk.ErrorTypeIdempotency
	}
	return false
}

// refused reports that a bank said no.
func refused(err error) (*sdk.Error, bool) {
	var said *sdk.Error
	if errors.As(err, &said) && said.HTTPStatusCode == http.StatusPaymentRequired && said.Type == sdk.ErrorTypeCard {
		return said, true
	}
	return nil, false
}
