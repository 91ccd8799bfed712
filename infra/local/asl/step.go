package asl

import (
	"encoding/json"
	"fmt"
	"time"
)

// advance moves the execution until it is closed, waits for something, or
// needs a function, which it returns.
func (e *Execution) advance(now time.Time) *call {
	for e.s.Status == StatusRunning {
		at := &e.s.At
		late := !now.Before(at.Until)
		switch {
		case len(e.s.Events) >= maxEvents:
			e.close(now, StatusFailed, nil, runtimeError("The execution reached the maximum number of history events"))
		case at.Phase == phaseReady:
			if next := e.begin(now); next != nil {
				return next
			}
		case at.Phase == phaseCall: // only after Resume: the reply was lost
			return e.prepare(now)
		case at.Phase == phaseToken && at.Answer != nil:
			e.answered(now)
		case !late:
			return nil
		case at.Phase == phaseToken:
			e.failed(now, &TaskError{Name: errTimeout})
		case at.Phase == phaseRetry:
			at.Phase = phaseReady
		case at.Phase == phasePause:
			e.finish(now, e.input())
		}
	}
	return nil
}

// begin does the work of a state that was just entered.
func (e *Execution) begin(now time.Time) *call {
	s := e.state()
	input, err := s.input.apply(e.input(), e.context())
	if err != nil {
		e.failed(now, err)
		return nil
	}
	switch s.kind {
	case "Task":
		return e.schedule(now, s, input)
	case "Choice":
		e.choose(now, s, input)
	case "Wait":
		e.pause(now, s, input)
	case "Fail":
		e.close(now, StatusFailed, nil, &TaskError{s.failure, s.cause})
	default: // Pass and Succeed
		e.pass(now, s, input)
	}
	return nil
}

func (e *Execution) pass(now time.Time, s *state, input any) {
	result, err := s.parameters.apply(input, e.context())
	if s.fixed.set {
		result = s.fixed.root
	}
	if err != nil {
		e.failed(now, err)
		return
	}
	e.finish(now, result)
}

func (e *Execution) choose(now time.Time, s *state, input any) {
	next := s.fallback
	for _, r := range s.rules {
		matched, err := r.matches(input, e.context())
		if err != nil {
			e.failed(now, err)
			return
		}
		if matched {
			next = r.next
			break
		}
	}
	if next == "" {
		e.failed(now, &TaskError{Name: errNoChoice})
		return
	}
	e.leave(now, next, input)
}

func (e *Execution) pause(now time.Time, s *state, input any) {
	length := s.pause
	if s.pausePath.set {
		var err error
		if length, err = secondsAt(s.pausePath, input, e.context(), 0); err != nil {
			e.failed(now, err)
			return
		}
	}
	e.s.At.Phase, e.s.At.Until = phasePause, now.Add(length)
}

// finish puts the result of a state into its input and moves on.
func (e *Execution) finish(now time.Time, result any) {
	s := e.state()
	result, err := s.selector.apply(result, e.context())
	if err != nil {
		e.failed(now, err)
		return
	}
	output, placed := s.result.place(e.input(), result)
	if !placed {
		e.failed(now, &TaskError{Name: errResult})
		return
	}
	e.leave(now, s.next, output)
}

// leave ends a state with its output and enters the next one, or closes the
// execution where there is none.
func (e *Execution) leave(now time.Time, next string, output any) {
	s := e.state()
	output, err := s.output.apply(output, e.context())
	data := encode(output)
	if err == nil && len(data) > maxPayload {
		err = &TaskError{Name: errTooLarge}
	}
	if err != nil {
		e.failed(now, err)
		return
	}
	e.record(Event{Time: now, Type: s.kind + "StateExited", State: s.name, Data: data})
	if next == "" {
		e.close(now, StatusSucceeded, data, nil)
		return
	}
	e.enter(now, next, data)
}

func (e *Execution) enter(now time.Time, name string, input json.RawMessage) {
	s := e.machine.states[name]
	e.s.At = Position{State: name, Input: input, Entered: now, Phase: phaseReady, Retries: make([]int, len(s.retry))}
	e.record(Event{Time: now, Type: s.kind + "StateEntered", State: name, Data: input})
}

func (e *Execution) close(now time.Time, status Status, output json.RawMessage, failure *TaskError) {
	e.s.Status, e.s.Stopped, e.s.Output = status, now, output
	event := Event{Time: now, Type: "ExecutionSucceeded", Data: output}
	if failure != nil {
		e.s.Error, e.s.Cause = failure.Name, failure.Cause
		event.Type, event.Error, event.Cause = "ExecutionFailed", failure.Name, failure.Cause
	}
	if status == StatusAborted {
		event.Type = "ExecutionAborted"
	}
	e.record(event)
}

func (e *Execution) record(event Event) {
	event.ID = len(e.s.Events) + 1
	e.s.Events = append(e.s.Events, event)
}

func (e *Execution) state() *state { return e.machine.states[e.s.At.State] }

// input decodes what the state was entered with. It was encoded here or
// checked at the door, so it always decodes; each caller gets its own copy.
func (e *Execution) input() any {
	value, err := decode(e.s.At.Input)
	if err != nil {
		return nil
	}
	return value
}

// context builds the context object.
func (e *Execution) context() any {
	input, err := decode(e.s.Input)
	if err != nil {
		input = nil
	}
	const layout = "2006-01-02T15:04:05.000Z"
	object := map[string]any{
		"Execution": map[string]any{
			"Id": e.ARN(), "Name": e.s.Name, "Input": input,
			"StartTime": e.s.Started.UTC().Format(layout),
		},
		"State": map[string]any{"Name": e.s.At.State, "EnteredTime": e.s.At.Entered.UTC().Format(layout)},
	}
	if e.s.At.Token != "" {
		object["Task"] = map[string]any{"Token": e.s.At.Token}
	}
	return object
}

// secondsAt reads a whole number of seconds, at least the least.
func secondsAt(p optionalPath, input, context any, least int64) (time.Duration, error) {
	value, err := p.apply(input, context)
	if err != nil {
		return 0, err
	}
	literal, _ := value.(json.Number)
	seconds, err := literal.Int64()
	if err != nil || seconds < least || seconds > maxSeconds {
		return 0, runtimeError(fmt.Sprintf("%s is not a number of seconds from %d to %d", encode(value), least, maxSeconds))
	}
	return time.Duration(seconds) * time.Second, nil
}
