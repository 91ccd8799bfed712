// Package portals is what customers do by themselves: change plans within a
// collection, cancel, pause, correct their particulars, and keep their cards.
// It holds the merchant's switches over these (merchant.SubscriptionRules)
// and hands the work to the use cases that merchants call, so that both get
// the same rules. It decides nothing about money.
//
// Every act names the visitor, and touches only what the visitor's customer
// records own; anything else does not exist.
package portals

import (
	"context"
	"fmt"
	"slices"

	"perennial/shared/billing"
	"perennial/shared/clock"
	"perennial/shared/customers"
	"perennial/shared/fault"
	"perennial/shared/gateway"
	"perennial/shared/merchant"
	"perennial/shared/record"
	"perennial/shared/recovery"
	"perennial/shared/subscriptions"
)

// Store is what the package reads.
type Store interface {
	record.Loader
	record.Committer
	record.Owned
}

// Subscriptions changes subscriptions, for customers as for merchants.
type Subscriptions interface {
	Planner
	Keeper
	Change(ctx context.Context, c subscriptions.Change) (subscriptions.Row, error)
}

// Keeper takes cancellations back.
type Keeper interface {
	PreviewKeep(ctx context.Context, scope merchant.Scope, subscription string) (subscriptions.Kept, error)
	Keep(ctx context.Context, k subscriptions.Keep) (subscriptions.Row, error)
}

// Planner changes plans.
type Planner interface {
	Upgrades(ctx context.Context, c subscriptions.PlanChange, sub billing.Subscription) (bool, error)
	PreviewPlan(ctx context.Context, c subscriptions.PlanChange) (subscriptions.PlanPreview, error)
	ChangePlan(ctx context.Context, c subscriptions.PlanChange) (subscriptions.PlanResult, error)
	PayPlan(ctx context.Context, p subscriptions.PlanPayment) (subscriptions.PlanResult, error)
	SetBackup(ctx context.Context, b subscriptions.Backup) (subscriptions.Row, error)
	StepPlan(ctx context.Context, scope merchant.Scope, actor record.Actor, subscription string, step subscriptions.PlanStep, customers ...string) (subscriptions.Row, error)
}

// Saver turns a one-time token of card fields into a saved method.
type Saver interface {
	Save(ctx context.Context, scope merchant.Scope, actor record.Actor, customer billing.Customer, token string, from gateway.Fields) (billing.Method, error)
}

// Payer uses a method for a subscription, and pays what is due with it.
type Payer interface {
	ChangeMethod(ctx context.Context, p recovery.Pay) (recovery.Result, error)
}

// Service serves customers.
type Service struct {
	Store         Store
	Subscriptions Subscriptions
	Customers     *customers.Service
	Wallet        Saver
	Payer         Payer
	Papers        Papers
	Licenses      Licenses // nil: the deployment keeps no licences
	Biller        Biller
	Wall          clock.Wall
}

// Visitor is a customer who is signed in.
type Visitor struct {
	Scope     merchant.Scope
	State     merchant.State
	Customers []string // the customer records that the visitor may act for
	Actor     record.Actor
}

// rules are what the business lets its customers do.
func (v Visitor) rules() merchant.SubscriptionRules { return v.State.Settings.Subscriptions }

// Faults of acts that a merchant keeps for itself.
var (
	ErrNoPlanChange = fault.New(fault.Conflict, "SUBSCRIPTION_UPDATES_DISABLED", "Plans of this seller are not changed here. Please ask the seller.")
	ErrNoCancelNow  = fault.New(fault.Conflict, "IMMEDIATE_CANCEL_DISABLED", "This subscription can be cancelled for its next payment date, not at once.")
	ErrNoEdit       = fault.New(fault.Conflict, "PROFILE_EDIT_DISABLED", "Your details are not changed here. Please ask the seller.")
	ErrNoPause      = fault.New(fault.Conflict, "PAUSE_DISABLED", "Subscriptions of this seller are not paused here. Please ask the seller.")
)

// mine refuses what belongs to somebody else.
func (v Visitor) mine(sub billing.Subscription) error {
	if !slices.Contains(v.Customers, sub.Customer) {
		return fmt.Errorf("subscription %s: %w", sub.ID, record.ErrNotFound)
	}
	return nil
}

// change hands an act on a subscription on.
func (s *Service) change(ctx context.Context, v Visitor, sub billing.Subscription, c subscriptions.Change) error {
	if err := v.mine(sub); err != nil {
		return err
	}
	c.Scope, c.Actor, c.Subscription = v.Scope, v.Actor, sub.ID
	_, err := s.Subscriptions.Change(ctx, c)
	return err
}
