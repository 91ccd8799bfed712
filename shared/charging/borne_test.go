package charging_test

import (
	"testing"

	"perennial/shared/billing"
	"perennial/shared/charging"
	"perennial/shared/lifecycle/lifecycletest"
	"perennial/shared/money"
)

// Rules 2: what had been given back before credit paid is known, of each
// payment once; what went back since a change was reckoned is left to count.
func TestWhatWasGivenBackBeforeIsKnownOnce(t *testing.T) {
	t.Parallel()
	w := lifecycletest.New(t)
	usd := func(minor int64) money.Amount { return money.Of(minor, "USD") }
	w.Put(
		billing.Payment{ID: "pay_old", Customer: w.Customer.ID, Status: billing.PaymentSucceeded, Amount: usd(5000), Refunded: usd(700)},
		billing.Payment{ID: "pay_now", Customer: w.Customer.ID, Status: billing.PaymentSucceeded, Amount: usd(3000), Refunded: usd(400), Withheld: usd(9000)},
	)
	before := billing.Subscription{Price: billing.Price{Amount: usd(3000)}, Receipts: []string{"pay_now"}}
	for name, c := range map[string]struct {
		receipts []string
		reckoned money.Amount
		want     int64
	}{
		"a new period, of older money":              {[]string{"pay_old", "pay_now"}, money.Amount{}, 3700},
		"a change that had reckoned what was there": {[]string{"pay_now", "pay_old"}, usd(100), 800},
		"a change of nothing but the period's own":  {[]string{"pay_now"}, usd(0), 0},
	} {
		after := before
		after.Receipts, after.Gone = c.receipts, c.reckoned
		got, err := charging.Borne(t.Context(), w.Store, w.Scope, before, after)
		if err != nil || got.Gone != usd(c.want) {
			t.Errorf("%s: %v, want %d (%v)", name, got.Gone, c.want, err)
		}
	}
}
