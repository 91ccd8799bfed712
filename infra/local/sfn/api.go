package sfn

import (
	"context"
	"errors"
	"time"

	"perennial/infra/local/asl"
	"perennial/infra/local/awsjson"
)

// API is the service by operation.
func (s *Server) API() awsjson.Service {
	return awsjson.Service{
		"StartExecution":    awsjson.Handle(s.startExecution),
		"DescribeExecution": awsjson.Handle(s.describeExecution),
		"ListExecutions":    awsjson.Handle(s.listExecutions),
		"StopExecution":     awsjson.Handle(s.stopExecution),
		"SendTaskSuccess":   awsjson.Handle(s.sendTaskSuccess),
		"SendTaskFailure":   awsjson.Handle(s.sendTaskFailure),
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

type startIn struct {
	Machine string `json:"stateMachineArn"`
	Name    string `json:"name"`
	Input   string `json:"input"`
}

type startOut struct {
	ARN     string  `json:"executionArn"`
	Started seconds `json:"startDate"`
}

func (s *Server) startExecution(_ context.Context, in startIn) (startOut, error) {
	if err := s.known(in.Machine); err != nil {
		return startOut{}, err
	}
	if in.Input == "" {
		in.Input = "{}"
	}
	e, started, err := s.book.Start(in.Name, []byte(in.Input), s.clock.Now())
	if err != nil {
		return startOut{}, refusal(err)
	}
	if started {
		host{s}.Save(e)
		s.run(e)
	}
	return startOut{ARN: e.ARN(), Started: epoch(e.Snapshot().Started)}, nil
}

func (s *Server) known(machine string) error {
	if machine != s.machine.ARN {
		return awsjson.Errorf("StateMachineDoesNotExist", "State Machine Does Not Exist: '%s'", machine)
	}
	return nil
}

type executionIn struct {
	ARN   string `json:"executionArn"`
	Error string `json:"error"`
	Cause string `json:"cause"`
}

// execution is how DescribeExecution and, without its texts, ListExecutions
// show one.
type execution struct {
	ARN     string     `json:"executionArn"`
	Machine string     `json:"stateMachineArn"`
	Name    string     `json:"name"`
	Status  asl.Status `json:"status"`
	Started seconds    `json:"startDate"`
	Stopped seconds    `json:"stopDate,omitzero"`
	Input   string     `json:"input,omitempty"`
	Output  string     `json:"output,omitempty"`
	Error   string     `json:"error,omitempty"`
	Cause   string     `json:"cause,omitempty"`
}

func (s *Server) describeExecution(_ context.Context, in executionIn) (execution, error) {
	e, err := s.book.Find(in.ARN)
	if err != nil {
		return execution{}, refusal(err)
	}
	k := e.Snapshot()
	out := s.summary(e, k)
	out.Input, out.Output, out.Error, out.Cause = string(k.Input), string(k.Output), k.Error, k.Cause
	return out, nil
}

func (s *Server) summary(e *asl.Execution, k asl.Snapshot) execution {
	return execution{
		ARN: e.ARN(), Machine: s.machine.ARN, Name: k.Name, Status: k.Status,
		Started: epoch(k.Started), Stopped: epoch(k.Stopped),
	}
}

type listIn struct {
	Machine string     `json:"stateMachineArn"`
	Status  asl.Status `json:"statusFilter"`
}

type listOut struct {
	Executions []execution `json:"executions"`
}

// listExecutions answers with one page, however long.
func (s *Server) listExecutions(_ context.Context, in listIn) (listOut, error) {
	if err := s.known(in.Machine); err != nil {
		return listOut{}, err
	}
	out := listOut{Executions: []execution{}}
	for _, e := range s.book.All() {
		if k := e.Snapshot(); in.Status == "" || in.Status == k.Status {
			out.Executions = append(out.Executions, s.summary(e, k))
		}
	}
	return out, nil
}

type stopOut struct {
	Stopped seconds `json:"stopDate"`
}

func (s *Server) stopExecution(_ context.Context, in executionIn) (stopOut, error) {
	e, err := s.book.Find(in.ARN)
	if err != nil {
		return stopOut{}, refusal(err)
	}
	e.Abort(s.clock.Now(), in.Error, in.Cause)
	host{s}.Save(e)
	return stopOut{Stopped: epoch(e.Snapshot().Stopped)}, nil
}

type taskIn struct {
	Token  string `json:"taskToken"`
	Output string `json:"output"`
	Error  string `json:"error"`
	Cause  string `json:"cause"`
}

func (s *Server) sendTaskSuccess(_ context.Context, in taskIn) (struct{}, error) {
	return struct{}{}, refusal(s.book.Complete(in.Token, []byte(in.Output)))
}

func (s *Server) sendTaskFailure(_ context.Context, in taskIn) (struct{}, error) {
	return struct{}{}, refusal(s.book.Fail(in.Token, in.Error, in.Cause))
}

// seconds is a time as the protocol writes it, since 1970.
type seconds float64

func epoch(t time.Time) seconds {
	if t.IsZero() {
		return 0
	}
	return seconds(float64(t.UnixMilli()) / 1000)
}
