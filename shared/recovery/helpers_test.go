package recovery_test

import (
	"perennial/shared/gateway"
	"perennial/shared/lifecycle"
	"perennial/shared/lifecycle/lifecycletest"
	"perennial/shared/record"
	"perennial/shared/wallet"
)

func errRefused() error { return wallet.ErrRefused }

func gatewayIntent(id string) gateway.Intent { return gateway.Intent(id) }

func cancelAtEnd(w *lifecycletest.World, id string) lifecycle.Cancel {
	return lifecycle.Cancel{Scope: w.Scope, Actor: record.System, Subscription: id, Mode: lifecycle.CancelAtEnd}
}
