package lifecycle_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"perennial/shared/billing"
	"perennial/shared/calendar"
	"perennial/shared/gateway/gatewaytest"
	"perennial/shared/lifecycle"
	"perennial/shared/lifecycle/lifecycletest"
	"perennial/shared/merchant"
	"perennial/shared/record"
)

// step is a mail of a sequence, and how many days after a moment it came.
type step struct {
	ID   string
	Days float64
}

// steps are the mails of sequences so far, of every subscription.
func steps(w *lifecycletest.World, since calendar.Instant) []step {
	var all []step
	for _, o := range w.Store.Outboxes() {
		for _, e := range o.Events {
			if e.Type == billing.EventDunningMail || e.Type == billing.EventNotice {
				s, _ := record.Find(o, func(s billing.Subscription) bool { return strings.HasPrefix(e.Object, s.ID) })
				all = append(all, step{s.Mails.Sent[len(s.Mails.Sent)-1], o.At.Sub(since).Hours() / 24})
			}
		}
	}
	return all
}

func days(n int) time.Duration { return time.Duration(n) * 24 * time.Hour }

func sequences(w *lifecycletest.World, change func(*merchant.Sequences)) {
	q := merchant.DefaultSequences()
	change(&q)
	w.Put(q)
}

// R311: a failed payment is told again and again, until the window ends.
func TestAHoldIsFollowedByItsSequence(t *testing.T) {
	t.Parallel()
	w := lifecycletest.New(t)
	s := w.OnHold()
	w.AdvanceTo(s.HeldAt.Add(days(40)))
	want := []step{{"on_hold_0", 0}, {"on_hold_1", 3}, {"on_hold_2", 7}, {"on_hold_3", 14}}
	if diff := cmp.Diff(want, steps(w, s.HeldAt)); diff != "" {
		t.Error(diff)
	}
	if got := w.Sub(s.ID).Mails; got.Over != billing.CampaignExhausted || !got.Next.IsZero() {
		t.Errorf("in the end the campaign is %+v", got)
	}
	w.Reconcile()
}

// R245: access goes on, and the customer hears of it at once.
func TestPastDueIsToldAtOnceAndTheHoldAnew(t *testing.T) {
	t.Parallel()
	w := lifecycletest.New(t)
	w.SetRecovery(func(r *merchant.Recovery) { r.GraceDays = 5 })
	s := w.OnHold()
	if s.Status != billing.StatusPastDue {
		t.Fatalf("it is %s", s.Status)
	}
	w.AdvanceTo(s.Failure.At.Add(days(10)))
	want := []step{{"past_due_1", 0}, {"on_hold_0", 5}, {"on_hold_1", 8}}
	if diff := cmp.Diff(want, steps(w, s.Failure.At)); diff != "" {
		t.Error(diff)
	}
}

func TestASequenceStopsWithItsCause(t *testing.T) {
	t.Parallel()
	for name, act := range map[string]func(*lifecycletest.World, billing.Subscription){
		"paid": func(w *lifecycletest.World, s billing.Subscription) {
			if _, err := w.Pay(s.ID, "visa_ok"); err != nil {
				w.T.Fatal(err)
			}
		},
		"cancelled": func(w *lifecycletest.World, s billing.Subscription) { cancelled(w, s, lifecycle.CancelNow) },
		"disputed":  func(w *lifecycletest.World, s billing.Subscription) { w.Put(w.Sub(s.ID).Withhold("dp_1")) },
		"opted out": func(w *lifecycletest.World, s billing.Subscription) {
			c := lifecycletest.Get[billing.Customer](w, w.Customer.ID)
			c.OptedOut = lifecycletest.Start
			w.Put(c)
		},
	} {
		w := lifecycletest.New(t)
		s := w.OnHold()
		w.AdvanceTo(s.HeldAt.Add(days(4)))
		act(w, s)
		w.AdvanceTo(s.HeldAt.Add(days(25)))
		if diff := cmp.Diff([]step{{"on_hold_0", 0}, {"on_hold_1", 3}}, steps(w, s.HeldAt)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func cancelled(w *lifecycletest.World, s billing.Subscription, how lifecycle.CancelMode) {
	w.T.Helper()
	_, err := w.Life.Cancel(w.T.Context(), lifecycle.Cancel{
		Scope: w.Scope, Actor: record.System, Subscription: s.ID, Mode: how,
		Particulars: billing.Cancellation{Reason: billing.CancelledByCustomer},
	})
	if err != nil {
		w.T.Fatal(err)
	}
}

// A reply that is lost after the commit, or a crash before it, repeats the
// step and not the mail.
func TestEachStepIsTakenOnceUnderCrashes(t *testing.T) {
	t.Parallel()
	w := lifecycletest.New(t)
	s := w.FreshHold()
	before, after := 0, 0
	w.Store.Before = func(c record.Commit) error {
		if before++; c.Cause == string(billing.StepMail) && before%3 == 0 {
			return errors.New("crashed before the commit")
		}
		return nil
	}
	w.Store.After = func(c record.Commit) error {
		if after++; c.Cause == string(billing.StepMail) && after%2 == 0 {
			return errors.New("the reply was lost")
		}
		return nil
	}
	w.AdvanceTo(s.HeldAt.Add(days(20)))
	seen := map[string]int{}
	for _, m := range steps(w, s.HeldAt) {
		seen[m.ID]++
	}
	if diff := cmp.Diff(map[string]int{"on_hold_0": 1, "on_hold_1": 1, "on_hold_2": 1, "on_hold_3": 1}, seen); diff != "" {
		t.Error(diff)
	}
}

// Rules 21: one mail about failures a day, over all subscriptions.
func TestTwoHoldsOfACustomerTakeTurns(t *testing.T) {
	t.Parallel()
	w := lifecycletest.New(t)
	other := w.Active("visa_ok")
	if _, err := w.Pay(other.ID, "decline_on_charge"); err != nil {
		t.Fatal(err)
	}
	s := w.OnHold()
	w.AdvanceTo(s.HeldAt.Add(days(20)))
	var last float64 = -1
	var told []float64
	for _, m := range steps(w, s.HeldAt) {
		if m.Days < last+1 {
			t.Errorf("%s came %.2f days after the one before", m.ID, m.Days-last)
		}
		if last = m.Days; m.ID == "on_hold_0" {
			told = append(told, m.Days)
		}
	}
	if diff := cmp.Diff([]float64{0, 1}, told); diff != "" {
		t.Errorf("that they are on hold is told after so many days: %s", diff)
	}
	if n := len(steps(w, s.HeldAt)); n != 8 {
		t.Errorf("%d mails, want four for each", n)
	}
}

// Rules 21: a merchant's own mail at once announces the hold, and ours does
// not follow it.
func TestTheMerchantsOwnMailAtOnceIsTheAnnouncement(t *testing.T) {
	t.Parallel()
	w := lifecycletest.New(t)
	w.Put(merchant.Sequences{Steps: []merchant.MailStep{{ID: "ours", Trigger: merchant.TriggerOnHold}, {ID: "later", Trigger: merchant.TriggerOnHold, Delay: days(5)}}})
	s := w.OnHold()
	w.AdvanceTo(s.HeldAt.Add(days(10)))
	if diff := cmp.Diff([]step{{"ours", 0}, {"later", 5}}, steps(w, s.HeldAt)); diff != "" {
		t.Error(diff)
	}
}

// That access has ended must be known: the announcement is sent to who wants
// no optional mails, and by a merchant's sequence without any step.
func TestAHoldIsAnnouncedToEverybody(t *testing.T) {
	t.Parallel()
	w := lifecycletest.New(t)
	w.Put(merchant.Sequences{Basis: merchant.BasisConsent})
	c := lifecycletest.Get[billing.Customer](w, w.Customer.ID)
	c.OptedOut = lifecycletest.Start
	w.Put(c)
	s := w.OnHold()
	w.AdvanceTo(s.HeldAt.Add(days(10)))
	if diff := cmp.Diff([]step{{"on_hold_0", 0}}, steps(w, s.HeldAt)); diff != "" {
		t.Error(diff)
	}
}

// Rules 9: the bank wants a confirmation. The customer is asked at the decline,
// access goes on for a day after that, and the hold's mail follows then.
func TestWhoMustConfirmIsAskedAtTheDecline(t *testing.T) {
	t.Parallel()
	w := lifecycletest.New(t)
	s := w.Active("visa_ok")
	w.Gateway.Program(s.Method.Reference, gatewaytest.Decline("authentication_required"))
	w.AdvanceTo(s.Period.End.Add(23 * time.Hour))
	if diff := cmp.Diff([]step{{"authentication_0", 0}}, steps(w, s.Period.End)); diff != "" || w.Sub(s.ID).Status != billing.StatusActive {
		t.Errorf("on the first day: %s, %s", w.Sub(s.ID).Status, diff)
	}
	w.AdvanceTo(s.Period.End.Add(days(3)))
	if diff := cmp.Diff([]step{{"authentication_0", 0}, {"on_hold_0", 1}}, steps(w, s.Period.End)); diff != "" || w.Sub(s.ID).Status != billing.StatusOnHold {
		t.Errorf("later: %s, %s", w.Sub(s.ID).Status, diff)
	}
}

// Rules 9, 21: only a link that was sent can stay unanswered. Where the mail
// has to wait for another one to the same customer, access waits with it.
func TestAccessLastsADayAfterTheCustomerWasAsked(t *testing.T) {
	t.Parallel()
	w := lifecycletest.New(t)
	first, second := w.Active("visa_ok"), w.Active("mastercard_ok")
	for _, s := range []billing.Subscription{first, second} {
		w.Gateway.Program(s.Method.Reference, gatewaytest.Decline("authentication_required"))
	}
	w.AdvanceTo(first.Period.End.Add(days(5)))
	asked := map[string]calendar.Instant{}
	for _, o := range w.Store.Outboxes() {
		for _, e := range o.Events {
			if e.Type == billing.EventDunningMail && e.Reason == string(merchant.TriggerConfirm) {
				asked[e.Object] = o.At
			}
		}
	}
	if asked[first.ID] == asked[second.ID] {
		t.Error("they are asked for both on one day")
	}
	for _, s := range []billing.Subscription{first, second} {
		if got := w.Sub(s.ID); got.Status != billing.StatusOnHold || got.HeldAt != asked[s.ID].Add(days(1)) {
			t.Errorf("asked at %s, it is %s since %s", asked[s.ID], got.Status, got.HeldAt)
		}
	}
}

func TestNobodyIsAskedToConfirmWhatIsPaid(t *testing.T) {
	t.Parallel()
	w := lifecycletest.New(t)
	s := w.Active("visa_ok")
	w.Gateway.Program(s.Method.Reference, gatewaytest.Decline("authentication_required"))
	w.AdvanceTo(s.Period.End.Add(time.Hour))
	if _, err := w.Pay(s.ID, "mastercard_ok"); err != nil {
		t.Fatal(err)
	}
	if got := w.Sub(s.ID).Mails; got.Trigger != "" || !got.Next.IsZero() {
		t.Errorf("paid, and the campaign is %+v", got)
	}
}

// Rules 21: in live mode by day where the customer is.
func TestAHoldIsAnnouncedByDay(t *testing.T) {
	t.Parallel()
	live := merchant.Scope{Business: "bus_1", Mode: merchant.Live}
	for clock, opens := range map[string]string{
		"2027-03-01T03:30:00Z": "2027-03-01T07:00:00Z", // Berlin is an hour ahead
		"2027-03-01T19:30:00Z": "2027-03-02T07:00:00Z",
		"2027-03-01T12:00:00Z": "",
	} {
		w := lifecycletest.New(t)
		wall, err := time.Parse(time.RFC3339, clock)
		if err != nil {
			t.Fatal(err)
		}
		w.Clock.Set(wall)
		now := calendar.At(wall)
		w.Scope = live
		s := billing.Subscription{
			ID: "sub_1", Customer: "cus_1", Product: "pdt_1", Status: billing.StatusOnHold, HoldEpoch: 1, HeldAt: now, Zone: "Europe/Berlin",
			Mails: billing.Campaign{Trigger: merchant.TriggerOnHold, At: now, Next: now},
		}
		w.Put(merchant.State{Scope: live}, billing.Customer{ID: "cus_1"}, s, billing.Hold{Subscription: "sub_1", Epoch: 1, Customer: "cus_1"})
		if err := w.Life.Announce(t.Context(), live, "sub_1"); err != nil {
			t.Fatal(err)
		}
		told, next := steps(w, now), w.Sub("sub_1").Mails.Next
		if opens == "" && len(told) != 1 || opens != "" && (len(told) != 0 || next.Time().Format(time.RFC3339) != opens) {
			t.Errorf("%s: told %v, waits until %s", clock, told, next)
		}
	}
}

// R213, R214: a coupon, 30 days before the renewal that will not come, once.
func TestWhoCancelsIsAskedToStayThirtyDaysBeforeTheRenewal(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		basis merchant.Basis
		how   lifecycle.CancelMode
		act   func(*lifecycletest.World, billing.Subscription)
		want  []step
	}{
		"ends at its date":       {merchant.BasisCustomers, lifecycle.CancelAtEnd, nil, []step{{"win_back", -30}}},
		"ended at once":          {merchant.BasisCustomers, lifecycle.CancelNow, nil, []step{{"win_back", -30}}},
		"nobody may be asked":    {merchant.BasisNone, lifecycle.CancelNow, nil, nil},
		"consent is not there":   {merchant.BasisConsent, lifecycle.CancelNow, nil, nil},
		"consent was recorded":   {merchant.BasisConsent, lifecycle.CancelNow, consented, []step{{"win_back", -30}}},
		"taken back meanwhile":   {merchant.BasisCustomers, lifecycle.CancelAtEnd, kept, nil},
		"bought again meanwhile": {merchant.BasisCustomers, lifecycle.CancelNow, boughtAgain, nil},
		"coupon is gone":         {merchant.BasisCustomers, lifecycle.CancelNow, withoutCoupon, nil},
	} {
		w := lifecycletest.New(t)
		sell(w, everyYear)
		w.Put(billing.Discount{ID: "dsc_1", Code: "STAY20", Type: billing.DiscountPercentage, BasisPoints: 2000})
		sequences(w, func(q *merchant.Sequences) { q.Basis, q.Steps[len(q.Steps)-1].Discount = c.basis, "dsc_1" })
		s := w.Active("visa_ok")
		cancelled(w, s, c.how)
		if c.act != nil {
			c.act(w, s)
		}
		w.AdvanceTo(s.Period.End.Add(-days(2)))
		if diff := cmp.Diff(c.want, steps(w, s.Period.End)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
		if pace, err := record.Pace(t.Context(), w.Store, w.Scope, w.Customer.ID); err != nil || pace.Last() != 0 {
			t.Errorf("%s: a mail about a failure would have to wait: %v", name, err)
		}
		w.AdvanceTo(s.Period.End.Add(days(60)))
		if n := len(steps(w, s.Period.End)); n != len(c.want) {
			t.Errorf("%s: later there are %d mails", name, n)
		}
	}
}

func consented(w *lifecycletest.World, _ billing.Subscription) {
	c := lifecycletest.Get[billing.Customer](w, w.Customer.ID)
	c.ConsentedAt = lifecycletest.Start
	w.Put(c)
}

func kept(w *lifecycletest.World, s billing.Subscription) { cancelled(w, s, lifecycle.CancelRevoke) }

func boughtAgain(w *lifecycletest.World, _ billing.Subscription) { w.Active("visa_ok") }

func withoutCoupon(w *lifecycletest.World, _ billing.Subscription) {
	d := lifecycletest.Get[billing.Discount](w, "dsc_1")
	d.Deleted = true
	w.Put(d)
}

// A month is shorter than the distance: the mail goes out a day later, and
// not beside the confirmation.
func TestAShortPeriodIsAskedADayAfterCancelling(t *testing.T) {
	t.Parallel()
	w := lifecycletest.New(t)
	sequences(w, func(q *merchant.Sequences) { q.Basis = merchant.BasisCustomers })
	s := w.Active("visa_ok")
	w.Advance(days(5))
	at := w.Now()
	cancelled(w, s, lifecycle.CancelAtEnd)
	w.AdvanceTo(s.Period.End.Add(days(60)))
	if diff := cmp.Diff([]step{{"win_back", 1}}, steps(w, at)); diff != "" {
		t.Error(diff)
	}
}
