package stripe

import (
	"context"
	"errors"

	sdk "github.com/stripe/stripe-go/v84"
	"github.com/stripe/stripe-go/v84/setupintent"

	"perennial/shared/gateway"
)

func (g *Gateway) setups(key string) setupintent.Client {
	return setupintent.Client{B: g.backend, Key: key}
}

func (g *Gateway) prepareSetup(ctx context.Context, key string, p gateway.Params, meta map[string]string) (gateway.Intent, error) {
	made, err := g.setups(key).New(&sdk.SetupIntentParams{
		Params: params(ctx, "prepare", p.Key), Customer: &p.Customer, PaymentMethod: &p.Method, Metadata: meta,
		PaymentMethodTypes: sdk.StringSlice(typesOf(p)), Usage: sdk.String(string(sdk.SetupIntentUsageOffSession)),
	})
	if err != nil {
		return "", told("prepare set-up", err)
	}
	return gateway.Intent(made.ID), nil
}

func (g *Gateway) confirmSetup(ctx context.Context, secret string, id gateway.Intent, key string) (gateway.Outcome, error) {
	before, err := g.findSetup(ctx, secret, id)
	if err != nil || before.Status != sdk.SetupIntentStatusRequiresConfirmation {
		return setupOutcome(before, err)
	}
	in := &sdk.SetupIntentConfirmParams{Params: params(ctx, "confirm", key), ReturnURL: sdk.String(before.Metadata[metaReturn])}
	after, err := g.setups(secret).Confirm(string(id), in)
	if _, no := refused(err); no {
		after, err = g.findSetup(ctx, secret, id)
	}
	out, err := setupOutcome(after, told("confirm set-up", err))
	if err == nil && out.State == gateway.StateActionNeeded && before.Metadata[metaOnSession] == "" {
		return g.unattended(ctx, secret, id)
	}
	return out, err
}

// unattended ends a set-up that asks a customer who is not there.
func (g *Gateway) unattended(ctx context.Context, secret string, id gateway.Intent) (gateway.Outcome, error) {
	out, err := g.cancelSetup(ctx, secret, id)
	if err == nil && out.State == gateway.StateCancelled {
		out.State, out.Decline = gateway.StateDeclined, gateway.Decline{Code: "authentication_required"}
	}
	return out, err
}

func (g *Gateway) findSetup(ctx context.Context, secret string, id gateway.Intent) (*sdk.SetupIntent, error) {
	found, err := g.setups(secret).Get(string(id), &sdk.SetupIntentParams{Params: params(ctx, "", "")})
	return found, told("find set-up", err)
}

func (g *Gateway) cancelSetup(ctx context.Context, secret string, id gateway.Intent) (gateway.Outcome, error) {
	after, err := g.setups(secret).Cancel(string(id), &sdk.SetupIntentCancelParams{Params: params(ctx, "", "")})
	if err = told("cancel set-up", err); errors.Is(err, gateway.ErrRejected) {
		return setupOutcome(g.findSetup(ctx, secret, id))
	}
	return setupOutcome(after, err)
}

func (g *Gateway) listSetups(found []dated, secret, customer string, page sdk.ListParams) ([]dated, error) {
	items := g.setups(secret).List(&sdk.SetupIntentListParams{ListParams: page, Customer: &customer})
	for items.Next() {
		i, err := items.SetupIntent(), error(nil)
		if found, err = appendOutcome(found, i.Metadata, i.Created, func() (gateway.Outcome, error) { return setupOutcome(i, nil) }); err != nil {
			return nil, err
		}
	}
	return found, told("list set-ups", items.Err())
}
