package subscriptions_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"perennial/shared/billing"
	"perennial/shared/gateway/gatewaytest"
	"perennial/shared/proration"
	"perennial/shared/record"
	"perennial/shared/subscriptions"
)

// Rules 3: the way back to the paid plan leads to all that was paid for, the
// time that a pause froze included.
func TestTheReturnRestoresThePeriodWithItsPause(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	sub := s.on("pdt_basic")
	step := func(c subscriptions.Change) {
		t.Helper()
		c.Scope, c.Actor, c.Subscription = s.Scope, record.System, sub.ID
		if _, err := s.plans.Change(t.Context(), c); err != nil {
			t.Fatal(err)
		}
	}
	step(subscriptions.Change{Pause: true})
	s.Advance(5 * day)
	step(subscriptions.Change{Resume: true})
	before := s.Sub(sub.ID)
	s.Gateway.Program(sub.Method.Reference, gatewaytest.Decline("insufficient_funds"))
	s.change(s.order(sub.ID, "pdt_pro", proration.Full))
	if _, err := s.plans.StepPlan(t.Context(), s.Scope, record.System, sub.ID, subscriptions.PlanReturn); err != nil {
		t.Fatal(err)
	}
	type paid struct {
		billing.Plan
		Funded proration.Funded
		Ends   any
		Frozen any
	}
	of := func(v billing.Subscription) paid { return paid{v.Plan(), v.Funded, v.Period, v.Frozen} }
	if diff := cmp.Diff(of(before), of(s.Sub(sub.ID))); diff != "" || before.Frozen == 0 {
		t.Error(diff)
	}
}
