package subscriptions_test

import (
	"errors"
	"testing"
	"time"

	"perennial/shared/billing"
	"perennial/shared/gateway"
	"perennial/shared/lifecycle/lifecycletest"
	"perennial/shared/record"
	"perennial/shared/subscriptions"
)

// R222, R224: a billing date moves only where the subscription's gateway lets
// it move, and a trial is longer only where the gateway lets it be.
func TestAGatewayThatCannotMoveDatesIsRespected(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		abilities gateway.Abilities
		want      error
	}{
		"it can":    {gateway.Abilities{"sandbox": {Reschedule: true}}, nil},
		"it cannot": {gateway.Abilities{"sandbox": {ExtraTrial: true}}, gateway.ErrReschedule},
		"another's": {gateway.Abilities{"stripe": {}}, nil},
		"not known": {nil, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := lifecycletest.New(t)
			sub := w.Active("visa_ok")
			s := &subscriptions.Service{Store: w.Store, Payer: w.Recovery, Charger: w.Charging, Wall: w.Clock.Now, Abilities: c.abilities}
			before := len(w.Store.Commits())
			_, err := s.Extend(t.Context(), w.Scope, record.System, sub.ID, billing.Extension{Days: 3})
			if !errors.Is(err, c.want) {
				t.Errorf("extend: %v", err)
			}
			_, err = s.Change(t.Context(), subscriptions.Change{
				Scope: w.Scope, Actor: record.System, Subscription: sub.ID, Edit: billing.Edit{NextBilling: w.Now().Add(40 * 24 * time.Hour)},
			})
			if !errors.Is(err, c.want) || c.want != nil && len(w.Store.Commits()) != before {
				t.Errorf("change: %v", err)
			}
		})
	}
	trial := gateway.Abilities{"sandbox": {Reschedule: true}}
	if err := trial.Move("sandbox", true); !errors.Is(err, gateway.ErrExtraTrial) {
		t.Errorf("a trial: %v", err)
	}
}
