package charging_test

import (
	"perennial/shared/billing"
	"perennial/shared/charging"
	"perennial/shared/gateway"
	"perennial/shared/lifecycle"
	"perennial/shared/lifecycle/lifecycletest"
	"perennial/shared/record"
)

func intentOf(w *lifecycletest.World, id string) gateway.Intent {
	return gateway.Intent(w.Sub(id).Lock.Intent)
}

func cancelNow(w *lifecycletest.World, id string) lifecycle.Cancel {
	return lifecycle.Cancel{Scope: w.Scope, Actor: record.System, Subscription: id, Mode: lifecycle.CancelNow}
}

// hear delivers the gateway's word on every payment, as webhooks do: late,
// repeated and in any order.
func hear(w *lifecycletest.World, id string) {
	for _, p := range lifecycletest.All[billing.Payment](w) {
		if p.Subscription != id || p.Intent == "" {
			continue
		}
		account := gateway.Account{Gateway: p.Method.Gateway, ID: p.Method.Account}
		out, err := w.Gateway.Find(w.T.Context(), account, gateway.Intent(p.Intent))
		if err != nil {
			continue
		}
		_ = w.Charging.Hear(w.T.Context(), charging.Notice{Account: account, Event: p.ID + string(out.State), Outcome: out})
	}
}
