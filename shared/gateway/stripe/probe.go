package stripe

import (
	"context"
	"errors"
	"net/http"

	sdk "github.com/stripe/stripe-go/v84"
	"golang.org/x/sync/errgroup"
)

// probes are lists of what payments need, by the name of the permission in
// Stripe's dashboard. A list of one object is the cheapest question.
var probes = []struct{ permission, path string }{
	{"Customers", "/v1/customers"},
	{"Payment Methods", "/v1/payment_methods"},
	{"PaymentIntents", "/v1/payment_intents"},
	{"SetupIntents", "/v1/setup_intents"},
	{"Charges and Refunds", "/v1/refunds"},
	{"Disputes", "/v1/disputes"},
	{"Events", "/v1/events"},
}

// Lacks implements gateway.Prober. It asks all at once.
func (g *Gateway) Lacks(ctx context.Context, secret string) ([]string, error) {
	lacks := make([]bool, len(probes))
	group, ctx := errgroup.WithContext(ctx)
	for i, p := range probes {
		group.Go(func() (err error) {
			lacks[i], err = g.forbidden(ctx, secret, p.path)
			return err
		})
	}
	err := group.Wait()
	var names []string
	for i, p := range probes {
		if lacks[i] {
			names = append(names, p.permission)
		}
	}
	return names, err
}

func (g *Gateway) forbidden(ctx context.Context, secret, path string) (bool, error) {
	err := g.look(ctx, path+"?limit=1", secret, &ignored{})
	var said *sdk.Error
	if errors.As(err, &said) && said.HTTPStatusCode == http.StatusForbidden {
		return true, nil
	}
	return false, keyed(path, err)
}

// ignored is an answer of which only the status counts.
type ignored struct {
	sdk.APIResource
}
