package sandbox

import (
	"context"
	"net/http"
	"net/url"

	"perennial/shared/gateway"
)

// Prepare implements gateway.Payments.
func (g *Gateway) Prepare(ctx context.Context, account gateway.Account, p gateway.Params) (gateway.Intent, error) {
	in := orderJSON{
		Key: p.Key, Amount: p.Amount.Minor, Currency: string(p.Amount.Currency), Customer: p.Customer,
		Method: p.Method, OnSession: p.OnSession, Challenge: p.Challenge, ReturnURL: p.ReturnURL, Payment: p.Payment,
	}
	out, err := g.intent(ctx, account, http.MethodPost, "/v1/intents", in)
	return out.Intent, err
}

// Confirm implements gateway.Payments.
func (g *Gateway) Confirm(ctx context.Context, account gateway.Account, id gateway.Intent, key string) (gateway.Outcome, error) {
	return g.intent(ctx, account, http.MethodPost, intentPath(id, "/confirm"), keyJSON{Key: key})
}

// Find implements gateway.Payments.
func (g *Gateway) Find(ctx context.Context, account gateway.Account, id gateway.Intent) (gateway.Outcome, error) {
	return g.intent(ctx, account, http.MethodGet, intentPath(id, ""), struct{}{})
}

// Cancel implements gateway.Payments.
func (g *Gateway) Cancel(ctx context.Context, account gateway.Account, id gateway.Intent) (gateway.Outcome, error) {
	return g.intent(ctx, account, http.MethodPost, intentPath(id, "/cancel"), struct{}{})
}

// List implements gateway.Payments; the gateway lists the latest hundred.
func (g *Gateway) List(ctx context.Context, account gateway.Account, customer string) ([]gateway.Outcome, error) {
	var page struct {
		Items []intentJSON `json:"items"`
	}
	path := "/v1/intents?customer=" + url.QueryEscape(customer)
	if err := g.call(ctx, account, http.MethodGet, path, struct{}{}, &page); err != nil {
		return nil, err
	}
	var outcomes []gateway.Outcome
	for _, i := range page.Items {
		outcome, err := i.outcome()
		if err != nil {
			return nil, err
		}
		outcomes = append(outcomes, outcome)
	}
	return outcomes, nil
}

func (g *Gateway) intent(ctx context.Context, account gateway.Account, method, path string, in any) (gateway.Outcome, error) {
	var out intentJSON
	if err := g.call(ctx, account, method, path, in, &out); err != nil {
		return gateway.Outcome{}, err
	}
	return out.outcome()
}

// named posts and returns the id of what was made.
func (g *Gateway) named(ctx context.Context, account gateway.Account, path string, in any) (string, error) {
	var out struct {
		ID string `json:"id"`
	}
	if err := g.call(ctx, account, http.MethodPost, path, in, &out); err != nil {
		return "", err
	}
	if out.ID == "" {
		return "", errUnreadable
	}
	return out.ID, nil
}
