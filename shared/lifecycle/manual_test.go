package lifecycle_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"perennial/shared/billing"
	"perennial/shared/lifecycle/lifecycletest"
	"perennial/shared/merchant"
	"perennial/shared/record"
)

// manual makes a subscription whose customer paid the first period and pays
// every other one by themselves.
func manual(w *lifecycletest.World) billing.Subscription {
	w.T.Helper()
	sell(w, func(p *billing.Product) { p.Collect = billing.CollectManual })
	s := w.Active("visa_ok")
	if !s.Manual.On || !s.Method.IsZero() {
		w.T.Fatalf("it keeps %+v and collects %q", s.Method, s.Collection())
	}
	return s
}

// charges counts the payments that were tried.
func charges(w *lifecycletest.World) int { return len(lifecycletest.All[billing.Payment](w)) }

// R240: the customer is asked in time, pays, and the period is longer.
func TestAManualRenewalIsPaidByItsCustomer(t *testing.T) {
	t.Parallel()
	w := lifecycletest.New(t)
	s := manual(w)
	end := s.Period.End
	w.AdvanceTo(end.Add(-6 * day))
	s = w.Sub(s.ID)
	if len(s.Open) != 1 || s.Status != billing.StatusActive {
		t.Fatalf("a week before the date: %s with %v open", s.Status, s.Open)
	}
	v := lifecycletest.Get[billing.Invoice](w, s.Open[0])
	if v.Number == "" || v.Status != billing.InvoiceOpen || v.DueAt != end {
		t.Errorf("the invoice is %s %q, due %s", v.Status, v.Number, v.DueAt)
	}
	if _, err := w.Pay(s.ID, "visa_ok"); err != nil {
		t.Fatal(err)
	}
	s = w.Sub(s.ID)
	if s.Period != v.Period || len(s.Open) != 0 || !s.Method.IsZero() || s.Anchor != s.CreatedAt {
		t.Errorf("paid, the period is %v, open %v, kept %v", s.Period, s.Open, s.Method.ID)
	}
	if after := lifecycletest.Get[billing.Invoice](w, v.ID); after.Status != billing.InvoicePaid || after.Number != v.Number {
		t.Errorf("the paid invoice is %s %q, was %q", after.Status, after.Number, v.Number)
	}
	w.AdvanceTo(end.Add(day))
	if s = w.Sub(s.ID); s.Status != billing.StatusActive || charges(w) != 2 {
		t.Errorf("after the date: %s with %d payments", s.Status, charges(w))
	}
	want := []said{{"invoice_issued", 7}}
	if diff := cmp.Diff(want, reminders(w)); diff != "" {
		t.Error(diff)
	}
	w.Reconcile()
}

// R240: paid within the days of grace the dates stay as they were.
func TestAManualRenewalIsPaidInTheDaysOfGrace(t *testing.T) {
	t.Parallel()
	w := lifecycletest.New(t)
	s := manual(w)
	end := s.Period.End
	w.AdvanceTo(end.Add(3 * day))
	if s = w.Sub(s.ID); s.Status != billing.StatusPastDue || !s.Status.Access() {
		t.Fatalf("three days late it is %s", s.Status)
	}
	if _, err := w.Pay(s.ID, "visa_ok"); err != nil {
		t.Fatal(err)
	}
	s = w.Sub(s.ID)
	if s.Status != billing.StatusActive || s.Period.Start != end || !s.Method.IsZero() || s.Due() <= w.Now() {
		t.Errorf("paid late: %s, period from %s, due %s", s.Status, s.Period.Start, s.Due())
	}
	if n := events(w, billing.EventDunningStarted) + events(w, billing.EventHoldStarted) + events(w, billing.EventDunningDone); n != 0 {
		t.Errorf("%d words about recovery", n)
	}
	if n := events(w, billing.EventSubscriptionRenewed); n != 1 {
		t.Errorf("renewed %d times", n)
	}
	w.Reconcile()
}

// R240: never paid it expires, nothing was ever charged, and the invoice is
// cancelled by a credit note (rules 17).
func TestAManualRenewalThatIsNeverPaidExpires(t *testing.T) {
	t.Parallel()
	for name, perBusiness := range map[string]bool{"numbers per customer": false, "a series of the business": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := lifecycletest.New(t)
			state := w.State()
			state.Settings.Manual = merchant.Manual{Lead: 3, Grace: 10}
			state.Seller.Numbering.PerBusiness = perBusiness
			w.Put(state)
			s := manual(w)
			end := s.Period.End
			w.AdvanceTo(end.Add(10*day - time.Hour))
			if s = w.Sub(s.ID); s.Status != billing.StatusPastDue {
				t.Fatalf("before grace ends it is %s", s.Status)
			}
			invoice := s.Open[0]
			w.AdvanceTo(end.Add(30 * day))
			s = w.Sub(s.ID)
			if s.Status != billing.StatusExpired || s.EndsAt != end.Add(10*day) || charges(w) != 1 || !s.Due().IsZero() {
				t.Errorf("%s at %s after %d payments, due %s", s.Status, s.EndsAt, charges(w), s.Due())
			}
			v := lifecycletest.Get[billing.Invoice](w, invoice)
			if v.Status != billing.InvoiceUncollectible || len(v.Notes) != 1 || v.Number == "" {
				t.Fatalf("the invoice %q is %s with notes %v", v.Number, v.Status, v.Notes)
			}
			note := lifecycletest.Get[billing.Invoice](w, v.Notes[0])
			if note.Total.Minor != -v.Total.Minor || note.Number == "" || note.Corrects != v.ID {
				t.Errorf("the note %q is about %s: %v of %v", note.Number, note.Corrects, note.Total, v.Total)
			}
			want := []said{{"invoice_issued", 3}, {"invoice_overdue", 0}}
			if diff := cmp.Diff(want, reminders(w)); diff != "" {
				t.Error(diff)
			}
			w.Reconcile()
		})
	}
}

// R240: nobody but the customer can have a manual subscription charged.
func TestAManualSubscriptionIsChargedByNobodyElse(t *testing.T) {
	t.Parallel()
	w := lifecycletest.New(t)
	s := manual(w)
	method := lifecycletest.All[billing.Method](w)[0].ID
	w.AdvanceTo(s.Period.End.Add(day))
	for _, by := range []billing.Initiator{billing.ByMerchant, billing.BySystem} {
		_, err := w.Recovery.ChangeMethod(t.Context(), payAs(w, s.ID, method, by))
		if !errors.Is(err, billing.ErrManual) {
			t.Errorf("%s: %v", by, err)
		}
	}
	if charges(w) != 1 {
		t.Errorf("%d payments", charges(w))
	}
	if got, err := payWith(w, s.ID, method); err != nil || got.Payment.Status != billing.PaymentSucceeded {
		t.Errorf("the customer's own saved card: %v %v", got.Payment.Status, err)
	}
}

func TestACancelledManualSubscriptionOwesNothing(t *testing.T) {
	t.Parallel()
	w := lifecycletest.New(t)
	s := manual(w)
	end := s.Period.End
	w.AdvanceTo(end.Add(-day))
	invoice := w.Sub(s.ID).Open[0]
	cancel(w, s.ID, "at_next_billing_date")
	if v := lifecycletest.Get[billing.Invoice](w, invoice); v.Status != billing.InvoiceUncollectible || len(v.Notes) != 1 {
		t.Errorf("the invoice is %s with notes %v", v.Status, v.Notes)
	}
	cancel(w, s.ID, "revoke")
	w.AdvanceTo(end.Add(-day + time.Hour))
	if s = w.Sub(s.ID); len(s.Open) != 1 || s.Open[0] == invoice {
		t.Errorf("kept after all, %v is open", s.Open)
	}
	cancel(w, s.ID, "at_next_billing_date")
	w.AdvanceTo(end.Add(20 * day))
	if s = w.Sub(s.ID); s.Status != billing.StatusCancelled || charges(w) != 1 {
		t.Errorf("it is %s after %d payments", s.Status, charges(w))
	}
	w.Reconcile()
}

// A customer may pay before the invoice comes by itself, one period ahead.
func TestAManualRenewalCanBePaidEarlyOnce(t *testing.T) {
	t.Parallel()
	w := lifecycletest.New(t)
	s := manual(w)
	end := s.Period.End
	w.Advance(day)
	for range 2 {
		if err := w.Life.BillNow(t.Context(), w.Scope, record.System, s.ID, w.Customer.ID); err != nil {
			t.Fatal(err)
		}
	}
	if n := len(w.Sub(s.ID).Open); n != 1 {
		t.Fatalf("%d invoices are open", n)
	}
	if _, err := w.Pay(s.ID, "visa_ok"); err != nil {
		t.Fatal(err)
	}
	if err := w.Life.BillNow(t.Context(), w.Scope, record.System, s.ID); !errors.Is(err, billing.ErrNoInvoiceYet) {
		t.Errorf("a second period ahead: %v", err)
	}
	if err := w.Life.BillNow(t.Context(), w.Scope, record.System, s.ID, "cus_other"); !errors.Is(err, record.ErrNotFound) {
		t.Errorf("somebody else's: %v", err)
	}
	w.AdvanceTo(end.Add(20 * day))
	s = w.Sub(s.ID)
	if s.Status != billing.StatusActive || s.Period.Start != end || charges(w) != 2 {
		t.Errorf("%s in the period from %s after %d payments", s.Status, s.Period.Start, charges(w))
	}
	w.Reconcile()
}

// A free trial asks for no card, and unpaid it ends like any other period.
func TestATrialOfAManualSubscriptionNeedsNoCard(t *testing.T) {
	t.Parallel()
	w := lifecycletest.New(t)
	sell(w, func(p *billing.Product) { p.Collect, p.Price.TrialDays = billing.CollectManual, 14 })
	s := w.Subscribe().Subscription
	if _, err := w.Recovery.ChangeMethod(t.Context(), payAs(w, s.ID, "", billing.ByCustomer)); err != nil {
		t.Fatal(err)
	}
	if s = w.Sub(s.ID); s.Status != billing.StatusActive || !s.Method.IsZero() {
		t.Fatalf("it is %s", s.Status)
	}
	w.AdvanceTo(s.TrialEnd.Add(-day))
	if s = w.Sub(s.ID); len(s.Open) != 1 {
		t.Errorf("a day before the trial ends %v is open", s.Open)
	}
	w.AdvanceTo(s.TrialEnd.Add(8 * day))
	if s = w.Sub(s.ID); s.Status != billing.StatusExpired {
		t.Errorf("unpaid it is %s", s.Status)
	}
}
