package asl_test

import (
	"errors"
	"os"
	"os/exec"
	"slices"
	"testing"
	"time"

	"perennial/infra/local/asl"
	"perennial/infra/topology"
)

const (
	definitionFile = "../../holdflow.asl.json"
	functionARN    = "arn:aws:lambda:us-east-1:000000000000:function:" + topology.FlowFunction
)

var start = time.Date(2026, 3, 31, 9, 0, 0, 0, time.UTC)

func holdflow(t interface {
	Helper()
	Fatal(...any)
}) *asl.Machine {
	t.Helper()
	definition, err := os.ReadFile(definitionFile)
	if err != nil {
		t.Fatal(err)
	}
	machine, err := asl.Parse(definition, map[string]string{"HoldFlowFunctionArn": functionARN})
	if err != nil {
		t.Fatal(err)
	}
	return machine
}

func TestAWSValidatorAcceptsTheDefinition(t *testing.T) {
	t.Parallel()
	const validator = "../../node_modules/.bin/asl-validator"
	if _, err := os.Stat(validator); err != nil {
		t.Fatalf("asl-validator is missing (%v): run `npm ci --prefix infra` first", err)
	}
	out, err := exec.CommandContext(t.Context(), validator, "--json-path", definitionFile).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
}

func TestDefinitionNeedsTheFunction(t *testing.T) {
	t.Parallel()
	definition, err := os.ReadFile(definitionFile)
	if err != nil {
		t.Fatal(err)
	}
	var problems *asl.LoadError
	if _, err := asl.Parse(definition, nil); !errors.As(err, &problems) {
		t.Fatalf("a definition without its function was accepted: %v", err)
	}
}

// story is one hold from its first day, told by what the customer does.
type story struct {
	name   string
	live   func(t *testing.T, h *hold)
	states []string
	paid   bool
	after  time.Duration
}

func TestHoldStories(t *testing.T) {
	t.Parallel()
	stories := []story{{
		name:   "nobody pays for thirty days",
		live:   func(*testing.T, *hold) {},
		states: []string{"Announce", "WaitForMethod", "Expire", "Done"},
		after:  30 * 24 * time.Hour,
	}, {
		name: "the merchant cancels on day two",
		live: func(t *testing.T, h *hold) {
			h.pass(t, 48*time.Hour)
			h.version++
			h.expired = true
			if err := h.send(h.token, "ended"); err != nil {
				t.Fatal(err)
			}
		},
		states: []string{"Announce", "WaitForMethod", "Expire", "Done"},
		after:  48 * time.Hour,
	}, {
		name: "the wait ends a fraction of a second before the window",
		live: func(_ *testing.T, h *hold) {
			h.floors, h.windowEnd = true, h.windowEnd.Add(500*time.Millisecond)
		},
		states: []string{"Announce", "WaitForMethod", "Expire", "Pause", "Expire", "Done"},
		after:  30*24*time.Hour + time.Minute,
	}, {
		name: "paid by hand on day two",
		live: func(t *testing.T, h *hold) {
			h.pass(t, 48*time.Hour)
			h.pay("paid", 1)
		},
		states: []string{"Announce", "WaitForMethod", "Reactivate", "Done"},
		paid:   true,
		after:  48 * time.Hour,
	}, {
		name: "paid on day two, the token's answer is lost",
		live: func(t *testing.T, h *hold) {
			h.pass(t, 48*time.Hour)
			h.pay("paid", 0)
		},
		states: []string{"Announce", "WaitForMethod", "Expire", "Reactivate", "Done"},
		paid:   true,
		after:  30 * 24 * time.Hour,
	}, {
		name: "paid while the token was being stored",
		live: func(t *testing.T, h *hold) {
			h.plans = []plan{{}, {before: func() { h.pay("paid", 0) }}}
			h.pass(t, 0)
		},
		states: []string{"Announce", "WaitForMethod", "Reactivate", "Done"},
		paid:   true,
	}, {
		name: "new card declined, the next one pays",
		live: func(t *testing.T, h *hold) {
			h.pass(t, 24*time.Hour)
			h.replaceMethod("declined")
			h.pass(t, 24*time.Hour)
			h.replaceMethod("paid")
		},
		states: []string{"Announce", "WaitForMethod", "ChargeDues", "AnnounceDeclined", "WaitForMethod", "ChargeDues", "Reactivate", "Done"},
		paid:   true,
		after:  48 * time.Hour,
	}, {
		name: "the bank asks and the customer never answers",
		live: func(t *testing.T, h *hold) {
			h.pass(t, time.Hour)
			h.pay("action_needed", 1)
		},
		states: []string{"Announce", "WaitForMethod", "WaitForAuthentication", "ChargeDues", "WaitForMethod", "Expire", "Done"},
		after:  30 * 24 * time.Hour,
	}, {
		name: "the bank asks and the customer answers",
		live: func(t *testing.T, h *hold) {
			h.pass(t, time.Hour)
			h.pay("action_needed", 1)
			h.pass(t, time.Hour)
			h.pay("paid", 1)
		},
		states: []string{"Announce", "WaitForMethod", "WaitForAuthentication", "ChargeDues", "Reactivate", "Done"},
		paid:   true,
		after:  2 * time.Hour,
	}}
	for _, s := range stories {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			s.check(t)
		})
	}
}

func (s story) check(t *testing.T) {
	h := newHold(t)
	s.live(t, h)
	h.finish(t)
	entered := slices.DeleteFunc(h.statesEntered(), func(name string) bool {
		return slices.Contains([]string{"IsStillOnHold", "WhatHappened", "IsPaid", "IsOver"}, name)
	})
	if !slices.Equal(entered, s.states) {
		t.Errorf("states %q, want %q", entered, s.states)
	}
	if h.paid != s.paid || h.expired == s.paid {
		t.Errorf("paid %t and expired %t, want paid %t and not both", h.paid, h.expired, s.paid)
	}
	if !h.done {
		t.Error("the flow has ended and the hold does not know")
	}
	if got := h.clock.Now().Sub(start); got != s.after {
		t.Errorf("closed after %s, want %s", got, s.after)
	}
}

func TestFunctionThatNeverWorksNeedsRepair(t *testing.T) {
	t.Parallel()
	for _, fault := range []string{"refused", "lost", "error"} {
		t.Run(fault, func(t *testing.T) {
			t.Parallel()
			h := newHold(t)
			h.broken = fault
			h.pass(t, 24*time.Hour)
			s := h.execution.Snapshot()
			if s.Status != asl.StatusFailed || s.Error != "HoldFlow.NeedsRepair" || s.Cause == "" {
				t.Fatalf("status %s, error %q: %s", s.Status, s.Error, s.Cause)
			}
			if took := s.Stopped.Sub(start); took < 20*time.Minute || took > 10*time.Hour {
				t.Errorf("gave up after %s", took)
			}
			h.broken = ""
			h.repair(t)
			h.pass(t, 0)
			h.pay("paid", 1)
			h.finish(t)
			if !h.paid || h.expired || h.run != 2 {
				t.Errorf("after the repair: paid %t, expired %t, run %d", h.paid, h.expired, h.run)
			}
		})
	}
}
