package gatewaytest

import (
	"fmt"

	"perennial/shared/gateway"
)

// Approve plays the customer who passes the challenge.
func (f *Fake) Approve(id gateway.Intent) (gateway.Outcome, error) {
	return f.answer(id, gateway.StateActionNeeded, func(i *intent) {
		f.methods[i.params.Method].setUp = true
		f.apply(i, *i.then)
	})
}

// Reject plays the customer who fails the challenge.
func (f *Fake) Reject(id gateway.Intent) (gateway.Outcome, error) {
	return f.answer(id, gateway.StateActionNeeded, func(i *intent) {
		f.apply(i, Decline("authentication_failure"))
	})
}

// Settle ends the processing of an intent with the step that Processing named.
func (f *Fake) Settle(id gateway.Intent) (gateway.Outcome, error) {
	return f.answer(id, gateway.StateProcessing, func(i *intent) { f.apply(i, *i.then) })
}

func (f *Fake) answer(id gateway.Intent, from gateway.State, do func(*intent)) (gateway.Outcome, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	i, ok := f.intents[id]
	if !ok {
		return gateway.Outcome{}, fmt.Errorf("intent %s: %w", id, ErrUnknown)
	}
	if i.State != from {
		return i.Outcome, fmt.Errorf("intent %s is %s: %w", id, i.State, ErrRefused)
	}
	do(i)
	return i.Outcome, nil
}
