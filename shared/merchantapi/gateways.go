package merchantapi

import (
	"context"

	"perennial/shared/gateways"
	"perennial/shared/httpapi"
	"perennial/shared/wire"
)

const aboutGateways = "Ours, not Dodo's. A connection belongs to one mode; functions learn of a change within 30 seconds. Keys are checked at the gateway, sealed, and never shown again."

func (s *server) routeGateways(api *httpapi.API) {
	httpapi.Route(api, "POST /gateways", "Connect a payment gateway", s.connectGateway, httpapi.Describe(aboutGateways+
		" Connecting an account again replaces its keys. Of several gateways, the first by `priority` that is meant for the currency and country of a sale takes new payment methods; a new one is the last; what is saved at one is charged there for ever. The account is then set up, as by POST /gateways/{gateway_id}/setup; what is not right is told by `findings`, and is no error. With `webhook_secret` the endpoint is left to you."))
	httpapi.Route(api, "GET /gateways", "List payment gateways", s.listGateways, httpapi.Describe(aboutGateways))
	httpapi.Route(api, "GET /gateways/{gateway_id}", "Get a payment gateway", s.getGateway, httpapi.Describe(aboutGateways))
	httpapi.Route(api, "GET /gateways/{gateway_id}/check", "Check a payment gateway", s.checkGateway, httpapi.Describe(
		"Asks the gateway now what is not right: the key and its permissions, the account, the webhook endpoint, the hosts on which Apple Pay and Google Pay are offered, the clock. Nothing is changed. Of permissions, only reading is tried."))
	httpapi.Route(api, "POST /gateways/{gateway_id}/setup", "Set up a payment gateway", s.setupGateway, httpapi.Describe(
		"Makes, as far as the key may, the webhook endpoint, whose secret is sealed, and registers the hosts on which Apple Pay and Google Pay are offered. It may be repeated at any time: an endpoint whose secret is held is mended, any other at our address is replaced."))
	httpapi.Route(api, "PATCH /gateways/{gateway_id}", "Update a payment gateway", s.updateGateway, httpapi.Describe(
		"A key must be of the same account. Webhooks that were signed with the secret before are believed for three days."))
	httpapi.Route(api, "DELETE /gateways/{gateway_id}", "Disconnect a payment gateway", s.disconnectGateway, httpapi.Describe(
		"It takes no new payment methods; those saved there are charged and refunded as before. With `forget=true` its keys are destroyed, and they are not."))
}

type connectGateway struct {
	Body struct {
		Gateway    string   `json:"gateway" enum:"stripe"`
		Secret     string   `json:"secret_key" writeOnly:"true" doc:"A restricted key, rk_live_… or rk_test_…, or a secret key."`
		Key        string   `json:"publishable_key"`
		Webhook    string   `json:"webhook_secret,omitempty" writeOnly:"true" doc:"whsec_… of an endpoint that you made by hand; without it one is made, where the key may."`
		Currencies []string `json:"currencies,omitempty" nullable:"true" maxItems:"200"`
		Countries  []string `json:"countries,omitempty" nullable:"true" maxItems:"300"`
		Debits     *bool    `json:"sepa_debit,omitempty" nullable:"true" doc:"Offer SEPA direct debit where the account may take it; on by default."`
	}
}

func (s *server) connectGateway(ctx context.Context, c httpapi.Caller, in connectGateway) (wire.CheckedGateway, error) {
	b := in.Body
	made, err := s.Gateways.Connect(ctx, scopeOf(c), actorOf(c), gateways.Order{
		Gateway: b.Gateway, Secret: b.Secret, Key: b.Key, Webhook: b.Webhook, Currencies: b.Currencies, Countries: b.Countries,
		NoDebits: b.Debits != nil && !*b.Debits,
	})
	return s.checked(c, made), err
}

func (s *server) checked(c httpapi.Caller, v gateways.Checked) wire.CheckedGateway {
	return wire.CheckedGateway{Gateway: s.gateway(c, v.View), Findings: wire.ToGatewayFindings(v.Findings)}
}

func (s *server) gateway(c httpapi.Caller, v gateways.View) wire.Gateway {
	return wire.ToGateway(v, scopeOf(c).Business, s.HooksURL)
}

// GatewayList is every gateway of a mode.
type GatewayList struct {
	Items []wire.Gateway `json:"items"`
}

func (s *server) listGateways(ctx context.Context, c httpapi.Caller, _ httpapi.None) (GatewayList, error) {
	found, err := s.Gateways.List(ctx, scopeOf(c))
	out := GatewayList{Items: []wire.Gateway{}}
	for _, v := range found {
		out.Items = append(out.Items, s.gateway(c, v))
	}
	return out, err
}

// GatewayPath names a connected account.
type GatewayPath struct {
	GatewayID string `path:"gateway_id"`
}

func (s *server) getGateway(ctx context.Context, c httpapi.Caller, in GatewayPath) (wire.Gateway, error) {
	found, err := s.Gateways.Get(ctx, scopeOf(c), in.GatewayID)
	return s.gateway(c, found), err
}

func (s *server) checkGateway(ctx context.Context, c httpapi.Caller, in GatewayPath) (wire.GatewayCheck, error) {
	found, err := s.Gateways.Check(ctx, scopeOf(c), in.GatewayID)
	return wire.GatewayCheck{ID: found.Reference, CheckedAt: wire.Wall(found.At), Findings: wire.ToGatewayFindings(found.Findings)}, err
}

type setupGateway struct {
	GatewayPath
	Anew bool `query:"new_webhook" doc:"Replace the webhook endpoint also when its secret is held, in case it is wrong."`
}

func (s *server) setupGateway(ctx context.Context, c httpapi.Caller, in setupGateway) (wire.CheckedGateway, error) {
	made, err := s.Gateways.Setup(ctx, scopeOf(c), actorOf(c), in.GatewayID, in.Anew)
	return s.checked(c, made), err
}

type updateGateway struct {
	GatewayPath
	Body struct {
		Secret     string    `json:"secret_key,omitempty" writeOnly:"true"`
		Key        string    `json:"publishable_key,omitempty"`
		Webhook    string    `json:"webhook_secret,omitempty" writeOnly:"true"`
		Currencies *[]string `json:"currencies,omitempty"`
		Countries  *[]string `json:"countries,omitempty"`
		Debits     *bool     `json:"sepa_debit,omitempty" nullable:"true"`
		Priority   *int      `json:"priority,omitempty" nullable:"true" doc:"Its new place in the order in which gateways are asked, from 1 on; the others keep their order."`
	}
}

func (s *server) updateGateway(ctx context.Context, c httpapi.Caller, in updateGateway) (wire.Gateway, error) {
	b := in.Body
	changed, err := s.Gateways.Change(ctx, scopeOf(c), actorOf(c), in.GatewayID, gateways.Patch{
		Secret: b.Secret, Key: b.Key, Webhook: b.Webhook, Currencies: b.Currencies, Countries: b.Countries, Debits: b.Debits, Priority: b.Priority,
	})
	return s.gateway(c, changed), err
}

type disconnectGateway struct {
	GatewayPath
	Forget bool `query:"forget" doc:"Destroy its keys as well."`
}

func (s *server) disconnectGateway(ctx context.Context, c httpapi.Caller, in disconnectGateway) (wire.Gateway, error) {
	left, err := s.Gateways.Disconnect(ctx, scopeOf(c), actorOf(c), in.GatewayID, in.Forget)
	return s.gateway(c, left), err
}
