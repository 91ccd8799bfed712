package asl

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"
)

// Status is the state of an execution as DescribeExecution names it.
type Status string

// The statuses an execution can have.
const (
	StatusRunning   Status = "RUNNING"
	StatusSucceeded Status = "SUCCEEDED"
	StatusFailed    Status = "FAILED"
	StatusAborted   Status = "ABORTED"
)

// Event is one entry of the history. Types are those of GetExecutionHistory.
type Event struct {
	ID    int             `json:"id"`
	Time  time.Time       `json:"time"`
	Type  string          `json:"type"`
	State string          `json:"state,omitempty"`
	Data  json.RawMessage `json:"data,omitempty"` // input, output or payload
	Error string          `json:"error,omitempty"`
	Cause string          `json:"cause,omitempty"`
}

// Snapshot is everything that an execution is between two steps.
type Snapshot struct {
	V       int             `json:"v"` // 1
	Name    string          `json:"name"`
	Input   json.RawMessage `json:"input"`
	Status  Status          `json:"status"`
	Started time.Time       `json:"started"`
	Stopped time.Time       `json:"stopped,omitzero"`
	Output  json.RawMessage `json:"output,omitempty"`
	Error   string          `json:"error,omitempty"`
	Cause   string          `json:"cause,omitempty"`
	At      Position        `json:"at"`
	Tokens  int             `json:"tokens"` // task tokens given out so far
	Events  []Event         `json:"events"`
}

// phase is how far the current state has come.
type phase string

const (
	phaseReady phase = "ready" // entered, or a retry is due
	phaseCall  phase = "call"  // the function is being invoked
	phaseToken phase = "token" // waiting for SendTask*
	phaseRetry phase = "retry" // waiting before a retry
	phasePause phase = "pause" // inside a Wait state
)

// Position is where a running execution stands.
type Position struct {
	State   string          `json:"state"`
	Input   json.RawMessage `json:"input"`
	Entered time.Time       `json:"entered"`
	Phase   phase           `json:"phase"`
	Until   time.Time       `json:"until,omitzero"` // timeout of the task, end of the delay or pause
	Retries []int           `json:"retries,omitempty"`
	Token   string          `json:"token,omitempty"`
	Answer  *Answer         `json:"answer,omitempty"`
}

// Answer is what SendTaskSuccess or SendTaskFailure said, until the execution
// goes on with it.
type Answer struct {
	Output json.RawMessage `json:"output,omitempty"` // nil for a failure
	Error  string          `json:"error,omitempty"`
	Cause  string          `json:"cause,omitempty"`
}

// Snapshot returns a copy of the execution as it stands, ready for JSON.
func (e *Execution) Snapshot() Snapshot {
	e.mu.Lock()
	defer e.mu.Unlock()
	s := e.s
	s.Events = slices.Clone(s.Events)
	s.At.Retries = slices.Clone(s.At.Retries)
	return s
}

// Resume continues an execution from a snapshot. Deadlines are instants, so
// time that passed in between has passed. It refuses a snapshot whose state
// the machine does not have.
func (m *Machine) Resume(s Snapshot) (*Execution, error) {
	if s.V != 1 {
		return nil, fmt.Errorf("resume %s: snapshot version %d", s.Name, s.V)
	}
	if s.Status == StatusRunning && m.states[s.At.State] == nil {
		return nil, fmt.Errorf("resume %s: no state %q", s.Name, s.At.State)
	}
	return &Execution{machine: m, s: s, nudge: make(chan struct{}, 1)}, nil
}
