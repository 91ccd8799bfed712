package charging_test

import (
	"testing"

	"perennial/shared/billing"
	"perennial/shared/charging"
	"perennial/shared/gateway"
	"perennial/shared/gateway/gatewaytest"
	"perennial/shared/lifecycle/lifecycletest"
	"perennial/shared/money"
	"perennial/shared/record"
)

// little is a subscription whose next renewal is less than its gateway takes.
func little(w *lifecycletest.World) billing.Subscription {
	w.T.Helper()
	w.Product.Version, w.Product.Price.TrialDays, w.Product.Price.Amount = 1, 14, money.Of(30, "USD")
	w.Put(w.Product)
	s := w.Active("visa_ok")
	w.Clock.Set(s.Period.End.Time())
	return s
}

// Rules 9: whenever the function dies, what is too little is carried once and
// paid once.
func TestCarryingSurvivesADeathAtEveryStep(t *testing.T) {
	t.Parallel()
	for _, after := range []bool{false, true} {
		for at := 1; ; at++ {
			w := lifecycletest.New(t)
			s := little(w)
			c := plan(w, at, after)
			err := w.Collect(s.ID)
			c.stop()
			if !c.fired {
				if at < 3 {
					t.Fatalf("carrying has only %d steps", at-1)
				}
				break
			}
			settleDown(w, s.ID)
			got := w.Sub(s.ID)
			if got.Status != billing.StatusActive || got.Period.Start != s.Period.End || got.Carried.Due.Minor != 30 || len(got.Carried.Lines) != 1 {
				t.Errorf("death at step %d, after %v (%v): %s, period %v, %+v", at, after, err, got.Status, got.Period, got.Carried)
			}
			w.AdvanceTo(got.Period.End)
			if kept := w.Gateway.Ledger(); len(kept) != 1 || kept[0].Amount.Minor != 60 {
				t.Errorf("death at step %d, after %v: the gateway took %+v", at, after, kept)
			}
			w.Reconcile()
		}
	}
}

// Where nobody knows the smallest charge, the gateway's refusal is taken for
// the same, whatever dies around it.
func TestAGatewaysOwnMinimumIsCarriedToo(t *testing.T) {
	t.Parallel()
	for _, when := range []gatewaytest.When{gatewaytest.Never, gatewaytest.Before, gatewaytest.After} {
		w := lifecycletest.New(t)
		s := little(w)
		s.Price.Amount, w.Gateway.Least = money.Of(700, "KWD"), money.Of(1000, "KWD")
		w.Put(s)
		if when != gatewaytest.Never {
			w.Gateway.Break(gatewaytest.OpPrepare, when)
		}
		if err := w.Collect(s.ID); err != nil {
			t.Fatal(err)
		}
		settleDown(w, s.ID)
		got := w.Sub(s.ID)
		if got.Status != billing.StatusActive || got.Carried.Due.Minor != 700 || !got.Failure.At.IsZero() || got.Lock.Set() {
			t.Fatalf("refused by the gateway it is %s, carries %+v, failed %+v", got.Status, got.Carried, got.Failure)
		}
		w.AdvanceTo(got.Period.End)
		if kept := w.Gateway.Ledger(); len(kept) != 1 || kept[0].Amount.Minor != 1400 {
			t.Errorf("the gateway took %+v", kept)
		}
		w.Reconcile()
	}
}

// A cancellation that arrives while the lock is taken wins: nothing renews.
func TestACancellationDuringCarryingEndsIt(t *testing.T) {
	t.Parallel()
	w := lifecycletest.New(t)
	s := little(w)
	c := plan(w, 2, false)
	if err := w.Collect(s.ID); err == nil {
		t.Fatal("the function did not die")
	}
	c.stop()
	change, err := w.Sub(s.ID).CancelNow(nil, nil, w.Now(), billing.Cancellation{})
	if err != nil || !change.Subscription.Cancel.Pending {
		t.Fatalf("cancelling under the lock: %+v, %v", change.Subscription.Cancel, err)
	}
	w.Put(change.Subscription)
	settleDown(w, s.ID)
	if got := w.Sub(s.ID); got.Status != billing.StatusCancelled || len(got.Carried.Lines) != 0 || got.Period != s.Period {
		t.Errorf("it is %s for %v and carries %+v", got.Status, got.Period, got.Carried)
	}
	w.Reconcile()
}

// What the gateway has begun is asked for, also where the smallest charge was
// raised meanwhile: money that was captured is not billed again.
func TestAnIntentInFlightIsNotCarried(t *testing.T) {
	t.Parallel()
	for _, confirmed := range []bool{false, true} {
		w := lifecycletest.New(t)
		s := little(w)
		c := plan(w, 2, false)
		if err := w.Collect(s.ID); err == nil {
			t.Fatal("the function did not die")
		}
		c.stop()
		locked := w.Sub(s.ID)
		l := locked.Lock
		account := gateway.Account{Gateway: l.Method.Gateway, ID: l.Method.Account}
		w.Gateway.Lenient = true
		intent, err := w.Gateway.Prepare(t.Context(), account, gateway.Params{
			Key: l.Key, Amount: l.Amount, Customer: l.Method.Holder, Method: l.Method.Reference, Type: l.Method.Type,
			Payment: charging.Tag(w.Scope, s.ID, l.Payment),
		})
		if err == nil && confirmed {
			_, err = w.Gateway.Confirm(t.Context(), account, intent, l.Key)
		}
		if err != nil {
			t.Fatal(err)
		}
		w.Gateway.Lenient = false
		w.Put(locked.Prepared(string(intent)))
		settleDown(w, s.ID)
		got := w.Sub(s.ID)
		if kept := w.Gateway.Ledger(); len(kept) != 1 || kept[0].Amount.Minor != 30 {
			t.Errorf("confirmed %t: the gateway took %+v", confirmed, kept)
		}
		if got.Status != billing.StatusActive || got.Period.Start != s.Period.End || len(got.Carried.Lines) != 0 {
			t.Errorf("confirmed %t: %s for %v, carries %+v", confirmed, got.Status, got.Period, got.Carried)
		}
		w.Reconcile()
	}
}

// A sweeper that comes by while a request carries leaves it alone within the
// lease, and later settles it: the request tells the same either way.
func TestCarryingBesideASweeper(t *testing.T) {
	t.Parallel()
	for _, late := range []bool{false, true} {
		w := lifecycletest.New(t)
		s := little(w)
		w.Store.After = func(record.Commit) error {
			w.Store.After = nil
			if late {
				w.Clock.Advance(2 * billing.LeaseCharge)
			}
			if err := w.Collect(s.ID); err != nil {
				t.Errorf("the sweeper: %v", err)
			}
			if locked := w.Sub(s.ID).Lock.Set(); locked == late {
				t.Errorf("late %t, the sweeper leaves a lock: %t", late, locked)
			}
			return nil
		}
		if err := w.Collect(s.ID); err != nil {
			t.Errorf("late %t: %v", late, err)
		}
		if got := w.Sub(s.ID); got.Lock.Set() || got.Carried.Due.Minor != 30 || len(got.Carried.Lines) != 1 {
			t.Errorf("late %t: it carries %+v", late, got.Carried)
		}
		w.Reconcile()
	}
}
