// Package assembly puts the money use cases together with their adapters, the
// same way for every function that moves money. It decides nothing.
package assembly

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
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
	"perennial/shared/lifecycle"
	"perennial/shared/merchant"
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
	return Build(cfg, store, bank, sfn.New(awssfn.NewFromConfig(cfg), env.Or(config.StateMachine, ""))), nil
}

// Build puts the till together with adapters that are open already.
func Build(cfg aws.Config, store *dynamo.Store, bank *sandbox.Gateway, flow *sfn.Flow) *Till {
	t := &Till{AWS: cfg, Store: store}
	t.Charging = &charging.Service{Store: store, Gateway: bank, Brake: store, Wall: clock.System}
	t.Wallet = &wallet.Service{Store: store, Vault: bank, Account: Account, Wall: clock.System}
	t.Recovery = &recovery.Service{Store: store, Charger: t.Charging, Wallet: t.Wallet, Flow: answers{flow}, Wall: clock.System}
	t.TaxIDs = &taxcheck.Service{Store: store, Register: vies.New(vies.Service, clock.System), Wall: clock.System}
	t.Life = &lifecycle.Service{Store: store, Charger: t.Charging, Holds: t.Recovery, TaxIDs: t.TaxIDs, Wall: clock.System}
	t.Life.Numbers = &numbering.Service{Store: store}
	t.Sales = &purchases.Service{
		Store: store, Charger: t.Charging, Recovery: t.Recovery, Wallet: t.Wallet, Account: Account, TaxIDs: t.TaxIDs, Wall: clock.System,
		Buyers: &customers.Service{Store: store, Vault: bank, Wall: clock.System},
	}
	t.Advancer = &lifecycle.Advancer{Life: t.Life, Agenda: store}
	t.Refunds = &refunds.Service{Store: store, Gateway: bank, Wall: clock.System}
	t.Disputes = &disputes.Service{Store: store, Gateway: bank, Wall: clock.System}
	return t
}

// Account is where a scope saves payment methods: test modes use the sandbox
// gateway, a live mode has none until one is connected.
func Account(scope merchant.Scope) gateway.Account {
	if scope.Mode != merchant.Test {
		return gateway.Account{}
	}
	return gateway.Account{Gateway: sandbox.Name, ID: scope.String()}
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
