package asl

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"
)

const (
	maxPayload = 262_144 // characters of any input or output
	maxEvents  = 25_000  // in the history of one execution
)

// Host is what an execution needs from outside.
type Host interface {
	// Invoke calls the function and returns its answer. A *TaskError is the
	// function's or Lambda's own error; any other error means that no answer
	// came.
	Invoke(ctx context.Context, function string, payload []byte) ([]byte, error)
	Now() time.Time
	After(d time.Duration) <-chan time.Time
}

// Saver is a Host that wants to keep executions: it is told before each
// invocation, and whenever an execution comes to rest.
type Saver interface {
	Save(e *Execution)
}

// Execution is one run of a machine. Step and Run belong to one goroutine;
// everything else may be called from anywhere, also from inside Invoke.
type Execution struct {
	machine *Machine
	nudge   chan struct{}

	mu sync.Mutex
	s  Snapshot
}

// NewExecution starts an execution at its first state, without running it. It
// answers ErrInvalidName or ErrInvalidExecutionInput.
func (m *Machine) NewExecution(name string, input []byte, now time.Time) (*Execution, error) {
	if !validName(name) {
		return nil, fmt.Errorf("%w: %q", ErrInvalidName, name)
	}
	if !json.Valid(input) || len(input) > maxPayload {
		return nil, ErrInvalidExecutionInput
	}
	e := &Execution{machine: m, nudge: make(chan struct{}, 1)}
	e.s = Snapshot{V: 1, Name: name, Input: slices.Clone(input), Status: StatusRunning, Started: now}
	e.record(Event{Time: now, Type: "ExecutionStarted", Data: e.s.Input})
	e.enter(now, m.startAt, e.s.Input)
	return e, nil
}

// validName knows the rule for execution names: 1 to 80 characters, no space,
// bracket, wildcard, control or special character.
func validName(name string) bool {
	if name == "" || len([]rune(name)) > 80 {
		return false
	}
	for _, r := range name {
		if r <= ' ' || (r >= 0x7f && r <= 0x9f) || strings.ContainsRune("<>{}[]?*\"#%\\^|~`$&,;:/", r) {
			return false
		}
	}
	return true
}

// ARN returns the execution's id.
func (e *Execution) ARN() string { return e.machine.ExecutionARN(e.s.Name) }

// Status returns the execution's status.
func (e *Execution) Status() Status {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.s.Status
}

// Run drives the execution until it is closed or the context ends; its error
// is the context's.
func (e *Execution) Run(ctx context.Context, host Host) error {
	for {
		until, err := e.Step(ctx, host)
		if err != nil || until.IsZero() {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-e.nudge:
		case <-host.After(until.Sub(host.Now())):
		}
	}
}

// Step goes as far as it can without letting time pass, and returns the
// instant at which the execution goes on by itself, zero when it is closed.
// An answer to its token lets it go on earlier.
func (e *Execution) Step(ctx context.Context, host Host) (time.Time, error) {
	for ctx.Err() == nil {
		e.mu.Lock()
		next := e.advance(host.Now())
		until := e.s.At.Until
		if e.s.Status != StatusRunning {
			until = time.Time{}
		}
		e.mu.Unlock()
		if saver, ok := host.(Saver); ok {
			saver.Save(e)
		}
		if next == nil {
			return until, nil
		}
		result, err := next.invoke(ctx, host)
		if ctx.Err() != nil {
			break
		}
		e.mu.Lock()
		e.called(host.Now(), result, err)
		e.mu.Unlock()
	}
	return time.Time{}, ctx.Err()
}

// Abort closes a running execution as StopExecution does.
func (e *Execution) Abort(now time.Time, name, cause string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.s.Status == StatusRunning {
		e.close(now, StatusAborted, nil, &TaskError{name, cause})
		e.wake()
	}
}

func (e *Execution) wake() {
	select {
	case e.nudge <- struct{}{}:
	default: // a wake-up is already waiting
	}
}
