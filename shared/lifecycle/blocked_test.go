package lifecycle_test

import (
	"testing"
	"time"

	"perennial/shared/billing"
	"perennial/shared/lifecycle/lifecycletest"
	"perennial/shared/merchant"
	"perennial/shared/operations"
	"perennial/shared/tax"
)

// untaxable gives a subscription an address whose tax nobody knows, as one
// that was imported or written before addresses were checked.
func untaxable(w *lifecycletest.World) billing.Subscription {
	w.T.Helper()
	state := w.State()
	state.Seller.Tax = tax.Seller{Country: "DE", Registrations: []tax.Registration{{Country: "DE", Number: "DE811907980", Scheme: tax.Local, From: "2020-01-01"}}}
	w.Put(state)
	s := w.Active("visa_ok")
	s.Billing.Country = "ZZ"
	w.Put(s)
	return w.Sub(s.ID)
}

// Rules 9: what cannot be billed is tried less and less, told once, and seen;
// it does not run on for ever.
func TestARenewalThatCannotBePricedIsToldAndBounded(t *testing.T) {
	t.Parallel()
	w := lifecycletest.New(t)
	s := untaxable(w)
	w.AdvanceTo(s.Period.End.Add(3 * day))
	got := w.Sub(s.ID)
	if got.Status != billing.StatusActive || got.Blocked.Since != s.Period.End || got.Blocked.Tries < 3 || got.Blocked.Tries > 6 {
		t.Errorf("three days on it is %s: %+v", got.Status, got.Blocked)
	}
	if n := events(w, billing.EventRenewalBlocked); n != 1 {
		t.Errorf("told %d times", n)
	}
	service := operations.Service{Store: w.Store, Wall: w.Clock.Now}
	if found, err := service.Examine(t.Context(), w.Scope, nil); err != nil || len(found) != 1 || found[0].Object != s.ID {
		t.Errorf("the doctor finds %v, %v", found, err)
	}
	days := w.State().Recovery.WindowDays
	w.AdvanceTo(s.Period.End.Add(time.Duration(days+2) * day))
	if got = w.Sub(s.ID); got.Status != billing.StatusPaused {
		t.Errorf("after the window it is %s", got.Status)
	}
	w.Reconcile()
}

// What stood in the way and is mended is billed at once.
func TestARenewalIsBilledWhenItsAddressIsMended(t *testing.T) {
	t.Parallel()
	w := lifecycletest.New(t)
	s := untaxable(w)
	w.AdvanceTo(s.Period.End.Add(2 * day))
	zone, err := time.LoadLocation(s.Zone)
	if err != nil {
		t.Fatal(err)
	}
	mended, err := w.Sub(s.ID).Edit(billing.Edit{Billing: &billing.Address{Country: "DE"}}, w.Now(), zone)
	if err != nil {
		t.Fatal(err)
	}
	w.Put(mended.Subscription)
	if err := w.Collect(s.ID); err != nil {
		t.Fatal(err)
	}
	if got := w.Sub(s.ID); got.Period.Start != s.Period.End || !got.Blocked.Since.IsZero() {
		t.Errorf("the period begins %s, %+v", got.Period.Start, got.Blocked)
	}
	w.Reconcile()
}

// Rules 10: more old holds than one transaction has room for end all the same.
func TestManyOldHoldsEndWithAPurchase(t *testing.T) {
	t.Parallel()
	w := lifecycletest.New(t)
	w.SetRecovery(func(r *merchant.Recovery) { r.Retries = nil })
	var old []string
	first := w.Active("visa_ok")
	for range 18 {
		s := w.Active("visa_ok")
		if _, err := w.Pay(s.ID, "decline_on_charge"); err != nil {
			t.Fatal(err)
		}
		old = append(old, s.ID)
	}
	w.AdvanceTo(first.Period.End.Add(25 * time.Hour)) // beyond the network's limit access lasts a day
	w.Active("mastercard_ok")
	for _, id := range old {
		if s := w.Sub(id); s.Status != billing.StatusCancelled {
			t.Errorf("%s is %s", id, s.Status)
		}
	}
}
