package wire_test

import (
	"encoding/json"
	"strings"
	"testing"

	"perennial/shared/billing"
	"perennial/shared/dunning"
	"perennial/shared/lifecycle"
	"perennial/shared/lifecycle/lifecycletest"
	"perennial/shared/record"
	"perennial/shared/register"
	"perennial/shared/wire"
)

// told are the bodies of all webhooks of a type.
func told(t *testing.T, w *lifecycletest.World, kind billing.EventType) []map[string]any {
	t.Helper()
	var all []map[string]any
	for _, o := range w.Store.Outboxes() {
		for i, e := range o.Events {
			if e.Type != kind {
				continue
			}
			raw, err := wire.Event(o, i)
			if err != nil {
				t.Fatal(err)
			}
			var body struct{ Data map[string]any }
			if err := json.Unmarshal(raw, &body); err != nil {
				t.Fatal(err)
			}
			all = append(all, body.Data)
		}
	}
	return all
}

func TestDunningIsToldWhenItStartsAndWhenItWorked(t *testing.T) {
	t.Parallel()
	w := lifecycletest.New(t)
	s := w.OnHold()
	if _, err := w.Pay(s.ID, "visa_ok"); err != nil {
		t.Fatal(err)
	}
	for kind, status := range map[billing.EventType]string{billing.EventDunningStarted: "recovering", billing.EventDunningDone: "recovered"} {
		got := told(t, w, kind)
		if len(got) != 1 || got[0]["status"] != status || got[0]["trigger_state"] != "on_hold" || got[0]["subscription_id"] != s.ID ||
			got[0]["payment_id"] == nil || got[0]["brand_id"] != "bus_1" {
			t.Errorf("%s: %v", kind, got)
		}
	}
}

// R210, R211, R212: why somebody left is kept and told, of trials by an event
// of their own.
func TestWhyACustomerLeftIsTold(t *testing.T) {
	t.Parallel()
	for _, feedback := range billing.Feedbacks {
		for _, trial := range []int{0, 14} {
			w := lifecycletest.New(t)
			w.Product.Version, w.Product.Price.TrialDays = 1, trial
			w.Put(w.Product)
			s := w.Active("visa_ok")
			if _, err := w.Life.Cancel(t.Context(), lifecycle.Cancel{
				Scope: w.Scope, Actor: record.System, Subscription: s.ID, Mode: lifecycle.CancelNow,
				Particulars: billing.Cancellation{Feedback: feedback, Comment: "we moved on"},
			}); err != nil {
				t.Fatal(err)
			}
			kinds := map[billing.EventType]int{billing.EventSubscriptionCanceled: 1, billing.EventTrialCancelled: min(trial, 1)}
			for kind, want := range kinds {
				got := told(t, w, kind)
				if len(got) != want {
					t.Fatalf("%s of a trial of %d days: %v", kind, trial, got)
				}
				if want == 1 && (got[0]["cancellation_feedback"] != feedback || got[0]["cancellation_comment"] != "we moved on") {
					t.Errorf("%s: %v", kind, got[0])
				}
			}
		}
	}
}

// A group of which nothing was recovered has an interval that begins at nought,
// not at what is left of a subtraction.
func TestSharesAreRoundedToFourDecimals(t *testing.T) {
	t.Parallel()
	for failures := 1; failures <= 60; failures++ {
		groups := map[billing.Pacing]dunning.Group{
			billing.PacingSmart: {Failures: failures}, billing.PacingHoldout: {Failures: 7, Recovered: 2},
		}
		raw, err := json.Marshal(wire.ToUplift(register.Uplift{Groups: groups}))
		if err != nil {
			t.Fatal(err)
		}
		if text := string(raw); strings.Contains(text, "e-") || strings.Contains(text, ":-0,") || !strings.Contains(text, `"estimate":0,"low":0,`) {
			t.Fatalf("%d failures: %s", failures, raw)
		}
	}
	half := wire.ToUplift(register.Uplift{Groups: map[billing.Pacing]dunning.Group{billing.PacingSmart: {Failures: 3, Recovered: 2}}})
	if got := half.Groups[0].Share.Estimate; got != 0.6667 {
		t.Errorf("two of three are %v", got)
	}
}

// After a decline that is not retried, the end of the window ends no retries.
func TestTheEndOfAWindowClaimsNoRetry(t *testing.T) {
	t.Parallel()
	got := wire.ToRecoveryTimeline("sub_1", dunning.Timeline{Next: []dunning.Coming{{At: end, Kind: dunning.ComingClosed}}})
	if text := got.Upcoming[0].Message; strings.Contains(text, "has been made") || !strings.Contains(text, "stays on hold") {
		t.Error(text)
	}
}
