package stripe

import (
	"context"
	"errors"
	"fmt"
	"strings"

	sdk "github.com/stripe/stripe-go/v84"
	"github.com/stripe/stripe-go/v84/customer"
	"github.com/stripe/stripe-go/v84/paymentmethod"

	"perennial/shared/gateway"
)

// Enrol implements gateway.Vault. Stripe forgets keys after a day, so a
// customer of an earlier day is looked for first.
func (g *Gateway) Enrol(ctx context.Context, account gateway.Account, customerID string) (string, error) {
	secret, err := g.key(ctx, account)
	if err != nil {
		return "", err
	}
	if strings.ContainsAny(customerID, `'"\`) {
		return "", fmt.Errorf("stripe: customer id: %w", gateway.ErrRejected)
	}
	client := customer.Client{B: g.backend, Key: secret}
	query := fmt.Sprintf("metadata['%s']:'%s'", metaCustomer, customerID)
	found := client.Search(&sdk.CustomerSearchParams{
		SearchParams: sdk.SearchParams{Context: ctx, Query: query, Limit: sdk.Int64(1), Single: true},
	})
	if found.Next() {
		return found.Customer().ID, nil
	}
	if err := found.Err(); err != nil {
		return "", told("search customer", err)
	}
	made, err := client.New(&sdk.CustomerParams{
		Params: params(ctx, "enrol", customerID), Metadata: map[string]string{metaCustomer: customerID},
	})
	if err != nil {
		return "", told("enrol", err)
	}
	return made.ID, nil
}

// Save implements gateway.Vault. The token is the id of the payment method
// that Stripe's fields made in the browser, with a mark before that of a bank
// debit; attaching a card asks the bank.
func (g *Gateway) Save(ctx context.Context, account gateway.Account, key, holder, token string, by gateway.Visitor) (gateway.Method, error) {
	secret, err := g.key(ctx, account)
	if err != nil {
		return gateway.Method{}, err
	}
	if debit, is := strings.CutPrefix(token, debitMark); is {
		return g.saveDebit(ctx, secret, key, holder, debit, by)
	}
	client := paymentmethod.Client{B: g.backend, Key: secret}
	saved, err := client.Attach(token, &sdk.PaymentMethodAttachParams{Params: params(ctx, "save", key), Customer: &holder})
	if said, no := refused(err); no {
		return gateway.Method{}, &gateway.RefusedError{Decline: gateway.Decline{Code: word(said)}}
	}
	if err != nil {
		return gateway.Method{}, told("save", err)
	}
	if saved.Type != sdk.PaymentMethodTypeCard || saved.Card == nil {
		_ = g.Remove(ctx, account, saved.ID) // what stays attached is never charged
		return gateway.Method{}, fmt.Errorf("stripe: a %s cannot be saved so: %w", saved.Type, gateway.ErrRejected)
	}
	return method(saved), nil
}

func method(m *sdk.PaymentMethod) gateway.Method {
	out := gateway.Method{
		Ref: m.ID, Brand: string(m.Card.Brand), Last4: m.Card.Last4, Country: m.Card.Country,
		ExpMonth: int(m.Card.ExpMonth), ExpYear: int(m.Card.ExpYear), Fingerprint: m.Card.Fingerprint,
	}
	if w := m.Card.Wallet; w != nil && (w.Type == sdk.PaymentMethodCardWalletTypeApplePay || w.Type == sdk.PaymentMethodCardWalletTypeGooglePay) {
		out.Wallet = string(w.Type)
	}
	return out
}

// Remove implements gateway.Vault.
func (g *Gateway) Remove(ctx context.Context, account gateway.Account, ref string) error {
	secret, err := g.key(ctx, account)
	if err != nil {
		return err
	}
	client := paymentmethod.Client{B: g.backend, Key: secret}
	_, err = client.Detach(ref, &sdk.PaymentMethodDetachParams{Params: params(ctx, "", "")})
	if err = told("remove", err); !errors.Is(err, gateway.ErrRejected) {
		return err
	}
	found, again := client.Get(ref, &sdk.PaymentMethodParams{Params: params(ctx, "", "")})
	if again == nil && found.Customer == nil { // it was removed before
		return nil
	}
	return err
}
