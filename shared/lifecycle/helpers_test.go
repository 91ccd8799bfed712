package lifecycle_test

import (
	"time"

	"perennial/shared/billing"
	"perennial/shared/lifecycle"
	"perennial/shared/lifecycle/lifecycletest"
	"perennial/shared/record"
	"perennial/shared/recovery"
)

const day = 24 * time.Hour

// cancel asks for a subscription's end, as the merchant does.
func cancel(w *lifecycletest.World, id string, mode lifecycle.CancelMode) {
	w.T.Helper()
	_, err := w.Life.Cancel(w.T.Context(), lifecycle.Cancel{Scope: w.Scope, Actor: record.System, Subscription: id, Mode: mode})
	if err != nil {
		w.T.Fatal(err)
	}
}

// events counts what was told of a type.
func events(w *lifecycletest.World, of billing.EventType) int {
	n := 0
	for _, box := range w.Store.Outboxes() {
		for _, e := range box.Events {
			if e.Type == of {
				n++
			}
		}
	}
	return n
}

// payWith pays a subscription's dues with a saved method.
func payWith(w *lifecycletest.World, sub, method string) (recovery.Result, error) {
	return w.Recovery.ChangeMethod(w.T.Context(), recovery.Pay{
		Scope: w.Scope, Subscription: sub, Method: method, By: billing.ByCustomer, ReturnURL: "https://portal.example/return",
	})
}
