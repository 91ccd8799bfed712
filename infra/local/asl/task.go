package asl

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// call is one invocation of a function.
type call struct {
	function string
	payload  []byte
	deadline time.Time
}

// schedule prepares the first or the next try of a task: its deadline, and a
// new token where it waits for one.
func (e *Execution) schedule(now time.Time, s *state, input any) *call {
	timeout := s.timeout
	if s.timeoutPath.set {
		var err error
		if timeout, err = secondsAt(s.timeoutPath, input, e.context(), 1); err != nil {
			e.failed(now, err)
			return nil
		}
	}
	at := &e.s.At
	at.Phase, at.Until, at.Token, at.Answer = phaseCall, now.Add(timeout), "", nil
	if s.token {
		e.s.Tokens++
		at.Token = newToken(e.ARN(), e.s.Tokens)
	}
	next := e.prepare(now)
	if next != nil {
		e.record(Event{Time: now, Type: "TaskScheduled", State: s.name, Data: next.payload})
	}
	return next
}

// prepare builds the invocation for the current position. Where a path
// selects nothing the task fails and there is none.
func (e *Execution) prepare(now time.Time) *call {
	s := e.state()
	input, err := s.input.apply(e.input(), e.context())
	if err != nil {
		e.failed(now, err)
		return nil
	}
	filled, err := s.parameters.apply(input, e.context())
	if err != nil {
		e.failed(now, err)
		return nil
	}
	parameters, _ := filled.(map[string]any)
	payload, given := parameters["Payload"]
	if !given {
		payload = map[string]any{}
	}
	return &call{function: s.function, payload: encode(payload), deadline: e.s.At.Until}
}

// invoke calls the function and gives up at the deadline. An answer that comes
// at or after the deadline is a timeout too, so virtual time stays exact.
func (c *call) invoke(ctx context.Context, host Host) ([]byte, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	type reply struct {
		data []byte
		err  error
	}
	done := make(chan reply, 1)
	go func() {
		data, err := host.Invoke(ctx, c.function, c.payload)
		done <- reply{data, err}
	}()
	select {
	case r := <-done:
		if host.Now().Before(c.deadline) {
			return r.data, r.err
		}
	case <-host.After(c.deadline.Sub(host.Now())):
	case <-ctx.Done():
	}
	return nil, &TaskError{Name: errTimeout}
}

// called takes the function's answer. A task that waits for its token goes on
// waiting, unless the token was answered before the function returned.
func (e *Execution) called(now time.Time, data []byte, err error) {
	at := &e.s.At
	switch {
	case e.s.Status != StatusRunning: // aborted meanwhile
	case at.Answer != nil:
		at.Phase = phaseToken
	case err != nil:
		e.failed(now, err)
	case at.Token != "":
		at.Phase = phaseToken
		e.record(Event{Time: now, Type: "TaskSubmitted", State: at.State})
	default:
		e.succeeded(now, data)
	}
}

func (e *Execution) succeeded(now time.Time, data []byte) {
	payload, err := decode(data)
	if err != nil {
		e.failed(now, &TaskError{"Lambda.Unknown", "the function answered no JSON"})
		return
	}
	e.record(Event{Time: now, Type: "TaskSucceeded", State: e.s.At.State, Data: data})
	e.finish(now, map[string]any{
		"ExecutedVersion": "$LATEST", "Payload": payload, "StatusCode": json.Number("200"),
	})
}

// answered goes on with what SendTaskSuccess or SendTaskFailure said.
func (e *Execution) answered(now time.Time) {
	answer := e.s.At.Answer
	output, err := decode(answer.Output)
	if answer.Output == nil || err != nil {
		e.failed(now, &TaskError{answer.Error, answer.Cause})
		return
	}
	e.record(Event{Time: now, Type: "TaskSucceeded", State: e.s.At.State, Data: answer.Output})
	e.finish(now, output)
}

// failed retries, catches or fails the execution, in this order.
func (e *Execution) failed(now time.Time, err error) {
	failure := &TaskError{Name: errLambda, Cause: err.Error()}
	_ = errors.As(err, &failure) // anything else is an answer that never came
	s, at := e.state(), &e.s.At
	kind := "TaskFailed"
	if failure.Name == errTimeout {
		kind = "TaskTimedOut"
	}
	if s.kind == "Task" {
		e.record(Event{Time: now, Type: kind, State: s.name, Error: failure.Name, Cause: failure.Cause})
	}
	for i, r := range s.retry {
		if !catches(r.errors, failure) {
			continue
		}
		if at.Retries[i] >= r.attempts {
			break
		}
		seed := fmt.Sprintf("%s %d", e.s.Name, len(e.s.Events))
		at.Phase, at.Until = phaseRetry, now.Add(r.delay(at.Retries[i], seed))
		at.Token, at.Answer = "", nil
		at.Retries[i]++
		return
	}
	e.caught(now, s, failure)
}

func (e *Execution) caught(now time.Time, s *state, failure *TaskError) {
	for _, c := range s.catch {
		if !catches(c.errors, failure) {
			continue
		}
		found := map[string]any{"Error": failure.Name, "Cause": failure.Cause}
		output, placed := c.result.place(e.input(), found)
		if !placed {
			break
		}
		data := encode(output)
		e.record(Event{Time: now, Type: s.kind + "StateExited", State: s.name, Data: data})
		e.enter(now, c.next, data)
		return
	}
	e.close(now, StatusFailed, nil, failure)
}
