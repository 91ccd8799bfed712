package subscriptions_test

import (
	"context"
	"testing"

	"perennial/shared/billing"
	"perennial/shared/charging"
	"perennial/shared/gateway"
	"perennial/shared/lifecycle/lifecycletest"
	"perennial/shared/record"
	"perennial/shared/subscriptions"
)

// forgotten is a gateway that cannot be asked for one payment: it was made at
// an account whose keys were destroyed since.
type forgotten struct {
	charging.Gateway
	intent gateway.Intent
}

func (f forgotten) Find(ctx context.Context, account gateway.Account, id gateway.Intent) (gateway.Outcome, error) {
	if id == f.intent {
		return gateway.Outcome{}, gateway.ErrGone
	}
	return f.Gateway.Find(ctx, account, id)
}

// A change of plan that was declined at an account which is forgotten since
// stops no renewal, whether or not the change was given up before.
func TestADeclinedChangeAtAForgottenAccountStopsNoRenewal(t *testing.T) {
	t.Parallel()
	for name, given := range map[string]bool{"given up": true, "left to expire": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newShop(t)
			s := w.on("pdt_basic")
			s = declinedChange(w, s)
			failed := lifecycletest.Get[billing.Payment](w.World, s.Failure.Payment)
			if given {
				if _, err := w.plans.StepPlan(t.Context(), w.Scope, record.System, s.ID, subscriptions.PlanDiscard); err != nil {
					t.Fatal(err)
				}
			}
			w.Charging.Gateway = forgotten{w.Gateway, gateway.Intent(failed.Intent)}
			w.AdvanceTo(s.Period.End)
			if got := w.Sub(s.ID); got.Period.Start != s.Period.End || got.Product != "pdt_basic" || w.taken() != 6000 {
				t.Errorf("after its date: %s, period %v, took %d", got.Status, got.Period, w.taken())
			}
			w.Reconcile()
		})
	}
}

// A change that was given up leaves nothing of its decline.
func TestAChangeThatIsGivenUpLeavesNoFailure(t *testing.T) {
	t.Parallel()
	w := newShop(t)
	s := declinedChange(w, w.on("pdt_basic"))
	if _, err := w.plans.StepPlan(t.Context(), w.Scope, record.System, s.ID, subscriptions.PlanDiscard); err != nil {
		t.Fatal(err)
	}
	if got := w.Sub(s.ID); got.Failure != (billing.Failure{}) {
		t.Errorf("it still tells of %s, declined with %s", got.Failure.Payment, got.Failure.Decline.Code)
	}
}

// declinedChange is the subscription with a change that waits, after a card
// was declined for it.
func declinedChange(w shop, s billing.Subscription) billing.Subscription {
	w.T.Helper()
	got, err := w.plans.ChangePlan(w.T.Context(), w.linked(s.ID))
	if err != nil {
		w.T.Fatal(err)
	}
	paid, err := payLink(w, got.Page.Checkout, "decline_on_charge")
	if err != nil || paid.Payment.Status != billing.PaymentFailed {
		w.T.Fatalf("a declined card: %s %v", paid.Payment.Status, err)
	}
	return w.Sub(s.ID)
}
