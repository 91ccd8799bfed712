package wallet

import (
	"context"
	"errors"
	"fmt"

	"perennial/shared/fault"
	"perennial/shared/merchant"
	"perennial/shared/money"
	"perennial/shared/record"
)

// Sells refuses what could never be paid: a mode without a gateway that takes
// new payment methods takes no orders.
func Sells(ctx context.Context, l record.Loader, scope merchant.Scope) error {
	return connected(ctx, l, scope, merchant.State.Sells)
}

// Charges refuses to charge saved methods in a mode without any gateway.
func Charges(ctx context.Context, l record.Loader, scope merchant.Scope) error {
	return connected(ctx, l, scope, merchant.State.Charges)
}

// ErrNotMeant refuses a sale that none of the connected gateways is meant for.
var ErrNotMeant = fault.New(fault.Invalid, "UNSUPPORTED_CURRENCY", "The seller cannot take payments in this currency from this country.")

// Meant refuses what none of a mode's gateways is meant for: its merchant has
// connected each for some currencies and countries (R050).
func Meant(state merchant.State, currency money.Currency, country string) error {
	if _, ok := state.GatewayFor(string(currency), country); !ok {
		return ErrNotMeant
	}
	return nil
}

// connected reads the state of live modes alone: test modes have the sandbox.
func connected(ctx context.Context, l record.Loader, scope merchant.Scope, enough func(merchant.State) bool) error {
	if scope.Mode == merchant.Test {
		return nil
	}
	state, err := record.Get[merchant.State](ctx, l, scope, scope.String())
	if err != nil && !errors.Is(err, record.ErrNotFound) {
		return fmt.Errorf("state of %s: %w", scope, err)
	}
	if !enough(state) {
		return ErrNoGateway
	}
	return nil
}
