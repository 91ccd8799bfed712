package billing_test

import (
	"errors"
	"testing"
	"time"

	"perennial/shared/billing"
	"perennial/shared/calendar"
	"perennial/shared/fault"
	"perennial/shared/money"
)

var monthly = calendar.Interval{Count: 1, Unit: calendar.Month}

func TestACancelWhileLockedIsAppliedWhenThePaymentSettles(t *testing.T) {
	t.Parallel()
	for _, paid := range []bool{true, false} {
		s, v := held(monthly, billing.StatusOnHold)
		dues, err := s.DuesAt([]billing.Invoice{v}, v.DueAt, 7*day, time.UTC)
		if err != nil {
			t.Fatal(err)
		}
		locked, invoices, err := s.Begin(billing.Attempt{Payment: "pay_1", Method: billing.Method{ID: "pm_1"}, By: billing.ByCustomer, At: v.DueAt}, dues)
		if err != nil {
			t.Fatal(err)
		}
		wish, err := locked.CancelNow(nil, nil, v.DueAt, billing.Cancellation{Feedback: "unused"})
		if err != nil || !wish.Subscription.Cancel.Pending || wish.Subscription.Status != billing.StatusOnHold {
			t.Fatalf("cancel while locked: %+v, %v", wish.Subscription.Cancel, err)
		}
		hold := billing.Hold{Subscription: s.ID, Epoch: 1}
		c := billing.Case{Subscription: wish.Subscription, Customer: billing.Customer{InvoicePrefix: "C"}, Invoices: invoices, Hold: &hold, At: v.DueAt, Zone: time.UTC}
		ch, err := c.Paid("ch_1")
		if !paid {
			ch, err = c.Declined(billing.Decline{Code: "generic_decline", Class: billing.ClassVague}, billing.FollowUp{Status: billing.StatusOnHold})
		}
		if err != nil {
			t.Fatal(err)
		}
		if ch.Subscription.Status != billing.StatusCancelled || ch.Subscription.Cancel.Feedback != "unused" || ch.Hold.Open() {
			t.Errorf("paid %v: %+v, hold %+v", paid, ch.Subscription, ch.Hold)
		}
		if ch.Invoices[0].Status != billing.InvoiceVoid || ch.Invoices[0].Number != "" {
			t.Errorf("paid %v: invoice is %s %s", paid, ch.Invoices[0].Status, ch.Invoices[0].Number)
		}
		if given := ch.Payment.Refunded == v.Total && ch.Entry != nil && ch.Entry.Balanced() == nil; given != paid {
			t.Errorf("paid %v: given back %v, entry %+v", paid, ch.Payment.Refunded, ch.Entry)
		}
	}
}

func TestACancellationAtTheNextDateKeepsAccessUntilThen(t *testing.T) {
	t.Parallel()
	s, _ := held(monthly, billing.StatusActive)
	ch, err := s.CancelAtEnd(nil, nil, start, billing.Cancellation{})
	if err != nil {
		t.Fatal(err)
	}
	s = ch.Subscription
	if s.Status != billing.StatusActive || s.Next(s.Period.End.Add(-time.Second)) != billing.StepNone || s.Next(s.Period.End) != billing.StepCancel {
		t.Errorf("scheduled: %+v", s.Cancel)
	}
	back, err := s.Revoke()
	if err != nil || back.Subscription.Next(s.Period.End) != billing.StepRenew {
		t.Errorf("revoked: %v, %v", back.Subscription.Cancel, err)
	}
	if _, err := back.Subscription.Revoke(); !errors.Is(err, billing.ErrNotScheduled) {
		t.Errorf("revoked twice: %v", err)
	}
	ended, err := s.CancelDue(nil, nil, s.Period.End)
	if err != nil || ended.Subscription.Status != billing.StatusCancelled {
		t.Errorf("on its date: %s, %v", ended.Subscription.Status, err)
	}
	if _, err := ended.Subscription.CancelNow(nil, nil, start, billing.Cancellation{}); !errors.Is(err, billing.ErrCancelled) {
		t.Errorf("cancelled twice: %v", err)
	}
}

func TestAnOrderNamesEverythingThatIsWrong(t *testing.T) {
	t.Parallel()
	_, _, err := billing.Subscribe(billing.Order{Quantity: 0, TrialDays: 20000, Billing: billing.Address{Country: "Germany"}})
	f := fault.Of(err)
	if f == nil || len(f.Problems) != 3 {
		t.Errorf("problems of a hopeless order: %v", err)
	}
}

// R301: a plan may start with a trial.
func TestATrialStartsFreeAndIsBilledAtItsEnd(t *testing.T) {
	t.Parallel()
	p := billing.Product{ID: "pdt_1", Name: "Atlas", Price: billing.Price{
		Amount: money.Of(2000, "JPY"), Every: monthly, Term: calendar.Interval{Count: 1, Unit: calendar.Year}, TrialDays: 14,
	}}
	s, v, err := billing.Subscribe(billing.Order{
		ID: "sub_1", InvoiceID: "inv_1", Product: p, Customer: billing.Customer{ID: "cus_1", InvoicePrefix: "C"},
		Quantity: 2, TrialDays: -1, Zone: "UTC", Billing: billing.Address{Country: "JP"}, At: start,
	})
	if err != nil || !v.Total.Nothing() {
		t.Fatalf("trial's first invoice: %+v, %v", v.Total, err)
	}
	dues, err := s.DuesAt([]billing.Invoice{v}, start, 0, time.UTC)
	if err != nil {
		t.Fatal(err)
	}
	locked, invoices, err := s.Begin(billing.Attempt{Payment: "pay_1", Method: billing.Method{ID: "pm_1"}, At: start}, dues)
	if err != nil {
		t.Fatal(err)
	}
	ch, err := billing.Case{Subscription: locked, Customer: billing.Customer{InvoicePrefix: "C"}, Invoices: invoices, At: start, Zone: time.UTC}.Paid("")
	if err != nil {
		t.Fatal(err)
	}
	got := ch.Subscription
	if got.TrialEnd != start.Add(14*day) || got.Period.End != got.TrialEnd || got.Method.ID != "pm_1" {
		t.Errorf("trial: %+v", got)
	}
	_, first, err := got.Renewal(billing.Terms{Invoice: "inv_2"}, got.TrialEnd, time.UTC)
	if err != nil || first.Total != money.Of(4000, "JPY") || first.Period.Start != got.TrialEnd {
		t.Errorf("first paid period: %+v, %v", first, err)
	}
}
