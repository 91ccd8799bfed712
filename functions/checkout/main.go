// Command checkout serves the hosted page behind a payment link.
package main

import (
	"context"
	"log/slog"
	"net/http"
	"os"

	"perennial/shared/assembly"
	"perennial/shared/cardfields"
	"perennial/shared/checkout"
	"perennial/shared/clock"
	"perennial/shared/config"
	"perennial/shared/customers"
	"perennial/shared/identity"
	"perennial/shared/lambdahttp"
	"perennial/shared/merchant"
	"perennial/shared/pages"
	"perennial/shared/settings"
)

func main() {
	config.Logs()
	env := config.Read()
	till, err := assembly.Open(context.Background(), env)
	if err != nil {
		slog.Error("cannot start", "error", err.Error())
		os.Exit(1)
	}
	url, bank := env.URL(config.URLCheckout), env.URL(config.URLSandbox)
	served := options(env, url, bank)
	unsubscribe := identity.Unsubscribe{URL: url, Secrets: env.List(config.LinkSecret)}
	fields := cardfields.Origins{Sandbox: bank, Stripe: env.Local(config.URLStripe)}
	portals := map[merchant.Mode]string{merchant.Live: env.URL(config.URLPortal), merchant.Test: env.URL(config.URLPortalTest)}
	env.Must()
	lambdahttp.Start(handler(till, url, portals, fields, unsubscribe), served...)
}

func handler(till *assembly.Till, url string, portals map[merchant.Mode]string, fields cardfields.Origins, unsubscribe identity.Unsubscribe) http.Handler {
	return checkout.New(checkout.Options{
		Store: till.Store, Payer: till.Recovery, Sales: till.Sales, Owned: till.Store, Unsubscribe: unsubscribe, Mails: &customers.Service{Store: till.Store, Wall: clock.System},
		Testers: &settings.Service{Store: till.Store, Wall: clock.System},
		Limits:  identity.NewLimits(till.Store, clock.System), URL: url, Portals: portals, Fields: fields, Wall: clock.System,
	})
}

func options(env *config.Env, url, bank string) []lambdahttp.Option {
	return []lambdahttp.Option{
		lambdahttp.Headers(lambdahttp.PageHeaders(pages.Policy(bank))), lambdahttp.OriginSecret(env.List(config.OriginSecret)...),
		lambdahttp.URL(url), lambdahttp.Failures(pages.Fail),
	}
}
