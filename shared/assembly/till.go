// Package assembly puts the money use cases together with their adapters, the
// same way for every function that moves money. It decides nothing.
package assembly

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	awskms "github.com/aws/aws-sdk-go-v2/service/kms"
	awssfn "github.com/aws/aws-sdk-go-v2/service/sfn"

	"perennial/shared/charging"
	"perennial/shared/clock"
	"perennial/shared/config"
	"perennial/shared/customers"
	"perennial/shared/disputes"
	"perennial/shared/dynamo"
	"perennial/shared/flow/sfn"
	"perennial/shared/gateway"
	"perennial/shared/gateway/sandbox"
	"perennial/shared/gateway/stripe"
	"perennial/shared/gateways"
	"perennial/shared/kms"
	"perennial/shared/lifecycle"
	"perennial/shared/notices"
	"perennial/shared/numbering"
	"perennial/shared/purchases"
	"perennial/shared/recovery"
	"perennial/shared/refunds"
	"perennial/shared/taxcheck"
	"perennial/shared/taxid/vies"
	"perennial/shared/wallet"
)

// Till is everything that takes money.
type Till struct {
	AWS      aws.Config
	Store    *dynamo.Store
	Charging *charging.Service
	Wallet   *wallet.Service
	Recovery *recovery.Service
	TaxIDs   *taxcheck.Service
	Life     *lifecycle.Service
	Sales    *purchases.Service
	Advancer *lifecycle.Advancer
	Refunds  *refunds.Service
	Disputes *disputes.Service
	Notices  *notices.Service
	Banks    Banks
	Keyring  *gateways.Keyring
	Gateways *gateways.Service
	Updates  *wallet.Updater
}

// Open builds the till from the environment. Missing variables are reported
// by env.
func Open(ctx context.Context, env *config.Env) (*Till, error) {
	cfg, err := config.AWS(ctx)
	if err != nil {
		return nil, fmt.Errorf("aws configuration: %w", err)
	}
	store := dynamo.New(dynamodb.NewFromConfig(cfg), env.Need(config.Table))
	bank := sandbox.New(sandbox.Options{BaseURL: env.URL(config.URLSandbox), Secret: env.Need(config.SandboxSecret)})
	keys := Keys{KMS: env.Need(config.KMSKey), Stripe: env.Local(config.URLStripe)}
	return Build(cfg, store, bank, sfn.New(awssfn.NewFromConfig(cfg), env.Or(config.StateMachine, "")), keys), nil
}

// Keys are what connected gateways need: the master key that their secrets
// are sealed under, and where Stripe is when it is played by a stand-in.
type Keys struct{ KMS, Stripe string }

// Build puts the till together with adapters that are open already.
func Build(cfg aws.Config, store *dynamo.Store, test *sandbox.Gateway, flow *sfn.Flow, keys Keys) *Till {
	t := &Till{AWS: cfg, Store: store}
	sealer := kms.New(kms.CallsOf(awskms.NewFromConfig(cfg)), keys.KMS, clock.System)
	t.Keyring = &gateways.Keyring{Store: store, Sealer: sealer, Wall: clock.System}
	t.Banks = NewBanks(test, t.Keyring, keys.Stripe)
	t.Gateways = Connections(store, sealer, t.Banks.Stripe())
	bank := t.Banks
	t.Charging = &charging.Service{Store: store, Gateway: bank, Brake: store, Wall: clock.System}
	t.Wallet = &wallet.Service{Store: store, Vault: bank, Wall: clock.System}
	t.Updates = &wallet.Updater{Store: store, Wall: clock.System}
	t.Recovery = &recovery.Service{Store: store, Charger: t.Charging, Wallet: t.Wallet, Flow: answers{flow}, Wall: clock.System}
	t.TaxIDs = &taxcheck.Service{Store: store, Register: vies.New(vies.Service, clock.System), Wall: clock.System}
	t.Life = &lifecycle.Service{Store: store, Charger: t.Charging, Holds: t.Recovery, TaxIDs: t.TaxIDs, Wall: clock.System}
	t.Life.Numbers = &numbering.Service{Store: store}
	t.Sales = &purchases.Service{
		Store: store, Charger: t.Charging, Recovery: t.Recovery, Wallet: t.Wallet, TaxIDs: t.TaxIDs, Wall: clock.System,
		Buyers: &customers.Service{Store: store, Vault: bank, Wall: clock.System},
	}
	t.Advancer = &lifecycle.Advancer{Life: t.Life, Agenda: store}
	t.Refunds = &refunds.Service{Store: store, Gateway: bank, Wall: clock.System}
	t.Disputes = &disputes.Service{Store: store, Gateway: bank, Rehearser: test, Wall: clock.System}
	t.Notices = &notices.Service{
		Store: store, Archives: map[string]gateway.Archive{stripe.Name: t.Banks.Stripe()}, Listener: t, Wall: clock.System,
	}
	return t
}

// Connections are the connected gateways. Hooks and Pages are its caller's to
// give, which knows them.
func Connections(store gateways.Store, sealer gateways.Sealer, live *stripe.Gateway) *gateways.Service {
	return &gateways.Service{
		Store: store, Sealer: sealer, Wall: clock.System,
		Inspectors: map[string]gateway.Inspector{stripe.Name: live},
		Helpers:    map[string]gateways.Helper{stripe.Name: {Endpoints: live, Domains: live, Prober: live}},
		Abilities:  map[string]gateway.Capabilities{stripe.Name: stripe.Capabilities, sandbox.Name: sandbox.Capabilities},
	}
}

// Checker asks gateways about connected accounts, for whoever moves no money.
// Hooks and Pages are its caller's to give.
func Checker(cfg aws.Config, store *dynamo.Store, keys Keys) *gateways.Service {
	return Connections(store, kms.New(kms.CallsOf(awskms.NewFromConfig(cfg)), keys.KMS, clock.System), stripe.New(stripe.Options{BaseURL: keys.Stripe}))
}

// answers speaks the workflow's language for the use cases.
type answers struct{ flow *sfn.Flow }

// Answer implements recovery.Flow.
func (a answers) Answer(ctx context.Context, token string, outcome recovery.Outcome) error {
	output, err := json.Marshal(map[string]recovery.Outcome{"outcome": outcome})
	if err != nil {
		return err
	}
	_, err = a.flow.Succeed(ctx, token, output)
	return err
}
