package subscriptions_test

import (
	"slices"
	"testing"

	"perennial/shared/billing"
	"perennial/shared/lifecycle"
	"perennial/shared/lifecycle/lifecycletest"
	"perennial/shared/record"
	"perennial/shared/subscriptions"
)

// A subscription that never began gives up what it was promised, whoever
// cancels it: the code that its declined payment redeemed does not count, and
// a payment that nobody tried will not be made.
func TestCancellingWhatNeverBeganLeavesNothing(t *testing.T) {
	t.Parallel()
	patch := func(mode lifecycle.CancelMode) func(shop, string) error {
		return func(w shop, id string) error {
			_, err := w.plans.Change(w.T.Context(), subscriptions.Change{Scope: w.Scope, Actor: record.System, Subscription: id, Cancel: mode})
			return err
		}
	}
	for name, cancel := range map[string]func(shop, string) error{
		"changed to end now":   patch(lifecycle.CancelNow),
		"changed to end later": patch(lifecycle.CancelAtEnd),
		"cancelled by the engine": func(w shop, id string) error {
			_, err := w.Life.Cancel(w.T.Context(), lifecycle.Cancel{Scope: w.Scope, Actor: record.System, Subscription: id, Mode: lifecycle.CancelNow})
			return err
		},
	} {
		for _, tried := range []bool{false, true} {
			w := newShop(t)
			percent(w, "dsc_1", "TENOFF")
			w.Put(billing.DiscountUse{ID: "dsc_1"})
			in := lifecycletest.One(w.Scope, "pdt_basic", w.Customer.ID, "US")
			in.Cart.Codes = []string{"tenoff"}
			sold, err := w.Place(in)
			if err != nil {
				t.Fatal(err)
			}
			want := billing.PaymentCancelled
			if tried {
				want = billing.PaymentFailed
				if _, err := w.Pay(sold.Subscription.ID, "decline_on_charge"); err != nil || uses(w, "dsc_1") != 1 {
					t.Fatalf("declined, the code counts %d times: %v", uses(w, "dsc_1"), err)
				}
			}
			if err := cancel(w, sold.Subscription.ID); err != nil {
				t.Fatal(err)
			}
			s, p := w.Sub(sold.Subscription.ID), lifecycletest.Get[billing.Payment](w.World, sold.Payment.ID)
			if s.Status != billing.StatusCancelled || p.Status != want || uses(w, "dsc_1") != 0 {
				t.Errorf("%s, tried %t: it is %s, its first payment %s, and the code counts %d times", name, tried, s.Status, p.Status, uses(w, "dsc_1"))
			}
			if told(w, billing.EventPaymentCancelled) == tried {
				t.Errorf("%s, tried %t: whether the payment is cancelled is not told as it is", name, tried)
			}
			w.Reconcile()
		}
	}
}

// told reports whether a commit has told of such an event.
func told(w shop, of billing.EventType) bool {
	return slices.ContainsFunc(w.Store.Outboxes(), func(box record.Outbox) bool {
		return slices.ContainsFunc(box.Events, func(e billing.Event) bool { return e.Type == of })
	})
}
