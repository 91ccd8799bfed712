package operations_test

import (
	"errors"
	"testing"
	"time"

	"perennial/shared/billing"
	"perennial/shared/gateway/gatewaytest"
	"perennial/shared/lifecycle/lifecycletest"
	"perennial/shared/merchant"
	"perennial/shared/operations"
	"perennial/shared/record"
)

const day = 24 * time.Hour

// whole is a world whose business has its live mode too.
func whole(t *testing.T) *lifecycletest.World {
	t.Helper()
	w := lifecycletest.New(t)
	live := w.State()
	live.Version, live.Scope, live.Clock = 0, merchant.Scope{Business: w.Scope.Business, Mode: merchant.Live}, merchant.Clock{}
	err := w.Store.Commit(t.Context(), record.Commit{Scope: live.Scope, Actor: record.System, Cause: "test", Put: []any{live}})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func archive(t *testing.T, w *lifecycletest.World) {
	t.Helper()
	if err := service(w).Archive(t.Context(), w.Scope.Business, "closed"); err != nil {
		t.Fatal(err)
	}
}

func restore(t *testing.T, w *lifecycletest.World) int {
	t.Helper()
	released, err := service(w).Restore(t.Context(), w.Scope.Business)
	if err != nil {
		t.Fatal(err)
	}
	return released
}

// nobody is charged for a time in which the business was archived, and
// nobody loses what they had.
func TestAnArchivedBusinessChargesNobodyAndBillsNothingAfterwards(t *testing.T) {
	t.Parallel()
	w := whole(t)
	sub := w.Active("visa_ok")
	archive(t, w)
	w.AdvanceTo(sub.Period.End.Add(70 * day))
	got := w.Sub(sub.ID)
	if n := w.Gateway.Calls(gatewaytest.OpConfirm); n != 1 || got.Status != billing.StatusActive || !got.Shelved() || len(got.Open) != 0 {
		t.Fatalf("%d charges, %s, %v, open %v", n, got.Status, got.Disputes, got.Open)
	}
	if n := restore(t, w); n != 1 {
		t.Errorf("%d were released", n)
	}
	got = w.Sub(sub.ID)
	if got.Shelved() || got.Period.End <= w.Now() || got.Period.Start > w.Now() {
		t.Errorf("it goes on with %v, now %v", got.Period, w.Now())
	}
	w.AdvanceTo(got.Period.End.Add(day))
	if n := w.Gateway.Calls(gatewaytest.OpConfirm); n != 2 {
		t.Errorf("%d charges in all, want one more", n)
	}
	w.Reconcile()
}

// A renewal that nobody looked at while the business was archived, because the
// brake was on, is not billed after it either.
func TestWhatFellDueUnderTheBrakeIsNotBilledAfterARestoration(t *testing.T) {
	t.Parallel()
	w := whole(t)
	sub := w.Active("visa_ok")
	archive(t, w)
	state := w.State()
	state.Clock = merchant.Clock{Offset: sub.Period.End.Add(40 * day).Time().Sub(w.Clock.Now())}
	w.Put(state)
	if n := restore(t, w); n != 1 || w.Sub(sub.ID).Period.End <= w.Now() {
		t.Errorf("%d were released, the period ends %v", n, w.Sub(sub.ID).Period.End)
	}
}

// The customer who tries to pay an archived business is refused before any
// money moves; a restored one takes it.
func TestAnArchivedBusinessTakesNoMoney(t *testing.T) {
	t.Parallel()
	w := whole(t)
	made := w.Subscribe()
	archive(t, w)
	if _, err := w.Pay(made.Subscription.ID, "visa_ok"); !errors.Is(err, merchant.ErrArchived) || w.Gateway.Calls(gatewaytest.OpConfirm) != 0 {
		t.Errorf("paying answered %v after %d charges", err, w.Gateway.Calls(gatewaytest.OpConfirm))
	}
	restore(t, w)
	if _, err := w.Pay(made.Subscription.ID, "visa_ok"); err != nil || w.Sub(made.Subscription.ID).Status != billing.StatusActive {
		t.Errorf("after the restoration: %v", err)
	}
}

func TestArchivingTwiceIsRefusedAndRestoringFinishesWhatWasLeft(t *testing.T) {
	t.Parallel()
	w := whole(t)
	sub := w.Active("visa_ok")
	archive(t, w)
	if err := service(w).Archive(t.Context(), w.Scope.Business, ""); !errors.Is(err, operations.ErrArchivedAlready) {
		t.Errorf("archived twice: %v", err)
	}
	restore(t, w)
	w.Put(w.Sub(sub.ID).Shelve()) // by an instance that had not heard of it
	if n := restore(t, w); n != 1 || w.Sub(sub.ID).Shelved() {
		t.Errorf("%d were released", n)
	}
	if _, err := service(w).Restore(t.Context(), w.Scope.Business); !errors.Is(err, operations.ErrNotArchived) {
		t.Errorf("nothing left: %v", err)
	}
	if err := service(w).Archive(t.Context(), "bus_unknown", ""); !errors.Is(err, record.ErrNotFound) {
		t.Errorf("an unknown business: %v", err)
	}
}

// A restoration between the look at the settings and the commit leaves nobody
// on the shelf.
func TestARestorationMeanwhileLeavesNobodyUnbilled(t *testing.T) {
	t.Parallel()
	w := whole(t)
	sub := w.Active("visa_ok")
	archive(t, w)
	w.Store.Before = func(c record.Commit) error {
		if c.Cause == "business is archived" {
			w.Store.Before = nil
			state := w.State()
			state.Archive = merchant.Archive{}
			w.Put(state)
		}
		return nil
	}
	w.AdvanceTo(sub.Period.End.Add(day))
	if got := w.Sub(sub.ID); w.Store.Before != nil || got.Shelved() || got.Period.End <= w.Now() {
		t.Errorf("it is on the shelf: %v, period %v, now %v", got.Disputes, got.Period, w.Now())
	}
}

// What ends anyway ends in an archived business too.
func TestACancellationIsCarriedOutInAnArchivedBusiness(t *testing.T) {
	t.Parallel()
	w := whole(t)
	sub := w.Active("visa_ok")
	sub.Cancel.AtPeriodEnd = true
	w.Put(sub)
	archive(t, w)
	w.AdvanceTo(sub.Period.End.Add(day))
	if got := w.Sub(sub.ID); got.Status != billing.StatusCancelled {
		t.Errorf("it is %s", got.Status)
	}
}
