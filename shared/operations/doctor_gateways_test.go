package operations_test

import (
	"context"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"perennial/shared/gateways"
	"perennial/shared/lifecycle/lifecycletest"
	"perennial/shared/merchant"
	"perennial/shared/operations"
)

// checker finds the same at every account but one, which it cannot look at.
type checker []gateways.Finding

var errAway = errors.New("away")

func (c checker) Check(_ context.Context, _ merchant.Scope, reference string) (gateways.Checked, error) {
	if reference == "acct_away" {
		return gateways.Checked{}, errAway
	}
	return gateways.Checked{Findings: c}, nil
}

func TestTheDoctorAsksTheGatewaysOfAMode(t *testing.T) {
	t.Parallel()
	w := lifecycletest.New(t)
	doctor := &operations.Service{Store: w.Store, Wall: w.Clock.Now}
	connect := func(reference string, status merchant.GatewayStatus) {
		state, err := w.Store.State(t.Context(), w.Scope)
		if err != nil {
			t.Fatal(err)
		}
		w.Put(state.Connect(merchant.Gateway{Account: merchant.GatewayAccount(w.Scope, reference), Reference: reference, Status: status}))
	}
	connect("acct_1", merchant.GatewayRetired)
	connect("acct_gone", merchant.GatewayForgotten)
	found, err := doctor.AskGateways(t.Context(), w.Scope, checker{
		{Code: "payouts_off", Message: "It does not pay out.", Remedy: "Ask it."}, {Code: gateways.CodeNotHeard, Message: "Examine says so."},
	})
	want := []operations.Finding{{Scope: w.Scope, Object: "acct_1", Rule: "It does not pay out.", Detail: "Ask it."}}
	if diff := cmp.Diff(want, found); err != nil || diff != "" {
		t.Errorf("%v %s", err, diff)
	}
	connect("acct_away", merchant.GatewayActive)
	if _, err := doctor.AskGateways(t.Context(), w.Scope, checker{}); !errors.Is(err, errAway) {
		t.Errorf("%v", err)
	}
}
