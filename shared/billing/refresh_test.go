package billing_test

import (
	"testing"

	"perennial/shared/billing"
	"perennial/shared/calendar"
)

func TestAReplacedCardIsTriedAtOnceWhileTheWindowIsOpen(t *testing.T) {
	t.Parallel()
	old := billing.Method{ID: "pm_1", Gateway: "stripe", Account: "a", Reference: "pm_x", Brand: "visa", Last4: "4242", ExpYear: 2030}
	fresh := old
	fresh.Last4, fresh.ExpYear = "1881", 2034
	const now, soon, later = calendar.Instant(1000), calendar.Instant(2000), calendar.Instant(9000)
	held := billing.Subscription{
		Status: billing.StatusOnHold, Method: old, Failure: billing.Failure{At: 1, Method: old, NextRetry: later, WindowEnd: soon, Backup: true},
	}
	got, ok := held.Refreshed(fresh, now)
	if !ok || got.Method.Last4 != "1881" || got.Method.ID != "pm_1" || got.Failure.NextRetry != now || got.Failure.Backup || got.Due() != now {
		t.Errorf("%v %+v", ok, got)
	}
	if got, _ := held.Refreshed(fresh, later); got.Failure.NextRetry != later {
		t.Error("a card is tried after the window has closed")
	}
	locked := held
	locked.Lock.Payment = "pay_1"
	if got, _ := locked.Refreshed(fresh, now); got.Failure.NextRetry != later || got.Method.Last4 != "1881" {
		t.Errorf("a payment in flight was disturbed: %+v", got.Failure)
	}
	ended := held
	ended.Status = billing.StatusCancelled
	other := fresh
	other.Account = "b"
	for name, c := range map[string]struct {
		sub billing.Subscription
		m   billing.Method
	}{"heard twice": {got, fresh}, "ended": {ended, fresh}, "another account's": {held, other}} {
		if _, ok := c.sub.Refreshed(c.m, now); ok {
			t.Errorf("%s: changed", name)
		}
	}
	backed := held
	backed.Method, backed.Backup = other, old
	if got, ok := backed.Refreshed(fresh, now); !ok || got.Backup.Last4 != "1881" || got.Failure.NextRetry != later {
		t.Errorf("a replaced backup: %v %+v", ok, got)
	}
	active := billing.Subscription{Status: billing.StatusActive, Method: old, Period: calendar.Period{End: later}}
	if got, ok := active.Refreshed(fresh, now); !ok || !got.Failure.NextRetry.IsZero() {
		t.Error("a subscription that owes nothing is retried")
	}
}

// R313: wallets and bank debits have names of their own.
func TestAMethodIsCalledByItsWalletTypeOrNetwork(t *testing.T) {
	t.Parallel()
	for want, m := range map[string]billing.Method{
		"visa": {Brand: "visa"}, "apple_pay": {Brand: "visa", Wallet: "apple_pay"}, "sepa_debit": {Type: "sepa_debit"},
	} {
		if got := m.Kind(); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

// A debit's mandate is made when it is saved, so a free trial asks nothing more.
func TestABankDebitIsNotSetUpTwice(t *testing.T) {
	t.Parallel()
	lock := billing.Lock{Cause: billing.CauseFirst, Method: billing.Method{ID: "pm_1", Type: "sepa_debit"}}
	if lock.SetsUp() || !lock.Free() {
		t.Error("the gateway is asked to set up a debit")
	}
}
