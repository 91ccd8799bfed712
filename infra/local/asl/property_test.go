package asl_test

import (
	"encoding/json"
	"errors"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"perennial/infra/local/asl"
)

// TestEveryInterleavingEndsOnce plays payments, declines, challenges, lost and
// repeated and late answers, failing workers, restarts and repeated starts in
// any order, then lets time run out.
func TestEveryInterleavingEndsOnce(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		h := newHold(t)
		h.floors = rapid.Bool().Draw(t, "the function rounds down")
		h.windowEnd = h.windowEnd.Add(time.Duration(rapid.IntRange(0, 999).Draw(t, "milliseconds")) * time.Millisecond)
		actions := rapid.SampledFrom([]string{"pay", "replace", "old token", "time", "restart", "start again", "give up"})
		for range rapid.IntRange(0, 12).Draw(t, "actions") {
			h.planSome(t)
			h.act(t, actions.Draw(t, "action"))
			h.advance(t)
		}
		h.planSome(t)
		h.finish(t)
		h.check(t)
	})
}

func (h *hold) planSome(t *rapid.T) {
	faults := rapid.SampledFrom([]string{"", "", "", "refused", "lost", "error", "twice"})
	interrupts := rapid.SampledFrom([]string{"", "", "", "paid", "declined", "action_needed"})
	h.plans = nil
	for range rapid.IntRange(0, 4).Draw(t, "plans") {
		next := plan{fault: faults.Draw(t, "fault")}
		if outcome := interrupts.Draw(t, "meanwhile"); outcome != "" {
			next.before = func() { h.pay(outcome, 1) }
		}
		h.plans = append(h.plans, next)
	}
}

func (h *hold) act(t *rapid.T, action string) {
	outcome := rapid.SampledFrom([]string{"paid", "declined", "action_needed"})
	switch action {
	case "pay":
		h.pay(outcome.Draw(t, "outcome"), rapid.IntRange(0, 2).Draw(t, "sends"))
	case "replace":
		h.replaceMethod(outcome.Draw(t, "outcome"))
	case "old token":
		h.sendOld(t)
	case "time":
		h.pass(t, time.Duration(rapid.Int64Range(0, int64(40*24*time.Hour)).Draw(t, "time")))
	case "restart":
		h.restart(t)
	case "start again":
		h.start(t)
	case "give up":
		h.execution.Abort(h.clock.Now(), "", "stopped by an operator")
		h.repair(t)
	}
}

// sendOld answers a token other than the one that waits; it never counts.
func (h *hold) sendOld(t *rapid.T) {
	waiting := h.execution.Snapshot().At.Token
	old := slices.DeleteFunc(slices.Clone(h.tokens), func(token string) bool { return token == waiting })
	if len(old) == 0 {
		return
	}
	token := rapid.SampledFrom(old).Draw(t, "token")
	if err := h.send(token, "paid"); !errors.Is(err, asl.ErrTaskTimedOut) {
		t.Fatalf("an old token was answered with %v", err)
	}
}

// restart forgets everything but the JSON of the executions.
func (h *hold) restart(t *rapid.T) {
	book := asl.NewBook(h.machine)
	for _, execution := range h.book.All() {
		data, err := json.Marshal(execution.Snapshot())
		if err != nil {
			t.Fatal(err)
		}
		var s asl.Snapshot
		if err := json.Unmarshal(data, &s); err != nil {
			t.Fatal(err)
		}
		restored, err := book.Restore(s)
		if err != nil {
			t.Fatal(err)
		}
		if execution == h.execution {
			h.execution = restored
		}
	}
	h.book = book
}

func (h *hold) check(t *rapid.T) {
	if h.paid == h.expired {
		t.Fatalf("paid %t and expired %t", h.paid, h.expired)
	}
	if !h.done {
		t.Fatal("the execution is done and the hold says that its flow runs")
	}
	if h.paid != (h.notices["reactivated"] == 1) {
		t.Fatalf("paid %t, notices %v", h.paid, h.notices)
	}
	states := h.statesEntered()
	if states[len(states)-1] != "Done" {
		t.Fatalf("ends in %q", states)
	}
}
