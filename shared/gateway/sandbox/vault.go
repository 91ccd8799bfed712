package sandbox

import (
	"context"
	"net/http"
	"net/url"

	"perennial/shared/gateway"
)

// Enrol implements gateway.Vault.
func (g *Gateway) Enrol(ctx context.Context, account gateway.Account, customerID string) (string, error) {
	return g.named(ctx, account, "/v1/customers", enrolJSON{Reference: customerID})
}

// Save implements gateway.Vault.
func (g *Gateway) Save(ctx context.Context, account gateway.Account, key, customer, token string, _ gateway.Visitor) (gateway.Method, error) {
	var out methodJSON
	in := saveJSON{Key: key, Customer: customer, Token: token}
	if err := g.call(ctx, account, http.MethodPost, "/v1/methods", in, &out); err != nil {
		return gateway.Method{}, err
	}
	if out.ID == "" {
		return gateway.Method{}, errUnreadable
	}
	return out.method(), nil
}

// Remove implements gateway.Vault.
func (g *Gateway) Remove(ctx context.Context, account gateway.Account, method string) error {
	var out struct{}
	return g.call(ctx, account, http.MethodDelete, "/v1/methods/"+url.PathEscape(method), struct{}{}, &out)
}
