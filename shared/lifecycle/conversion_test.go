package lifecycle_test

import (
	"errors"
	"testing"
	"time"

	"perennial/shared/billing"
	"perennial/shared/lifecycle/lifecycletest"
	"perennial/shared/merchant"
	"perennial/shared/money"
	"perennial/shared/recovery"
)

// start begins a trial without a payment method.
func start(w *lifecycletest.World) billing.Subscription {
	w.T.Helper()
	s := w.Subscribe().Subscription
	r, err := w.Recovery.ChangeMethod(w.T.Context(), payAs(w, s.ID, "", billing.ByCustomer))
	if err != nil || r.Subscription.Status != billing.StatusActive {
		w.T.Fatalf("without a card: %s, %v", r.Subscription.Status, err)
	}
	return w.Sub(s.ID)
}

func withoutMethod(p *billing.Price) { p.TrialNoMethod = true }

// Rules 12: at the end of a trial without a method it is on hold with nothing
// due, and the first paid period starts at payment.
func TestATrialWithoutAMethodEndsOnHoldAndOwesNothing(t *testing.T) {
	t.Parallel()
	w := lifecycletest.New(t)
	trial(w, withoutMethod)
	s := start(w)
	w.AdvanceTo(s.TrialEnd)
	held := w.Sub(s.ID)
	if held.Status != billing.StatusOnHold || len(held.Open) != 0 || !w.Hold(held).Open() || events(w, billing.EventPaymentFailed) != 0 {
		t.Fatalf("%s, owes %v, %d failures", held.Status, held.Open, events(w, billing.EventPaymentFailed))
	}
	w.Advance(5 * day)
	dues, err := w.Recovery.Quote(t.Context(), w.Scope, s.ID)
	if err != nil || dues.Total != money.Of(2000, "USD") {
		t.Fatalf("the page asks for %v, %v", dues.Total, err)
	}
	if r, err := w.Pay(s.ID, "decline_on_charge"); err != nil || r.Payment.Status != billing.PaymentFailed {
		t.Fatalf("%s, %v", r.Payment.Status, err)
	}
	if got := w.Sub(s.ID); got.Status != billing.StatusOnHold || len(got.Open) != 0 || !got.AwaitsFirst() {
		t.Errorf("a decline left it %s, owing %v", got.Status, got.Open)
	}
	now := w.Now()
	if _, err := w.Pay(s.ID, "visa_ok"); err != nil {
		t.Fatal(err)
	}
	got := w.Sub(s.ID)
	if got.Status != billing.StatusActive || got.Period.Start != now || got.Anchor != now || w.Hold(got).Verdict != billing.VerdictPaid {
		t.Errorf("%s in %v from %v", got.Status, got.Period, got.Anchor)
	}
	if grown := got.EndsAt.Sub(s.EndsAt); grown != now.Sub(s.TrialEnd) {
		t.Errorf("the term moved by %v", grown)
	}
	w.AdvanceTo(got.Period.End)
	if n := len(w.Gateway.Ledger()); n != 2 {
		t.Errorf("%d captures after the first renewal", n)
	}
	w.Reconcile()
}

func TestAMethodGivenDuringTheTrialConvertsIt(t *testing.T) {
	t.Parallel()
	w := lifecycletest.New(t)
	trial(w, withoutMethod)
	s := start(w)
	if _, err := w.Pay(s.ID, "visa_ok"); err != nil {
		t.Fatal(err)
	}
	w.AdvanceTo(s.TrialEnd)
	if got := w.Sub(s.ID); got.Status != billing.StatusActive || got.Period.Start != s.TrialEnd || len(w.Gateway.Ledger()) != 1 {
		t.Errorf("%s in %v, %d captures", got.Status, got.Period, len(w.Gateway.Ledger()))
	}
}

func TestATrialWithoutAMethodIsCancelledBySetting(t *testing.T) {
	t.Parallel()
	w := lifecycletest.New(t)
	trial(w, withoutMethod)
	state := w.State()
	state.Settings.Subscriptions.CancelTrial = "on"
	w.Put(state)
	s := start(w)
	w.AdvanceTo(s.TrialEnd)
	if got := w.Sub(s.ID); got.Status != billing.StatusCancelled || events(w, billing.EventHoldStarted) != 0 {
		t.Errorf("%s, %d holds", got.Status, events(w, billing.EventHoldStarted))
	}
}

func TestTheWindowOfAnUnconvertedTrialCloses(t *testing.T) {
	t.Parallel()
	w := lifecycletest.New(t)
	w.SetRecovery(func(r *merchant.Recovery) { r.EndAction = "cancel" })
	trial(w, withoutMethod)
	s := start(w)
	w.AdvanceTo(s.TrialEnd.Add(30 * day))
	if got := w.Sub(s.ID); got.Status != billing.StatusCancelled {
		t.Errorf("it is %s", got.Status)
	}
	for _, v := range lifecycletest.All[billing.Invoice](w) {
		if v.Cause == billing.CauseTrialEnd {
			t.Errorf("an invoice that nobody asked for: %s", v.Status)
		}
	}
}

func TestACardIsAskedForWhereTheTrialNeedsOne(t *testing.T) {
	t.Parallel()
	w := lifecycletest.New(t)
	trial(w, nil)
	s := w.Subscribe().Subscription
	if _, err := w.Recovery.ChangeMethod(t.Context(), payAs(w, s.ID, "", billing.ByCustomer)); !errors.Is(err, recovery.ErrNoMethod) {
		t.Errorf("without a card: %v", err)
	}
}

// A paid trial is charged at sign-up; codes reduce it only where the price
// says so.
func TestAPaidTrialIsChargedAtSignUp(t *testing.T) {
	t.Parallel()
	for reduced, want := range map[bool]int64{false: 300, true: 150} {
		w := lifecycletest.New(t)
		trial(w, func(p *billing.Price) { p.TrialAmount, p.TrialDiscount = 300, reduced })
		half := billing.Discount{ID: "dsc_1", Code: "HALF", Type: billing.DiscountPercentage, BasisPoints: 5000}
		w.Put(half, billing.DiscountCode{Code: "HALF", Discount: half.ID})
		s := subscribeWith(w, "HALF")
		r, err := w.Pay(s.ID, "visa_ok")
		if err != nil || r.Payment.Amount != money.Of(want, "USD") {
			t.Fatalf("reduced %t: %v, %v", reduced, r.Payment.Amount, err)
		}
		got := w.Sub(s.ID)
		if got.TrialEnd != got.Period.End || got.TrialEnd.Sub(got.Period.Start) != 7*24*time.Hour {
			t.Errorf("the trial ends %v", got.TrialEnd)
		}
		w.AdvanceTo(got.TrialEnd)
		if ledger := w.Gateway.Ledger(); len(ledger) != 2 || ledger[1].Amount != money.Of(1000, "USD") {
			t.Errorf("converted at %v", ledger)
		}
		w.Reconcile()
	}
}

// R056: a trial delays the first charge of a migrated customer until the date
// on which the old system would have charged.
func TestATrialAlignsAMigratedCustomer(t *testing.T) {
	t.Parallel()
	w := lifecycletest.New(t)
	s := w.Active("visa_ok") // in the old system, say; its date is the one to keep
	want := s.Period.End
	in := w.Wish()
	in.Cart.TrialDays = int(want.Sub(w.Now()) / (24 * time.Hour))
	moved, err := w.Place(in)
	if err != nil {
		t.Fatal(err)
	}
	r, err := w.Pay(moved.Subscription.ID, "visa_ok")
	if err != nil || r.Subscription.Period.End != want || len(w.Gateway.Ledger()) != 1 {
		t.Fatalf("first charge on %v, want %v; %d captures, %v", r.Subscription.Period.End, want, len(w.Gateway.Ledger()), err)
	}
	w.AdvanceTo(want)
	if got := w.Sub(moved.Subscription.ID); got.Anchor != want || len(w.Gateway.Ledger()) != 3 {
		t.Errorf("counted from %v, %d captures", got.Anchor, len(w.Gateway.Ledger()))
	}
}

func TestATrialIsCancelledWithItsReason(t *testing.T) {
	t.Parallel()
	w := lifecycletest.New(t)
	trial(w, nil)
	s := w.Active("visa_ok")
	in := cancellation(w, s.ID)
	in.Particulars = billing.Cancellation{Reason: "cancelled_by_customer", Feedback: "unused", Comment: "no time"}
	if _, err := w.Life.Cancel(t.Context(), in); err != nil {
		t.Fatal(err)
	}
	w.AdvanceTo(s.TrialEnd)
	got := w.Sub(s.ID)
	if got.Status != billing.StatusCancelled || got.Cancel.Feedback != "unused" || got.Cancel.At != s.TrialEnd || len(w.Gateway.Ledger()) != 0 {
		t.Errorf("%s %+v, %d captures", got.Status, got.Cancel, len(w.Gateway.Ledger()))
	}
}
