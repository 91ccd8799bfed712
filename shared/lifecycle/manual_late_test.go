package lifecycle_test

import (
	"testing"
	"time"

	"perennial/shared/billing"
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
