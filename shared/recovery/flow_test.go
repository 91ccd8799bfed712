package recovery_test

import (
	"testing"

	"perennial/shared/billing"
	"perennial/shared/lifecycle/lifecycletest"
	"perennial/shared/recovery"
)

// task does one step of the hold's flow.
func task(t *testing.T, w *lifecycletest.World, s billing.Subscription, step recovery.Step, run int) recovery.Outcome {
	t.Helper()
	got, err := w.Recovery.Perform(t.Context(), recovery.Task{
		Step: step, Scope: w.Scope, Subscription: s.ID, Epoch: s.HoldEpoch, Run: run, Token: "token of " + string(step),
	})
	if err != nil {
		t.Fatal(err)
	}
	return got.Outcome
}

func TestTheFlowSeesWhatTheConfirmingRequestDid(t *testing.T) {
	t.Parallel()
	w := lifecycletest.New(t)
	s := w.OnHold()
	steps := []struct {
		card string
		step recovery.Step
		want recovery.Outcome
	}{
		{"", recovery.StepAnnounce, recovery.OutcomeWait},
		{"", recovery.StepWait, recovery.OutcomeWait},
		{"", recovery.StepCharge, recovery.OutcomeWait},
		{"decline_on_charge", recovery.StepCharge, recovery.OutcomeDeclined},
		{"authenticate_always", recovery.StepCharge, recovery.OutcomeAction},
		{"visa_ok", recovery.StepCharge, recovery.OutcomePaid},
		{"", recovery.StepReactivate, recovery.OutcomeDone},
	}
	for _, c := range steps {
		if c.card != "" {
			if _, err := w.Pay(s.ID, c.card); err != nil {
				t.Fatal(err)
			}
		}
		if got := task(t, w, s, c.step, 1); got != c.want {
			t.Errorf("%s after %q: %s, want %s", c.step, c.card, got, c.want)
		}
	}
	if hold := w.Hold(s); hold.Flow != billing.FlowDone || hold.Token != "" {
		t.Errorf("after the flow: %+v", hold)
	}
	if want := []recovery.Outcome{recovery.OutcomeCharge, recovery.OutcomeAction, recovery.OutcomePaid}; len(w.Flow.Answers) != len(want) {
		t.Errorf("the flow was told %v, want %v", w.Flow.Answers, want)
	}
	w.Reconcile()
}

func TestTheNoticeOfAHoldIsCommittedOnce(t *testing.T) {
	t.Parallel()
	w := lifecycletest.New(t)
	s := w.OnHold()
	for range 3 {
		task(t, w, s, recovery.StepAnnounce, 1)
	}
	notices := 0
	for _, e := range w.Store.Events() {
		if e.Type == billing.EventNotice {
			notices++
		}
	}
	if notices != 1 {
		t.Errorf("%d notices of one hold", notices)
	}
}

func TestATokenThatComesAfterThePaymentIsAnsweredAtOnce(t *testing.T) {
	t.Parallel()
	w := lifecycletest.New(t)
	s := w.OnHold()
	if _, err := w.Pay(s.ID, "visa_ok"); err != nil {
		t.Fatal(err)
	}
	task(t, w, s, recovery.StepWait, 1)
	if n := len(w.Flow.Answers); n != 1 || w.Flow.Answers[0] != recovery.OutcomePaid {
		t.Errorf("the late token was answered %v", w.Flow.Answers)
	}
}

func TestTasksOfAnOlderRunExit(t *testing.T) {
	t.Parallel()
	w := lifecycletest.New(t)
	s := w.OnHold()
	hold := w.Hold(s)
	hold.Run = 2
	w.Put(hold)
	for _, step := range []recovery.Step{recovery.StepAnnounce, recovery.StepCharge, recovery.StepExpire, recovery.StepReactivate} {
		if got := task(t, w, s, step, 1); got != recovery.OutcomeEnded {
			t.Errorf("%s of run 1: %s", step, got)
		}
	}
	if w.Hold(s).Flow != billing.FlowRunning {
		t.Error("a task of an older run ended the flow")
	}
}
