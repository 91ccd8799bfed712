package lifecycle_test

import (
	"testing"
	"time"

	"perennial/shared/billing"
	"perennial/shared/gateway"
	"perennial/shared/lifecycle"
	"perennial/shared/lifecycle/lifecycletest"
	"perennial/shared/merchant"
)

// R240: an invoice that is only issued on the date, because a change of plan
// waits for it, leaves its customer as long to pay as any other.
func TestAnInvoiceIssuedOnItsDateIsNotOverdueAtOnce(t *testing.T) {
	t.Parallel()
	w := lifecycletest.New(t)
	state := w.State()
	state.Settings.Manual = merchant.Manual{Lead: 3, Grace: 10}
	w.Put(state)
	s := manual(w)
	end := s.Period.End
	s.Scheduled = &billing.PlanChange{ID: "chg_1", Plan: s.Plan(), Date: end}
	s.Scheduled.Plan.Quantity = 2
	w.Put(s)
	w.AdvanceTo(end.Add(2 * day))
	if s = w.Sub(s.ID); s.Status != billing.StatusActive || len(s.Open) != 1 || s.Quantity != 2 {
		t.Fatalf("two days after the date: %s with %v open", s.Status, s.Open)
	}
	v := lifecycletest.Get[billing.Invoice](w, s.Open[0])
	if v.DueAt < end.Add(3*day) || s.Due() != v.DueAt || s.Manual.Ends != v.DueAt.Add(10*day) {
		t.Errorf("due at %s, looked at %s, ends at %s", v.DueAt, s.Due(), s.Manual.Ends)
	}
	w.AdvanceTo(v.DueAt.Add(time.Hour))
	if s = w.Sub(s.ID); s.Status != billing.StatusPastDue {
		t.Errorf("after its date it is %s", s.Status)
	}
	w.Reconcile()
}

// R240: an end that is scheduled while the customer stands before the bank's
// question gives up the invoice once the question is abandoned, not at the
// period's end only; one that is answered is paid.
func TestAnEndScheduledDuringAChallengeGivesUpTheInvoice(t *testing.T) {
	t.Parallel()
	for _, answered := range []bool{false, true} {
		w := lifecycletest.New(t)
		s := manual(w)
		w.AdvanceTo(s.Period.End.Add(-6 * day))
		v := lifecycletest.Get[billing.Invoice](w, w.Sub(s.ID).Open[0])
		if r, err := w.Pay(s.ID, "authenticate_always"); err != nil || r.ActionURL == "" {
			t.Fatalf("no challenge: %v", err)
		}
		cancel(w, s.ID, lifecycle.CancelAtEnd)
		if answered {
			if _, err := w.Gateway.Approve(gateway.Intent(w.Sub(s.ID).Lock.Intent)); err != nil {
				t.Fatal(err)
			}
		}
		w.Clock.Advance(16 * time.Minute)
		if err := w.Collect(s.ID); err != nil {
			t.Fatal(err)
		}
		got, want := lifecycletest.Get[billing.Invoice](w, v.ID), billing.InvoiceUncollectible
		if answered {
			want = billing.InvoicePaid
		}
		if s = w.Sub(s.ID); got.Status != want || len(s.Open) != 0 || s.Lock.Set() || !s.Cancel.AtPeriodEnd {
			t.Errorf("answered %v: the invoice is %s, open %v, lock %q", answered, got.Status, s.Open, s.Lock.State)
		}
		if noted := len(got.Notes) == 1; noted == answered {
			t.Errorf("answered %v: credit notes %v", answered, got.Notes)
		}
		w.AdvanceTo(s.Period.End.Add(day))
		if s = w.Sub(s.ID); s.Status != billing.StatusCancelled {
			t.Errorf("answered %v: it ends %s", answered, s.Status)
		}
		w.Reconcile()
	}
}
