package charging_test

import (
	"context"
	"fmt"
	"testing"

	"perennial/shared/billing"
	"perennial/shared/charging"
	"perennial/shared/gateway"
	"perennial/shared/lifecycle/lifecycletest"
)

// forgotten is a gateway that cannot be asked for one payment: it was made at
// an account whose keys were destroyed since.
type forgotten struct {
	charging.Gateway
	intent gateway.Intent
}

func (f forgotten) Find(ctx context.Context, account gateway.Account, id gateway.Intent) (gateway.Outcome, error) {
	if id == f.intent {
		return gateway.Outcome{}, fmt.Errorf("keys of %s: %w", account.ID, gateway.ErrGone)
	}
	return f.Gateway.Find(ctx, account, id)
}

// A card at another account pays what was declined at one that is forgotten
// since: the last look there is no obstacle.
func TestAForgottenAccountBlocksNoOtherCard(t *testing.T) {
	t.Parallel()
	w := lifecycletest.New(t)
	held := w.OnHold()
	failed := lifecycletest.Get[billing.Payment](w, held.Failure.Payment)
	w.Charging.Gateway = forgotten{w.Gateway, gateway.Intent(failed.Intent)}
	got, err := w.Pay(held.ID, "visa_ok")
	if err != nil || got.Payment.Status != billing.PaymentSucceeded {
		t.Fatalf("paying with another card: %s, %v", got.Payment.Status, err)
	}
	if after := w.Sub(held.ID); after.Status != billing.StatusActive || after.Method.ID == failed.Method.ID {
		t.Errorf("it is %s, charged to %s", after.Status, after.Method.ID)
	}
	w.Reconcile()
}

// An account that only does not answer has not forgotten anything: nothing is
// charged before it has told what it took.
func TestASilentAccountIsAskedBeforeTheNextCharge(t *testing.T) {
	t.Parallel()
	w := lifecycletest.New(t)
	held := w.OnHold()
	w.Charging.Gateway = silent{w.Gateway}
	if _, err := w.Pay(held.ID, "visa_ok"); err == nil {
		t.Error("charged without knowing what the last attempt took")
	}
	w.Charging.Gateway = w.Gateway
	if after := w.Sub(held.ID); after.Status != billing.StatusOnHold || after.Lock.Set() {
		t.Errorf("it is %s, locked %t", after.Status, after.Lock.Set())
	}
	w.Reconcile()
}

// silent is a gateway that does not tell what became of a payment.
type silent struct{ charging.Gateway }

func (silent) Find(context.Context, gateway.Account, gateway.Intent) (gateway.Outcome, error) {
	return gateway.Outcome{}, context.DeadlineExceeded
}
