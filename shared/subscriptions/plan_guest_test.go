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

// Rules 19, 20: a card that somebody typed who had not signed in pays no
// change of plan of another subscription, and does not become its method. The
// subscription that it was typed for is its own.
func TestAGuestsCardPaysNoPlanChangeOfAnotherSubscription(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		guest bool
		own   bool // the subscription is charged to that card already
		want  error
		taken int64
	}{
		{name: "a card of the customer's", taken: 2500},
		{name: "a guest's", guest: true, want: record.ErrNotFound},
		{name: "a guest's, typed for this subscription", guest: true, own: true, taken: 2500},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newShop(t)
			s := w.on("pdt_basic")
			customer := lifecycletest.Get[billing.Customer](w.World, w.Customer.ID)
			card, err := w.Recovery.Wallet.Save(t.Context(), w.Scope, record.System, customer, w.Gateway.Token("mastercard_ok"), gateway.Fields{Guest: c.guest})
			if err != nil {
				t.Fatal(err)
			}
			if c.own {
				s.Method = card
				w.Put(s)
			}
			if _, err := w.plans.ChangePlan(t.Context(), w.linked(s.ID)); err != nil {
				t.Fatal(err)
			}
			w.Advance(time.Minute)
			kept, before := w.Sub(s.ID).Method.ID, w.taken()
			_, err = w.plans.PayPlan(t.Context(), subscriptions.PlanPayment{
				Scope: w.Scope, Actor: record.System, Subscription: s.ID, Customers: []string{customer.ID}, Method: card.ID,
			})
			if !errors.Is(err, c.want) || w.taken()-before != c.taken {
				t.Errorf("%v, took %d", err, w.taken()-before)
			}
			if got := w.Sub(s.ID).Method.ID; c.want != nil && got != kept {
				t.Errorf("renewals are charged to %s instead of %s", got, kept)
			}
			w.Reconcile()
		})
	}
}
