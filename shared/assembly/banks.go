package assembly

import (
	"context"
	"errors"
	"fmt"

	"perennial/shared/gateway"
	"perennial/shared/gateway/sandbox"
	"perennial/shared/gateway/stripe"
	"perennial/shared/gateways"
	"perennial/shared/money"
)

// bank is all that a gateway's adapter does.
type bank interface {
	gateway.Payments
	gateway.Vault
	gateway.Refunder
	gateway.Disputer
}

// Banks are the gateways of a deployment as one: each call goes to the gateway
// of its account, so that a saved method is charged, and a payment refunded,
// where it was made (R050).
type Banks map[string]bank

var _ bank = Banks(nil)

// NewBanks joins the sandbox and Stripe, whose keys a keyring opens. Origin
// is where Stripe's API is; empty means Stripe itself.
func NewBanks(test *sandbox.Gateway, keys *gateways.Keyring, origin string) Banks {
	return Banks{
		sandbox.Name: test,
		stripe.Name:  stripe.New(stripe.Options{Keyring: ring{keys}, BaseURL: origin}),
	}
}

// Stripe is the adapter that reads Stripe's webhooks; nil where there is none.
func (b Banks) Stripe() *stripe.Gateway {
	g, _ := b[stripe.Name].(*stripe.Gateway)
	return g
}

// ring speaks of opened keys in the adapter's words.
type ring struct{ *gateways.Keyring }

// Keys implements stripe.Keyring.
func (r ring) Keys(ctx context.Context, account gateway.Account) (stripe.Keys, error) {
	keys, err := r.Keyring.Keys(ctx, account)
	return stripe.Keys(keys), err
}

// Fresh implements stripe.Keyring.
func (r ring) Fresh(ctx context.Context, account gateway.Account) (stripe.Keys, error) {
	keys, err := r.Keyring.Fresh(ctx, account)
	return stripe.Keys(keys), err
}

// at finds the gateway of an account. That there is none is no refusal: what
// became of a payment there is not known.
func (b Banks) at(account gateway.Account) (bank, error) {
	if g, ok := b[account.Gateway]; ok {
		return g, nil
	}
	return nil, fmt.Errorf("gateway %q of account %s: %w", account.Gateway, account.ID, gateway.ErrGone)
}

// Prepare implements gateway.Payments. An account whose keys are gone refuses
// for certain: nothing was asked of it.
func (b Banks) Prepare(ctx context.Context, account gateway.Account, p gateway.Params) (gateway.Intent, error) {
	g, err := b.at(account)
	if err != nil {
		return "", errors.Join(err, gateway.ErrRejected)
	}
	intent, err := g.Prepare(ctx, account, p)
	if errors.Is(err, gateway.ErrGone) {
		return "", errors.Join(err, gateway.ErrRejected)
	}
	return intent, err
}

// Confirm implements gateway.Payments.
func (b Banks) Confirm(ctx context.Context, account gateway.Account, id gateway.Intent, key string) (gateway.Outcome, error) {
	g, err := b.at(account)
	if err != nil {
		return gateway.Outcome{}, err
	}
	return g.Confirm(ctx, account, id, key)
}

// Find implements gateway.Payments.
func (b Banks) Find(ctx context.Context, account gateway.Account, id gateway.Intent) (gateway.Outcome, error) {
	g, err := b.at(account)
	if err != nil {
		return gateway.Outcome{}, err
	}
	return g.Find(ctx, account, id)
}

// Cancel implements gateway.Payments.
func (b Banks) Cancel(ctx context.Context, account gateway.Account, id gateway.Intent) (gateway.Outcome, error) {
	g, err := b.at(account)
	if err != nil {
		return gateway.Outcome{}, err
	}
	return g.Cancel(ctx, account, id)
}

// List implements gateway.Payments.
func (b Banks) List(ctx context.Context, account gateway.Account, customer string) ([]gateway.Outcome, error) {
	g, err := b.at(account)
	if err != nil {
		return nil, err
	}
	return g.List(ctx, account, customer)
}

// Enrol implements gateway.Vault.
func (b Banks) Enrol(ctx context.Context, account gateway.Account, customerID string) (string, error) {
	g, err := b.at(account)
	if err != nil {
		return "", err
	}
	return g.Enrol(ctx, account, customerID)
}

// Save implements gateway.Vault.
func (b Banks) Save(ctx context.Context, account gateway.Account, key, customer, token string, by gateway.Visitor) (gateway.Method, error) {
	g, err := b.at(account)
	if err != nil {
		return gateway.Method{}, err
	}
	return g.Save(ctx, account, key, customer, token, by)
}

// Remove implements gateway.Vault. At an account whose keys are gone there is
// nothing left to remove with.
func (b Banks) Remove(ctx context.Context, account gateway.Account, method string) error {
	g, err := b.at(account)
	if err != nil {
		return err
	}
	if err := g.Remove(ctx, account, method); !errors.Is(err, gateway.ErrGone) {
		return err
	}
	return nil
}

// Refund implements gateway.Refunder.
func (b Banks) Refund(ctx context.Context, account gateway.Account, id gateway.Intent, key string, amount money.Amount) (gateway.Refund, error) {
	g, err := b.at(account)
	if err != nil {
		return gateway.Refund{}, err
	}
	return g.Refund(ctx, account, id, key, amount)
}

// Refunds implements gateway.Refunder.
func (b Banks) Refunds(ctx context.Context, account gateway.Account, id gateway.Intent) ([]gateway.Refund, error) {
	g, err := b.at(account)
	if err != nil {
		return nil, err
	}
	return g.Refunds(ctx, account, id)
}

// Dispute implements gateway.Disputer.
func (b Banks) Dispute(ctx context.Context, account gateway.Account, ref string) (gateway.Dispute, error) {
	g, err := b.at(account)
	if err != nil {
		return gateway.Dispute{}, err
	}
	return g.Dispute(ctx, account, ref)
}
