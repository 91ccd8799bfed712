package stripe

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"

	sdk "github.com/stripe/stripe-go/v84"

	"perennial/shared/gateway"
)

// everything is the event of an endpoint that is sent all of them.
const everything = "*"

// Endpoints implements gateway.Endpoints. Stripe lets an account have 16, so
// that one page holds them.
func (g *Gateway) Endpoints(ctx context.Context, secret, url string) ([]gateway.Endpoint, error) {
	found := &sdk.WebhookEndpointList{}
	if err := g.look(ctx, "/v1/webhook_endpoints?limit=100", secret, found); err != nil {
		return nil, keyed("webhook endpoints", err)
	}
	var all []gateway.Endpoint
	for _, e := range found.Data {
		if e.URL == url {
			all = append(all, endpoint(e))
		}
	}
	return all, nil
}

// look asks for one page of a list.
func (g *Gateway) look(ctx context.Context, path, secret string, into sdk.LastResponseSetter) error {
	return g.backend.CallRaw(http.MethodGet, path, secret, nil, &sdk.Params{Context: ctx}, into)
}

func endpoint(e *sdk.WebhookEndpoint) gateway.Endpoint {
	out := gateway.Endpoint{Ref: e.ID, Enabled: e.Status == "enabled"}
	if slices.Contains(e.EnabledEvents, everything) {
		return out
	}
	for _, event := range Events {
		if !slices.Contains(e.EnabledEvents, event) {
			out.Lacks = append(out.Lacks, event)
		}
	}
	return out
}

// OpenEndpoint implements gateway.Endpoints. No key makes it safe to repeat:
// whoever repeats it looks first.
func (g *Gateway) OpenEndpoint(ctx context.Context, secret, url string) (gateway.Endpoint, string, error) {
	made := &sdk.WebhookEndpoint{}
	p := &sdk.WebhookEndpointParams{
		Params: params(ctx, "", ""), URL: &url, EnabledEvents: sdk.StringSlice(Events), APIVersion: sdk.String(sdk.APIVersion),
		Description: sdk.String("Perennial"),
	}
	if err := g.backend.Call(http.MethodPost, "/v1/webhook_endpoints", secret, p, made); err != nil {
		return gateway.Endpoint{}, "", keyed("new webhook endpoint", err)
	}
	if made.ID == "" || made.Secret == "" {
		return gateway.Endpoint{}, "", fmt.Errorf("%w: a webhook endpoint without id or secret", errUnreadable)
	}
	return endpoint(made), made.Secret, nil
}

// MendEndpoint implements gateway.Endpoints.
func (g *Gateway) MendEndpoint(ctx context.Context, secret, ref string) error {
	p := &sdk.WebhookEndpointParams{Params: params(ctx, "", ""), EnabledEvents: sdk.StringSlice(Events), Disabled: sdk.Bool(false)}
	err := g.backend.Call(http.MethodPost, sdk.FormatURLPath("/v1/webhook_endpoints/%s", ref), secret, p, &sdk.WebhookEndpoint{})
	return keyed("webhook endpoint", err)
}

// CloseEndpoint implements gateway.Endpoints.
func (g *Gateway) CloseEndpoint(ctx context.Context, secret, ref string) error {
	p := &sdk.WebhookEndpointParams{Params: params(ctx, "", "")}
	err := g.backend.Call(http.MethodDelete, sdk.FormatURLPath("/v1/webhook_endpoints/%s", ref), secret, p, &sdk.WebhookEndpoint{})
	var said *sdk.Error
	if errors.As(err, &said) && said.HTTPStatusCode == http.StatusNotFound {
		return nil
	}
	return keyed("old webhook endpoint", err)
}
