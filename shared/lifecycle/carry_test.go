package lifecycle_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"perennial/shared/billing"
	"perennial/shared/calendar"
	"perennial/shared/lifecycle"
	"perennial/shared/lifecycle/lifecycletest"
	"perennial/shared/money"
)

// tiny is a subscription of so many cents a month, in its first paid period
// after a free trial: less than any gateway takes.
func tiny(w *lifecycletest.World, cents int64) billing.Subscription {
	w.T.Helper()
	sell(w, func(p *billing.Product) { p.Price.Amount, p.Price.TrialDays = money.Of(cents, "USD"), 14 })
	s := w.Active("visa_ok")
	w.AdvanceTo(s.Period.End)
	return w.Sub(s.ID)
}

// taken are the sums that the customer paid, the oldest first.
func taken(w *lifecycletest.World) []int64 {
	w.T.Helper()
	var sums []int64
	for _, p := range lifecycletest.All[billing.Payment](w) {
		if p.Status == billing.PaymentSucceeded && !p.Amount.Nothing() {
			sums = append([]int64{p.Amount.Minor}, sums...)
		}
	}
	return sums
}

// Rules 9: an amount below the gateway's minimum is carried to the next
// invoice; nothing fails, and all of it is paid.
func TestTooLittleIsCarriedToTheNextInvoice(t *testing.T) {
	t.Parallel()
	w := lifecycletest.New(t)
	s := tiny(w, 20)
	if s.Status != billing.StatusActive || s.Period.End <= w.Now() || s.Carried.Due.Minor != 20 || !s.Failure.At.IsZero() {
		t.Fatalf("after a renewal of 20 cents it is %s until %s and carries %+v", s.Status, s.Period.End, s.Carried)
	}
	w.AdvanceTo(s.Period.End)
	if s = w.Sub(s.ID); s.Carried.Due.Minor != 40 || len(taken(w)) != 0 {
		t.Errorf("after two it carries %v, paid %v", s.Carried.Due, taken(w))
	}
	w.AdvanceTo(s.Period.End)
	s = w.Sub(s.ID)
	if diff := cmp.Diff([]int64{60}, taken(w)); diff != "" || len(s.Carried.Lines) != 0 || s.Status != billing.StatusActive {
		t.Errorf("after three it is %s, carries %+v, paid %s", s.Status, s.Carried, diff)
	}
	paid := lifecycletest.Get[billing.Payment](w, s.Receipts[0])
	v := lifecycletest.Get[billing.Invoice](w, paid.Invoices[0])
	if v.Number == "" || v.Due().Minor != 60 || len(v.Lines) != 3 || len(paid.Invoices) != 1 {
		t.Errorf("invoice %q over %v has %d lines", v.Number, v.Due(), len(v.Lines))
	}
	covered := calendar.Period{Start: v.Lines[2].Period.Start, End: v.Period.End}
	if v.Lines[2].Period.End != v.Lines[1].Period.Start || v.Lines[1].Period.End != v.Period.Start || covered.End.Sub(covered.Start) < 88*day {
		t.Errorf("the lines are for %v, %v and %v", v.Lines[2].Period, v.Lines[1].Period, v.Period)
	}
	for what, n := range map[billing.EventType]int{
		billing.EventSubscriptionRenewed: 3, billing.EventPaymentFailed: 0, billing.EventSubscriptionOnHold: 0, billing.EventDunningStarted: 0,
	} {
		if got := events(w, what); got != n {
			t.Errorf("%s was told %d times, want %d", what, got, n)
		}
	}
	w.Reconcile()
}

// What is carried is nothing that was paid: it is void without a number, and
// what is left of it when the subscription ends is written off.
func TestWhatIsCarriedEndsWithTheSubscription(t *testing.T) {
	t.Parallel()
	for name, mode := range map[string]lifecycle.CancelMode{"now": lifecycle.CancelNow, "at its date": lifecycle.CancelAtEnd} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := lifecycletest.New(t)
			s := tiny(w, 20)
			cancel(w, s.ID, mode)
			w.AdvanceTo(s.Period.End)
			s = w.Sub(s.ID)
			if s.Status != billing.StatusCancelled || len(s.Carried.Lines) != 0 || len(taken(w)) != 0 {
				t.Errorf("it is %s, carries %+v, paid %v", s.Status, s.Carried, taken(w))
			}
			void := 0
			for _, v := range lifecycletest.All[billing.Invoice](w) {
				if v.Status == billing.InvoiceVoid && v.Reason == billing.ReasonCarried && v.Number == "" {
					void++
				}
			}
			if void != 1 {
				t.Errorf("%d notices are carried", void)
			}
			w.Reconcile()
		})
	}
}

// A pause carries on where it stopped, and a dead card fails only when there
// is something to charge.
func TestWhatIsCarriedOutlivesPausesAndFailures(t *testing.T) {
	t.Parallel()
	w := lifecycletest.New(t)
	s := tiny(w, 30)
	if _, err := w.Pay(s.ID, "decline_on_charge"); err != nil {
		t.Fatal(err)
	}
	w.AdvanceTo(s.Period.End)
	if s = w.Sub(s.ID); s.Status != billing.StatusOnHold || len(s.Open) != 1 || len(s.Carried.Lines) != 0 {
		t.Fatalf("it is %s with %v open and %+v carried", s.Status, s.Open, s.Carried)
	}
	w.Advance(20 * day)
	if _, err := w.Pay(s.ID, "visa_ok"); err != nil {
		t.Fatal(err)
	}
	s = w.Sub(s.ID)
	if diff := cmp.Diff([]int64{60}, taken(w)); diff != "" || s.Status != billing.StatusActive || s.Period.Start != w.Now() {
		t.Errorf("it is %s from %s: %s", s.Status, s.Period.Start, diff)
	}
	w.Reconcile()
}

// R240, rules 9: who pays by themselves is asked once there is enough to pay.
func TestAManualRenewalOfTooLittleIsCarried(t *testing.T) {
	t.Parallel()
	w := lifecycletest.New(t)
	sell(w, func(p *billing.Product) {
		p.Price.Amount, p.Price.TrialDays, p.Collect = money.Of(30, "USD"), 14, billing.CollectManual
	})
	s := w.Active("visa_ok")
	w.AdvanceTo(s.Period.End.Add(day))
	if s = w.Sub(s.ID); s.Status != billing.StatusActive || s.Carried.Due.Minor != 30 || len(s.Open) != 0 || s.Period.End <= w.Now() {
		t.Fatalf("after 30 cents it is %s until %s, %v open, %+v carried", s.Status, s.Period.End, s.Open, s.Carried)
	}
	w.AdvanceTo(s.Period.End.Add(-day))
	if s = w.Sub(s.ID); len(s.Open) != 1 || len(s.Carried.Lines) != 0 {
		t.Fatalf("60 cents are not asked for: %v open, %+v carried", s.Open, s.Carried)
	}
	if v := lifecycletest.Get[billing.Invoice](w, s.Open[0]); v.Number == "" || v.Due().Minor != 60 {
		t.Errorf("invoice %q over %v", v.Number, v.Due())
	}
	cancel(w, s.ID, lifecycle.CancelAtEnd)
	if s = w.Sub(s.ID); s.Carried.Due.Minor != 30 || len(s.Carried.Lines) != 1 {
		t.Errorf("its invoice withdrawn, it carries %+v", s.Carried)
	}
	cancel(w, s.ID, lifecycle.CancelRevoke)
	w.Advance(time.Hour)
	if _, err := w.Pay(s.ID, "visa_ok"); err != nil {
		t.Fatal(err)
	}
	if got := taken(w); len(got) != 1 || got[0] != 60 {
		t.Errorf("the customer paid %v", got)
	}
	w.Reconcile()
}

// Rules 12: a trial that ended without a payment method begins its first paid
// period when one is given, also when that costs too little.
func TestAFirstPeriodOfTooLittleBeginsAllTheSame(t *testing.T) {
	t.Parallel()
	w := lifecycletest.New(t)
	sell(w, func(p *billing.Product) {
		p.Price.Amount, p.Price.TrialDays, p.Price.TrialNoMethod = money.Of(30, "USD"), 14, true
	})
	s := start(w)
	w.AdvanceTo(s.Period.End.Add(day))
	if s = w.Sub(s.ID); s.Status != billing.StatusOnHold {
		t.Fatalf("without a method it is %s", s.Status)
	}
	if _, err := w.Pay(s.ID, "visa_ok"); err != nil {
		t.Fatal(err)
	}
	s = w.Sub(s.ID)
	if s.Status != billing.StatusActive || s.Period.Start != w.Now() || s.Carried.Due.Minor != 30 || s.Method.IsZero() || len(taken(w)) != 0 {
		t.Errorf("it is %s from %s, carries %v, paid %v", s.Status, s.Period.Start, s.Carried.Due, taken(w))
	}
	w.AdvanceTo(s.Period.End)
	if got := taken(w); len(got) != 1 || got[0] != 60 {
		t.Errorf("with the next period it pays %v", got)
	}
	w.Reconcile()
}
