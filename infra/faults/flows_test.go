package faults

import (
	"context"
	"errors"
	"strings"
	"sync"
	"time"

	"perennial/infra/local/asl"
	"perennial/infra/local/awsjson"
	"perennial/infra/local/lambda"
)

// flows is Step Functions on virtual time. Executions go on only when the
// site steps them, so that a trial's requests come in the same order each
// time.
type flows struct {
	machine *asl.Machine
	book    *asl.Book
	clock   *asl.Clock
	invoke  func(ctx context.Context, function string, payload []byte) ([]byte, error)

	mu    sync.Mutex
	begun map[string]int  // executions that really began, by name
	lost  map[string]bool // tokens whose answers get lost
}

func newFlows(definition []byte, invoke func(context.Context, string, []byte) ([]byte, error)) (*flows, error) {
	machine, err := asl.Parse(definition, map[string]string{"HoldFlowFunctionArn": "arn:aws:lambda:us-east-1:000000000000:function:holdflow"})
	if err != nil {
		return nil, err
	}
	machine.ARN = machineARN
	return &flows{
		machine: machine, book: asl.NewBook(machine), clock: asl.NewClock(time.Now()), invoke: invoke,
		begun: map[string]int{}, lost: map[string]bool{},
	}, nil
}

const machineARN = "arn:aws:states:us-east-1:000000000000:stateMachine:holdflow"

type flowCall struct {
	Name   string `json:"name"`
	Input  string `json:"input"`
	Token  string `json:"taskToken"`
	Output string `json:"output"`
}

// API is the part of Step Functions that functions use.
func (f *flows) API() awsjson.Service {
	return awsjson.Service{
		"StartExecution": awsjson.Handle(func(_ context.Context, in flowCall) (map[string]any, error) {
			e, started, err := f.book.Start(in.Name, []byte(in.Input), f.clock.Now())
			if err != nil {
				return nil, refusal(err)
			}
			if started {
				f.mu.Lock()
				f.begun[in.Name]++
				f.mu.Unlock()
			}
			return map[string]any{"executionArn": e.ARN(), "startDate": 0}, nil
		}),
		"SendTaskSuccess": awsjson.Handle(func(_ context.Context, in flowCall) (struct{}, error) {
			if f.loses(in.Token) {
				return struct{}{}, nil
			}
			return struct{}{}, refusal(f.book.Complete(in.Token, []byte(in.Output)))
		}),
	}
}

func (f *flows) loses(token string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.lost[token]
}

// lose makes every answer to the waiting states of the executions get lost,
// although the sender hears that all is well.
func (f *flows) lose(mine func(name string) bool) {
	for _, e := range f.book.All() {
		if token := e.Snapshot().At.Token; token != "" && mine(nameOf(e)) {
			f.mu.Lock()
			f.lost[token] = true
			f.mu.Unlock()
		}
	}
}

// refusal gives an interpreter's refusal its wire form.
func refusal(err error) error {
	var e *asl.APIError
	if errors.As(err, &e) {
		return &awsjson.Error{Code: e.Code, Message: e.Message}
	}
	return err
}

func (f *flows) Now() time.Time                         { return f.clock.Now() }
func (f *flows) After(d time.Duration) <-chan time.Time { return f.clock.After(d) }

// Invoke implements asl.Host.
func (f *flows) Invoke(ctx context.Context, arn string, payload []byte) ([]byte, error) {
	answer, err := f.invoke(ctx, arn[strings.LastIndexByte(arn, ':')+1:], payload)
	var failure *lambda.FunctionError
	if errors.As(err, &failure) {
		return nil, &asl.TaskError{Name: failure.Type, Cause: string(failure.Payload)}
	}
	return answer, err
}

// step lets every running execution of the subscriptions go as far as it can
// without letting time pass.
func (f *flows) step(ctx context.Context, mine func(name string) bool) error {
	for _, e := range f.book.All() {
		if e.Status() != asl.StatusRunning || !mine(nameOf(e)) {
			continue
		}
		if _, err := e.Step(ctx, f); err != nil {
			return err
		}
	}
	return nil
}

// waiting reports whether every running execution waits for its customer.
func (f *flows) waiting() bool {
	for _, e := range f.book.All() {
		if e.Status() == asl.StatusRunning && string(e.Snapshot().At.Phase) != "token" {
			return false
		}
	}
	return true
}

func nameOf(e *asl.Execution) string { return e.ARN()[strings.LastIndexByte(e.ARN(), ':')+1:] }

// state tells how often an execution began and how it stands.
func (f *flows) state(name string) (begun int, status asl.Status, at string) {
	f.mu.Lock()
	begun = f.begun[name]
	f.mu.Unlock()
	e, err := f.book.Find(f.machine.ExecutionARN(name))
	if err != nil {
		return begun, "", ""
	}
	return begun, e.Status(), e.Snapshot().At.State
}
