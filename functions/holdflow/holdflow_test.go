package main

import (
	"context"
	"encoding/json"
	"os"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"perennial/shared/merchant"
	"perennial/shared/recovery"
)

type steps struct {
	got  recovery.Task
	wait time.Duration
}

func (s *steps) Perform(_ context.Context, t recovery.Task) (recovery.Answer, error) {
	s.got = t
	return recovery.Answer{Outcome: recovery.OutcomeWait, Wait: s.wait}, nil
}

func announce(t *testing.T) event {
	t.Helper()
	raw, err := os.ReadFile("../../events/holdflow-announce.json")
	if err != nil {
		t.Fatal(err)
	}
	var e event
	if err := json.Unmarshal(raw, &e); err != nil {
		t.Fatal(err)
	}
	return e
}

func TestTheFlowsTaskReachesTheUseCase(t *testing.T) {
	t.Parallel()
	s := &steps{wait: 90*time.Second + time.Millisecond}
	got, err := invoke(s)(t.Context(), announce(t))
	if err != nil || got != (answer{Outcome: "wait", WaitSeconds: 91}) {
		t.Errorf("answer %+v, %v", got, err)
	}
	want := recovery.Task{
		Step: recovery.StepAnnounce, Scope: merchant.Scope{Business: "bus_1", Mode: merchant.Test},
		Subscription: "sub_1", Epoch: 3, Run: 1,
	}
	if diff := cmp.Diff(want, s.got); diff != "" {
		t.Error(diff)
	}
}

func TestAFlowOfAnotherSchemaIsRefused(t *testing.T) {
	t.Parallel()
	e := announce(t)
	e.Flow.Schema = 2
	if _, err := invoke(&steps{})(t.Context(), e); err == nil {
		t.Error("an unknown schema was taken for ours")
	}
}

func TestWaitsAreWholeSecondsAndNeverSpin(t *testing.T) {
	t.Parallel()
	for wait, want := range map[time.Duration]int64{
		0: 0, -time.Hour: 0, time.Millisecond: 60, 2 * time.Minute: 120, 100000 * time.Hour: longestWait,
	} {
		if got := seconds(wait); got != want {
			t.Errorf("%v is %d s, want %d", wait, got, want)
		}
	}
}
