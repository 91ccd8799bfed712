package recovery_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"perennial/shared/billing"
	"perennial/shared/calendar"
	"perennial/shared/gateway/gatewaytest"
	"perennial/shared/lifecycle/lifecycletest"
	"perennial/shared/merchant"
	"perennial/shared/record"
	"perennial/shared/recovery"
)

func types(events []billing.Event) []billing.EventType {
	var out []billing.EventType
	for _, e := range events {
		out = append(out, e.Type)
	}
	return out
}

// lastEvents are the events of the newest commit that had any.
func lastEvents(w *lifecycletest.World) []billing.EventType {
	boxes := w.Store.Outboxes()
	for i := len(boxes) - 1; i >= 0; i-- {
		if len(boxes[i].Events) > 0 {
			return types(boxes[i].Events)
		}
	}
	return nil
}

func TestR130ADeclinedRenewalPutsTheSubscriptionOnHold(t *testing.T) {
	t.Parallel()
	w := lifecycletest.New(t)
	s := w.OnHold()
	if s.Status != billing.StatusOnHold || s.HoldEpoch != 1 || len(s.Open) != 1 {
		t.Fatalf("after a declined renewal: %+v", s)
	}
	if missed := calendar.At(time.Date(2027, 2, 28, 9, 30, 0, 0, time.UTC)); s.Period.End != missed {
		t.Errorf("next billing date moved to %s, want the missed %s", s.Period.End, missed)
	}
	want := []billing.EventType{
		billing.EventPaymentFailed, billing.EventSubscriptionOnHold, billing.EventSubscriptionUpdated, billing.EventDunningStarted, billing.EventHoldStarted,
		billing.EventNotice,
	}
	all := types(w.Store.Events())
	if diff := cmp.Diff(want, all[len(all)-len(want):]); diff != "" {
		t.Error(diff)
	}
	w.Reconcile()
}

func TestR135AnOnHoldSubscriptionNeverRenews(t *testing.T) {
	t.Parallel()
	w := lifecycletest.New(t)
	s := w.OnHold()
	w.Advance(400 * 24 * time.Hour)
	got := w.Sub(s.ID)
	if got.Status != billing.StatusOnHold || len(lifecycletest.All[billing.Invoice](w)) != 2 {
		t.Errorf("after a year on hold: %s with %d invoices", got.Status, len(lifecycletest.All[billing.Invoice](w)))
	}
	if hold := w.Hold(got); hold.Verdict != billing.VerdictEnded {
		t.Errorf("the recovery window closed with verdict %q", hold.Verdict)
	}
	w.Reconcile()
}

// R157: a method given on hold pays what is due and reactivates.
func TestR131To134ANewCardPaysTheDuesAndReactivates(t *testing.T) {
	t.Parallel()
	w := lifecycletest.New(t)
	s := w.OnHold()
	got, err := w.Pay(s.ID, "mastercard_ok")
	if err != nil {
		t.Fatal(err)
	}
	if got.Payment.Status != billing.PaymentSucceeded || got.Subscription.Status != billing.StatusActive {
		t.Fatalf("paid dues: %+v", got)
	}
	if got.Subscription.Method.Last4 != "4444" || !got.Payment.UpdatesMethod {
		t.Errorf("the new card is not the subscription's: %+v", got.Subscription.Method)
	}
	if end := calendar.At(time.Date(2027, 3, 31, 8, 30, 0, 0, time.UTC)); got.Subscription.Period.End != end {
		t.Errorf("paid at once, the anchor stays: next date %s, want %s", got.Subscription.Period.End, end)
	}
	want := []billing.EventType{
		billing.EventPaymentSucceeded, billing.EventSubscriptionActive, billing.EventDunningDone, billing.EventMethodUpdated,
		billing.EventSubscriptionUpdated, billing.EventHoldDecided,
	}
	if diff := cmp.Diff(want, lastEvents(w)); diff != "" {
		t.Error(diff)
	}
	w.Reconcile()
}

// R158: the state is kept, and another method may be tried.
func TestR137ADecliningCardLeavesItOnHoldWithTheOldMethod(t *testing.T) {
	t.Parallel()
	w := lifecycletest.New(t)
	s := w.OnHold()
	got, err := w.Pay(s.ID, "decline_on_charge")
	if err != nil {
		t.Fatal(err)
	}
	if got.Payment.Status != billing.PaymentFailed || got.Subscription.Status != billing.StatusOnHold {
		t.Errorf("declined dues: %s, %s", got.Payment.Status, got.Subscription.Status)
	}
	if got.Subscription.Method.ID != s.Method.ID {
		t.Error("a card that did not pay became the subscription's")
	}
	if _, err := w.Pay(s.ID, "expired_card"); !errors.Is(err, errRefused()) {
		t.Errorf("a card refused on saving: %v", err)
	}
	if got, err := w.Pay(s.ID, "visa_ok"); err != nil || got.Subscription.Status != billing.StatusActive {
		t.Errorf("another card after declines: %v, %v", got.Subscription.Status, err)
	}
	w.Reconcile()
}

func TestRule5PaidAfterAWeekStartsANewPeriodAtPayment(t *testing.T) {
	t.Parallel()
	w := lifecycletest.New(t)
	s := w.OnHold()
	w.Advance(8 * 24 * time.Hour)
	now := w.Now()
	quote, err := w.Recovery.Quote(t.Context(), w.Scope, s.ID)
	if err != nil {
		t.Fatal(err)
	}
	got, err := w.Pay(s.ID, "visa_ok")
	if err != nil {
		t.Fatal(err)
	}
	if got.Subscription.Period.Start != now || got.Subscription.Anchor != now {
		t.Errorf("period starts %s, want payment at %s", got.Subscription.Period.Start, now)
	}
	if quote.Next != got.Subscription.Period.End || quote.Total != got.Payment.Amount {
		t.Errorf("the page promised %s and %v, the books say %s and %v", quote.Next, quote.Total, got.Subscription.Period.End, got.Payment.Amount)
	}
	var void int
	for _, v := range lifecycletest.All[billing.Invoice](w) {
		if v.Status == billing.InvoiceVoid && v.ReplacedBy != "" {
			void++
		}
	}
	if void != 1 {
		t.Errorf("%d due notices were voided and replaced, want 1", void)
	}
	w.Reconcile()
}

// R124, R319: success after the bank's challenge reactivates by itself.
func TestAChallengeIsAnsweredAndTheDuesArePaid(t *testing.T) {
	t.Parallel()
	w := lifecycletest.New(t)
	s := w.OnHold()
	got, err := w.Pay(s.ID, "authenticate_always")
	if err != nil || got.ActionURL == "" || got.Payment.Status != billing.PaymentRequiresAction {
		t.Fatalf("a card that asks: %+v, %v", got, err)
	}
	intent := w.Sub(s.ID).Lock.Intent
	if _, err := w.Gateway.Approve(gatewayIntent(intent)); err != nil {
		t.Fatal(err)
	}
	done, err := w.Recovery.Finish(t.Context(), w.Scope, s.ID)
	if err != nil || done.Subscription.Status != billing.StatusActive || done.Payment.ID != got.Payment.ID {
		t.Errorf("after the challenge: %+v, %v", done, err)
	}
	again, err := w.Recovery.Finish(t.Context(), w.Scope, s.ID)
	if err != nil || again.Payment.ID != "" {
		t.Errorf("coming back twice: %+v, %v", again, err)
	}
	w.Reconcile()
}

func TestRule7AnotherCardSupersedesAnOpenChallenge(t *testing.T) {
	t.Parallel()
	for _, approved := range []bool{false, true} {
		w := lifecycletest.New(t)
		s := w.OnHold()
		first, err := w.Pay(s.ID, "authenticate_always")
		if err != nil {
			t.Fatal(err)
		}
		if approved {
			if _, err := w.Gateway.Approve(gatewayIntent(w.Sub(s.ID).Lock.Intent)); err != nil {
				t.Fatal(err)
			}
		}
		second, err := w.Pay(s.ID, "visa_ok")
		if err != nil || second.Payment.Status != billing.PaymentSucceeded {
			t.Fatalf("second card: %+v, %v", second, err)
		}
		if same := second.Payment.ID == first.Payment.ID; same != approved {
			t.Errorf("approved %v: paid by the first attempt %v", approved, same)
		}
		w.Reconcile()
	}
}

func TestRule7AnAbandonedChallengeFreesTheLockAfter15Minutes(t *testing.T) {
	t.Parallel()
	w := lifecycletest.New(t)
	s := w.OnHold()
	if _, err := w.Pay(s.ID, "authenticate_always"); err != nil {
		t.Fatal(err)
	}
	w.Clock.Advance(14 * time.Minute)
	if err := w.Collect(s.ID); err != nil || !w.Sub(s.ID).Lock.Set() {
		t.Fatalf("within the quarter of an hour the challenge stays open: %v", err)
	}
	w.Clock.Advance(2 * time.Minute)
	if err := w.Collect(s.ID); err != nil {
		t.Fatal(err)
	}
	if got := w.Sub(s.ID); got.Lock.Set() || got.Status != billing.StatusOnHold {
		t.Errorf("after it: %+v", got.Lock)
	}
	w.Reconcile()
}

func TestRule10CancellingOnHoldVoidsTheDues(t *testing.T) {
	t.Parallel()
	w := lifecycletest.New(t)
	s := w.OnHold()
	if _, err := w.Life.Cancel(t.Context(), cancelAtEnd(w, s.ID)); err != nil {
		t.Fatal(err)
	}
	got := w.Sub(s.ID)
	if got.Status != billing.StatusCancelled || len(got.Open) != 0 || w.Hold(s).Verdict != billing.VerdictEnded {
		t.Errorf("cancelled on hold: %+v", got)
	}
	if _, err := w.Pay(s.ID, "visa_ok"); !errors.Is(err, billing.ErrInactive) {
		t.Errorf("paying a cancelled subscription: %v", err)
	}
	w.Advance(60 * 24 * time.Hour)
	w.Reconcile()
}

func TestSomebodyElsesSubscriptionDoesNotExist(t *testing.T) {
	t.Parallel()
	w := lifecycletest.New(t)
	s := w.OnHold()
	_, err := w.Recovery.ChangeMethod(t.Context(), recovery.Pay{
		Scope: w.Scope, Subscription: s.ID, Customers: []string{"cus_2"}, Token: w.Gateway.Token("visa_ok"),
	})
	if !errors.Is(err, record.ErrNotFound) {
		t.Errorf("another customer: %v", err)
	}
	_, err = w.Recovery.Quote(t.Context(), merchant.Scope{Business: "bus_2", Mode: merchant.Test}, s.ID)
	if err == nil {
		t.Error("another business was given a quote")
	}
}

func TestTheWindowEndsWithTheMerchantsEndAction(t *testing.T) {
	t.Parallel()
	for action, want := range map[merchant.EndAction]billing.Status{
		merchant.EndStay: billing.StatusOnHold, merchant.EndCancel: billing.StatusCancelled,
	} {
		w := lifecycletest.New(t)
		w.SetRecovery(func(r *merchant.Recovery) { r.EndAction = action })
		s := w.OnHold()
		w.Advance(31 * 24 * time.Hour)
		if got := w.Sub(s.ID); got.Status != want {
			t.Errorf("%s: %s, want %s", action, got.Status, want)
		}
		if action == merchant.EndStay {
			if got, err := w.Pay(s.ID, "visa_ok"); err != nil || got.Subscription.Status != billing.StatusActive {
				t.Errorf("paying after the window: %v, %v", got.Subscription.Status, err)
			}
		}
		w.Reconcile()
	}
}

func TestRule9TechnicalDeclinesKeepAccessForADay(t *testing.T) {
	t.Parallel()
	w := lifecycletest.New(t)
	s := w.Active("visa_ok")
	w.Gateway.Program(s.Method.Reference, gatewaytest.Decline("issuer_not_available"))
	w.AdvanceTo(s.Period.End.Add(23 * time.Hour))
	if got := w.Sub(s.ID); got.Status != billing.StatusActive || got.Failure.At.IsZero() {
		t.Errorf("within a day of technical trouble: %s", got.Status)
	}
	w.Advance(2 * time.Hour)
	if got := w.Sub(s.ID); got.Status != billing.StatusOnHold {
		t.Errorf("after a day of it: %s", got.Status)
	}
	w.Reconcile()
}

// R309: a failed renewal is tried again without anybody asking.
func TestAnAutomaticRetryReactivates(t *testing.T) {
	t.Parallel()
	w := lifecycletest.New(t)
	s := w.Active("visa_ok")
	w.Gateway.Program(s.Method.Reference, gatewaytest.Decline("insufficient_funds"), gatewaytest.Succeed())
	w.AdvanceTo(s.Period.End)
	if got := w.Sub(s.ID); got.Status != billing.StatusOnHold {
		t.Fatalf("declined: %s", got.Status)
	}
	w.Advance(25 * time.Hour)
	if got := w.Sub(s.ID); got.Status != billing.StatusActive {
		t.Errorf("after the retry: %s", got.Status)
	}
	if !slices.Contains(lastEvents(w), billing.EventSubscriptionActive) {
		t.Errorf("events of the retry: %v", lastEvents(w))
	}
	w.Reconcile()
}
