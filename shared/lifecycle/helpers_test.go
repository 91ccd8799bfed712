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

// payAs uses a saved method for a subscription.
func payAs(w *lifecycletest.World, sub, method string, by billing.Initiator) recovery.Pay {
	return recovery.Pay{Scope: w.Scope, Subscription: sub, Method: method, By: by, Actor: record.System}
}

// subscribeWith makes a pending subscription with discount codes.
func subscribeWith(w *lifecycletest.World, codes ...string) billing.Subscription {
	w.T.Helper()
	in := w.Wish()
	in.Cart.Codes = codes
	s, err := w.Place(in)
	if err != nil {
		w.T.Fatal(err)
	}
	return s.Subscription
}

// cancellation is the wish to end a subscription at its next date.
func cancellation(w *lifecycletest.World, id string) lifecycle.Cancel {
	return lifecycle.Cancel{Scope: w.Scope, Actor: record.System, Subscription: id, Mode: lifecycle.CancelAtEnd}
}
