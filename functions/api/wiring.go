package main

import (
	awskms "github.com/aws/aws-sdk-go-v2/service/kms"
	awssqs "github.com/aws/aws-sdk-go-v2/service/sqs"

	"perennial/shared/assembly"
	"perennial/shared/catalog"
	"perennial/shared/clock"
	"perennial/shared/config"
	"perennial/shared/customers"
	"perennial/shared/endpoints"
	"perennial/shared/httpapi"
	"perennial/shared/idempotency"
	"perennial/shared/identity"
	"perennial/shared/invoices"
	"perennial/shared/kms"
	"perennial/shared/merchant"
	"perennial/shared/merchantapi"
	"perennial/shared/operations"
	"perennial/shared/queue/sqs"
	"perennial/shared/register"
	"perennial/shared/s3"
	"perennial/shared/settings"
	"perennial/shared/subscriptions"
	"perennial/shared/taxfix"
)

// newAPI puts the API together. Missing variables are reported by env.
func newAPI(till *assembly.Till, env *config.Env) *httpapi.API {
	store, queues := till.Store, awssqs.NewFromConfig(till.AWS)
	people := &customers.Service{Store: store, Vault: till.Wallet.Vault, Wall: clock.System}
	assets := s3.New(till.AWS, env.Need(config.AssetsBucket), env.Or("AWS_ENDPOINT_URL_S3", ""), clock.System)
	sealer := kms.New(kms.CallsOf(awskms.NewFromConfig(till.AWS)), env.Need(config.KMSKey), clock.System)
	portals := map[merchant.Mode]string{
		merchant.Live: env.URL(config.URLPortal), merchant.Test: env.URL(config.URLPortalTest),
	}
	till.Gateways.Hooks = env.URL(config.URLAPI)
	till.Gateways.Pages = map[merchant.Mode][]string{
		merchant.Live: {env.URL(config.URLCheckout), portals[merchant.Live]}, merchant.Test: {env.URL(config.URLCheckout), portals[merchant.Test]},
	}
	api := merchantapi.New(env.URL(config.URLAPI), &merchantapi.Keys{Store: store, Wall: clock.System}, merchantapi.Services{
		Customers: people,
		Catalog:   &catalog.Service{Store: store, Assets: assets, Wall: clock.System},
		Subscriptions: &subscriptions.Service{
			Store: store, Payer: till.Recovery, Charger: till.Charging, Wall: clock.System, Abilities: till.Gateways.Abilities,
		},
		Refunds:  till.Refunds,
		Disputes: till.Disputes,
		Recovery: till.Recovery,
		TaxFixes: &taxfix.Corrector{
			Service: taxfix.Service{Store: till.Store, TaxIDs: till.TaxIDs}, Commits: till.Store, Refunds: till.Refunds, Wall: clock.System,
		},
		Register:  &register.Service{Store: store},
		Purchases: till.Sales,
		Endpoints: &endpoints.Service{
			Store: store, Sealer: sealer, Queue: sqs.New(queues, env.Need(config.QueueDeliveries)), Wall: clock.System,
		},
		Advancer:    till.Advancer,
		Links:       &identity.Service{Store: store, Wall: clock.System, Portals: portals},
		LoginMails:  sqs.New(queues, env.Need(config.QueueMailLogin)),
		ClockWork:   sqs.New(queues, env.Need(config.QueueWorkClock)),
		AssetsURL:   env.URL(config.URLAPI) + "/assets",
		CheckoutURL: env.URL(config.URLCheckout),
		PortalURLs:  portals,
		Gateways:    till.Gateways,
		HooksURL:    env.URL(config.URLAPI),
		Settings:    &settings.Service{Store: store, Wall: clock.System},
		Operations:  &operations.Service{Store: store, Wall: clock.System},
		Documents:   invoices.Links{URL: env.URL(config.URLAPI), Secrets: env.List(config.LinkSecret)},
		Wall:        clock.System,
	})
	api.KeepAnswers(&idempotency.Service{Store: store, Sealer: sealer, Wall: clock.System})
	api.Limit(&httpapi.Limits{Wall: clock.System})
	return api
}
