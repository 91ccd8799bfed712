package identity_test

import (
	"fmt"
	"testing"
	"time"

	"perennial/shared/identity"
	"perennial/shared/merchant"
)

func TestAFloodOfVisitorsDoesNotFreeTheOthers(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	limits := identity.NewLimits(nil, func() time.Time { return now })
	allow := func(key string) bool { return limits.Allow(t.Context(), merchant.Scope{}, key, 1) }
	for i := range 10_001 { // one more than are remembered
		if !allow(fmt.Sprint("visitor ", i)) {
			t.Fatalf("visitor %d was held back by others", i)
		}
	}
	held := 0
	for i := range 10_000 {
		if !allow(fmt.Sprint("visitor ", i)) {
			held++
		}
	}
	if held < 7_000 {
		t.Errorf("%d of 10000 are still held back", held)
	}
}

func TestTheBusinessesOfADeploymentHaveBudgetsOfTheirOwn(t *testing.T) {
	t.Parallel()
	limits := identity.NewLimits(nil, time.Now)
	one, other := merchant.Scope{Business: "bus_1", Mode: merchant.Test}, merchant.Scope{Business: "bus_2", Mode: merchant.Test}
	if !limits.Allow(t.Context(), one, "visitor", 1) || limits.Allow(t.Context(), one, "visitor", 1) {
		t.Error("a budget of one is not one")
	}
	if !limits.Allow(t.Context(), other, "visitor", 1) {
		t.Error("what a visitor did at one business held him back at another")
	}
}
