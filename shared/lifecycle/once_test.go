package lifecycle_test

import (
	"context"
	"testing"
	"time"

	"perennial/shared/billing"
	"perennial/shared/gateway"
	"perennial/shared/gateway/gatewaytest"
	"perennial/shared/lifecycle"
	"perennial/shared/lifecycle/lifecycletest"
	"perennial/shared/merchant"
	"perennial/shared/record"
	"perennial/shared/recovery"
)

func TestAProcessingPaymentIsToldOnce(t *testing.T) {
	t.Parallel()
	w := lifecycletest.New(t)
	s := w.Active("visa_ok")
	w.Gateway.Program(s.Method.Reference, gatewaytest.Processing(gatewaytest.Succeed()))
	w.AdvanceTo(s.Period.End)
	for range 96 {
		w.Clock.Advance(15 * time.Minute)
		if err := w.Collect(s.ID); err != nil {
			t.Fatal(err)
		}
	}
	if n := events(w, billing.EventPaymentProcessing); n != 1 {
		t.Errorf("%d payment.processing events in a day", n)
	}
}

func TestAChallengeIsToldOnce(t *testing.T) {
	t.Parallel()
	w := lifecycletest.New(t)
	s := w.OnHold()
	first := true
	w.Store.Before = func(c record.Commit) error {
		for _, e := range c.Events {
			if e.Type == billing.EventActionRequired && first {
				first = false
				if _, err := w.Recovery.Finish(t.Context(), w.Scope, s.ID); err != nil {
					t.Error(err)
				}
			}
		}
		return nil
	}
	r, err := w.Pay(s.ID, "authenticate_always")
	if err != nil || r.ActionURL == "" {
		t.Fatalf("no challenge: %+v, %v", r, err)
	}
	if n := events(w, billing.EventActionRequired); n != 1 {
		t.Errorf("%d payment.action_required events", n)
	}
}

// asking is a gateway that asks for authentication although nobody is there.
type asking struct{ *gatewaytest.Fake }

func (a asking) Confirm(_ context.Context, _ gateway.Account, i gateway.Intent, _ string) (gateway.Outcome, error) {
	return gateway.Outcome{Intent: i, State: gateway.StateActionNeeded, ActionURL: "https://bank.example"}, nil
}

func TestAChallengeThatNobodyCanAnswerIsADecline(t *testing.T) {
	t.Parallel()
	w := lifecycletest.New(t)
	s := w.Active("visa_ok")
	w.Charging.Gateway = asking{w.Gateway}
	w.AdvanceTo(s.Period.End)
	got := w.Sub(s.ID)
	if got.Lock.Set() || got.Status != billing.StatusActive || got.Failure.Decline.Class != billing.ClassAuthentication {
		t.Errorf("%s %+v, lock %q", got.Status, got.Failure, got.Lock.State)
	}
	w.Charging.Gateway = w.Gateway
	w.Advance(day + time.Minute)
	if got := w.Sub(s.ID); got.Status != billing.StatusOnHold || events(w, billing.EventActionRequired) != 0 {
		t.Errorf("unanswered for a day: %s", got.Status)
	}
	w.Reconcile()
}

func TestAWindowThatEndsDuringAPaymentWaitsForIt(t *testing.T) {
	t.Parallel()
	w := lifecycletest.New(t)
	s := w.OnHold()
	if _, err := w.Pay(s.ID, "authenticate_always"); err != nil {
		t.Fatal(err)
	}
	h := w.Hold(s)
	state := w.State()
	state.Clock = merchant.Clock{Frozen: h.WindowEnds}
	w.Put(state)
	due := record.DueItem{Scope: w.Scope, Ref: record.RefOf[billing.Hold](h.ID()), Due: h.WindowEnds}
	if err := w.Life.Perform(t.Context(), due); err != nil || !w.Hold(s).Open() {
		t.Errorf("during a payment: verdict %q, %v", w.Hold(s).Verdict, err)
	}
	w.Clock.Advance(16 * time.Minute)
	if err := w.Collect(s.ID); err != nil {
		t.Fatal(err)
	}
	if err := w.Life.Perform(t.Context(), due); err != nil || w.Hold(s).Verdict != billing.VerdictEnded {
		t.Errorf("after it: verdict %q, %v", w.Hold(s).Verdict, err)
	}
	w.Reconcile()
}

func TestAHoldThatEndedUnpaidHasItsFlowDone(t *testing.T) {
	t.Parallel()
	for _, how := range []string{"the window ends", "the flow ends the window", "cancelled"} {
		w := lifecycletest.New(t)
		s := w.OnHold()
		h := w.Hold(s)
		task := recovery.Task{Step: recovery.StepWait, Scope: w.Scope, Subscription: s.ID, Epoch: h.Epoch, Run: h.Run, Token: "tok"}
		if _, err := w.Recovery.Perform(t.Context(), task); err != nil {
			t.Fatal(err)
		}
		end := task
		end.Step, end.Token = recovery.StepExpire, ""
		switch how {
		case "the window ends":
			w.AdvanceTo(h.WindowEnds)
			if len(w.Flow.Answers) != 1 || w.Flow.Answers[0] != recovery.OutcomeEnded {
				t.Errorf("%s: the flow was told %v", how, w.Flow.Answers)
			}
		case "the flow ends the window":
			state := w.State()
			state.Clock = merchant.Clock{Frozen: h.WindowEnds}
			w.Put(state)
		case "cancelled":
			cancel(w, s.ID, lifecycle.CancelNow)
		}
		if how != "the window ends" { // the definition sends whatever ended there
			if got, err := w.Recovery.Perform(t.Context(), end); err != nil || got.Outcome != recovery.OutcomeEnded {
				t.Errorf("%s: %+v, %v", how, got, err)
			}
		}
		if got := w.Hold(w.Sub(s.ID)); got.Flow != billing.FlowDone || got.Verdict != billing.VerdictEnded {
			t.Errorf("%s: verdict %s, flow %s", how, got.Verdict, got.Flow)
		}
	}
}
