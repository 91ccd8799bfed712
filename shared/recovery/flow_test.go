package recovery_test

import (
	"testing"
	"time"

	"perennial/shared/billing"
	"perennial/shared/lifecycle/lifecycletest"
	"perennial/shared/record"
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

func notices(w *lifecycletest.World) int {
	n := 0
	for _, e := range w.Store.Events() {
		if e.Type == billing.EventNotice {
			n++
		}
	}
	return n
}

// Rules 21: the workflow and the due entry of the subscription may both come,
// in any order, and the hold is announced once.
func TestAHoldIsAnnouncedOnceByWhoeverComesFirst(t *testing.T) {
	t.Parallel()
	for name, first := range map[string]func(*lifecycletest.World, billing.Subscription){
		"the workflow": func(w *lifecycletest.World, s billing.Subscription) { task(t, w, s, recovery.StepAnnounce, 1) },
		"the due entry": func(w *lifecycletest.World, s billing.Subscription) {
			if err := w.Collect(s.ID); err != nil {
				t.Fatal(err)
			}
		},
	} {
		w := lifecycletest.New(t)
		s := w.FreshHold()
		first(w, s)
		for range 2 {
			task(t, w, s, recovery.StepAnnounce, 1)
		}
		w.Advance(time.Hour)
		if n := notices(w); n != 1 {
			t.Errorf("%s first: %d notices of one hold", name, n)
		}
		if sent := w.Sub(s.ID).Mails.Sent; len(sent) != 1 || sent[0] != "on_hold_0" {
			t.Errorf("%s first: its campaign has sent %v", name, sent)
		}
	}
}

// A hold that was announced before announcements were steps of the sequence
// is not announced again, and its reminders follow.
func TestAHoldThatWasAnnouncedOtherwiseIsNotAnnouncedAgain(t *testing.T) {
	t.Parallel()
	w := lifecycletest.New(t)
	s := w.FreshHold()
	err := w.Store.Commit(t.Context(), record.Commit{
		Scope: w.Scope, Actor: record.System, Cause: "hold announced", Claims: []record.Claim{{Key: "notice#" + billing.HoldID(s.ID, 1) + "#on_hold"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	task(t, w, s, recovery.StepAnnounce, 1)
	w.Advance(4 * 24 * time.Hour)
	if n := notices(w); n != 0 {
		t.Errorf("%d notices more", n)
	}
	if sent := w.Sub(s.ID).Mails.Sent; len(sent) != 2 || sent[1] != "on_hold_1" {
		t.Errorf("its campaign has sent %v", sent)
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
