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
	"perennial/shared/identity"
	"perennial/shared/kms"
	"perennial/shared/merchant"
	"perennial/shared/merchantapi"
	"perennial/shared/queue/sqs"
	"perennial/shared/register"
	"perennial/shared/subscriptions"
)

// about introduces the API to its readers.
const about = "Perennial speaks Dodo Payments' merchant API: its official SDKs work against it with nothing but another base URL. " +
	"Errors are `{\"code\", \"message\"}`; what is documented by Dodo and not there yet answers 501 `UNSUPPORTED_ACTION`. " +
	"Lists count pages from 0."

// newAPI puts the API together. Missing variables are reported by env.
func newAPI(till *assembly.Till, env *config.Env) *httpapi.API {
	store, queues := till.Store, awssqs.NewFromConfig(till.AWS)
	people := &customers.Service{Store: store, Vault: till.Wallet.Vault, Wall: clock.System}
	sealer := kms.New(awskms.NewFromConfig(till.AWS), env.Need(config.KMSKey), clock.System)
	info := httpapi.Info{Title: "Perennial", Version: "1", Description: about, URL: env.URL(config.URLAPI)}
	return merchantapi.New(info, &merchantapi.Keys{Store: store, Wall: clock.System}, merchantapi.Services{
		Customers: people,
		Catalog:   &catalog.Service{Store: store, Wall: clock.System},
		Subscriptions: &subscriptions.Service{
			Store: store, Orderer: till.Life, Payer: till.Recovery, Customers: people, Wall: clock.System,
		},
		Register:  &register.Service{Store: store},
		Endpoints: &endpoints.Service{Store: store, Sealer: sealer, Wall: clock.System},
		Advancer:  till.Advancer,
		Links: &identity.Service{Store: store, Wall: clock.System, Portals: map[merchant.Mode]string{
			merchant.Live: env.URL(config.URLPortal), merchant.Test: env.URL(config.URLPortalTest),
		}},
		LoginMails:  sqs.New(queues, env.Need(config.QueueMailLogin)),
		ClockWork:   sqs.New(queues, env.Need(config.QueueWorkClock)),
		CheckoutURL: env.URL(config.URLCheckout),
		Wall:        clock.System,
	})
}
