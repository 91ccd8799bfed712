// Command portal serves the customer portal, for live and for test mode, each
// on its own origin behind the edge.
package main

import (
	"context"
	"log/slog"
	"os"

	awssqs "github.com/aws/aws-sdk-go-v2/service/sqs"

	"perennial/shared/assembly"
	"perennial/shared/cardfields"
	"perennial/shared/clock"
	"perennial/shared/config"
	"perennial/shared/identity"
	"perennial/shared/invoices"
	"perennial/shared/lambdahttp"
	"perennial/shared/pages"
	"perennial/shared/queue/sqs"
)

func main() {
	config.Logs()
	env := config.Read()
	till, err := assembly.Open(context.Background(), env)
	if err != nil {
		slog.Error("cannot start", "error", err.Error())
		os.Exit(1)
	}
	live, test, bank, orders := env.URL(config.URLPortal), env.URL(config.URLPortalTest), env.URL(config.URLSandbox), env.URL(config.URLCheckout)
	links := invoices.Links{URL: env.URL(config.URLAPI), Secrets: env.List(config.LinkSecret)}
	id := &identity.Service{
		Store: till.Store, Tallies: till.Store, Addresses: till.Store, Queue: sqs.New(awssqs.NewFromConfig(till.AWS), env.Need(config.QueueMailLogin)), Wall: clock.System,
	}
	served := options(env, live, test, bank, orders)
	fields := cardfields.Origins{Sandbox: bank, Stripe: env.Local(config.URLStripe)}
	env.Must()
	lambdahttp.Start(handler(till, id, links, live, test, orders, fields), served...)
}

func options(env *config.Env, live, test, bank, orders string) []lambdahttp.Option {
	return []lambdahttp.Option{
		lambdahttp.Headers(lambdahttp.PageHeaders(pages.Policy(bank, orders))), lambdahttp.OriginSecret(env.List(config.OriginSecret)...),
		lambdahttp.Surfaces(map[string]string{"portal": live, "portal-test": test}), lambdahttp.Failures(pages.Fail),
	}
}
