package lifecycle_test

import (
	"errors"
	"testing"
	"time"

	"perennial/shared/billing"
	"perennial/shared/lifecycle"
	"perennial/shared/lifecycle/lifecycletest"
	"perennial/shared/record"
	"perennial/shared/recovery"
)

func TestThePromisedFirstPaymentIsTheOneThatIsMade(t *testing.T) {
	t.Parallel()
	w := lifecycletest.New(t)
	s := w.Subscribe()
	r, err := w.Pay(s.Subscription.ID, "visa_ok")
	if err != nil || r.Payment.ID != s.Payment.ID {
		t.Errorf("paid by %s, promised was %s: %v", r.Payment.ID, s.Payment.ID, err)
	}
	if p := lifecycletest.Get[billing.Payment](w, s.Payment.ID); p.Status != billing.PaymentSucceeded {
		t.Errorf("the promised payment is %s", p.Status)
	}
	w.Reconcile()
}

func TestThePromisedFirstPaymentEndsWithItsSubscription(t *testing.T) {
	t.Parallel()
	for _, how := range []string{"never paid", "cancelled"} {
		w := lifecycletest.New(t)
		s := w.Subscribe()
		if how == "cancelled" {
			cancel(w, s.Subscription.ID, lifecycle.CancelNow)
		}
		w.Advance(25 * time.Hour)
		if p := lifecycletest.Get[billing.Payment](w, s.Payment.ID); p.Status != billing.PaymentCancelled || events(w, billing.EventPaymentCancelled) != 1 {
			t.Errorf("%s: the payment is %s", how, p.Status)
		}
		w.Reconcile()
	}
}

func TestACheckoutPaysForItsOwnSubscriptionOnly(t *testing.T) {
	t.Parallel()
	w := lifecycletest.New(t)
	s, other := w.OnHold(), w.Subscribe()
	_, err := w.Recovery.ChangeMethod(t.Context(), recovery.Pay{
		Scope: w.Scope, Subscription: s.ID, Token: w.Gateway.Token("visa_ok"), Checkout: other.Checkout.ID, By: billing.ByCustomer,
	})
	if !errors.Is(err, record.ErrNotFound) {
		t.Errorf("the checkout of another subscription: %v", err)
	}
}

func TestAttemptsAreLimitedWithAndWithoutAHold(t *testing.T) {
	t.Parallel()
	for _, card := range []string{"decline_on_charge", "authenticate_always"} {
		for _, begin := range []func(*lifecycletest.World) string{
			func(w *lifecycletest.World) string { return w.Subscribe().Subscription.ID },
			func(w *lifecycletest.World) string { return w.OnHold().ID },
		} {
			w, n := lifecycletest.New(t), 0
			id := begin(w)
			for ; n <= recovery.MaxAttempts; n++ {
				if _, err := w.Pay(id, card); errors.Is(err, recovery.ErrTooMany) {
					break
				}
			}
			if n != recovery.MaxAttempts {
				t.Errorf("%s, %s: %d attempts", card, w.Sub(id).Status, n)
			}
		}
	}
}
