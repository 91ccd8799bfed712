// Package sfn is the local stand-in for AWS Step Functions: the calls that
// functions make, over executions that the interpreter in package asl runs.
//
// Every execution is kept in a file of its own before each step it takes, and
// goes on after a restart where it was: a wait of thirty days survives.
package sfn

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"perennial/infra/local/asl"
	"perennial/infra/local/lambda"
)

// Invoker runs a function once; lambda.Driver is one.
type Invoker interface {
	Invoke(ctx context.Context, function string, payload []byte) ([]byte, *lambda.FunctionError, error)
}

// Clock tells and waits for the time of executions.
type Clock interface {
	Now() time.Time
	After(d time.Duration) <-chan time.Time
}

// Options configure a Server.
type Options struct {
	Machine *asl.Machine
	Invoker Invoker
	Dir     string    // keeps executions; empty forgets them
	Clock   Clock     // nil is real time
	Log     io.Writer // nil drops
}

// Server runs the executions of one state machine.
type Server struct {
	machine *asl.Machine
	book    *asl.Book
	invoker Invoker
	dir     string
	clock   Clock
	log     io.Writer

	ctx     context.Context // of every execution; ends with Stop
	cancel  context.CancelFunc
	running sync.WaitGroup
	saving  sync.Mutex
}

// Start loads kept executions and lets the running ones go on.
func Start(o Options) (*Server, error) {
	s := &Server{
		machine: o.Machine, book: asl.NewBook(o.Machine), invoker: o.Invoker,
		dir: o.Dir, clock: o.Clock, log: o.Log,
	}
	if s.clock == nil {
		s.clock = realTime{}
	}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	if s.dir == "" {
		return s, nil
	}
	if err := os.MkdirAll(s.dir, 0o700); err != nil {
		return nil, err
	}
	return s, s.load()
}

func (s *Server) load() error {
	files, err := filepath.Glob(filepath.Join(s.dir, "*.json"))
	if err != nil {
		return err
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		var kept asl.Snapshot
		if err := json.Unmarshal(data, &kept); err != nil {
			return fmt.Errorf("read %s: %w", file, err)
		}
		e, err := s.book.Restore(kept)
		if err != nil {
			return fmt.Errorf("read %s: %w", file, err)
		}
		if e.Status() == asl.StatusRunning {
			s.run(e)
		}
	}
	return nil
}

// Stop interrupts every execution; each goes on at the next start.
func (s *Server) Stop() {
	s.cancel()
	s.running.Wait()
}

// Executions returns every execution, for tests and for people who look.
func (s *Server) Executions() []asl.Snapshot {
	var all []asl.Snapshot
	for _, e := range s.book.All() {
		all = append(all, e.Snapshot())
	}
	return all
}

func (s *Server) run(e *asl.Execution) {
	s.running.Go(func() {
		if err := e.Run(s.ctx, host{s}); err != nil && !errors.Is(err, context.Canceled) {
			s.logf("%s: %v", e.ARN(), err)
		}
	})
}

// host lends the interpreter the functions, the time and a place to keep
// executions.
type host struct{ *Server }

func (h host) Now() time.Time                         { return h.clock.Now() }
func (h host) After(d time.Duration) <-chan time.Time { return h.clock.After(d) }

// Invoke calls the function that the ARN names.
func (h host) Invoke(ctx context.Context, arn string, payload []byte) ([]byte, error) {
	name := arn[strings.LastIndexByte(arn, ':')+1:]
	answer, failure, err := h.invoker.Invoke(ctx, name, payload)
	if failure != nil {
		return nil, &asl.TaskError{Name: failure.Type, Cause: string(failure.Payload)}
	}
	return answer, err
}

// Save keeps an execution; the file is whole at any moment.
func (h host) Save(e *asl.Execution) {
	if h.dir == "" {
		return
	}
	h.saving.Lock()
	defer h.saving.Unlock()
	kept := e.Snapshot()
	data, err := json.Marshal(kept)
	file := filepath.Join(h.dir, kept.Name+".json")
	if err == nil {
		err = os.WriteFile(file+".new", data, 0o600)
	}
	if err == nil {
		err = os.Rename(file+".new", file)
	}
	if err != nil {
		h.logf("keep %s: %v", kept.Name, err)
	}
}

func (s *Server) logf(format string, args ...any) {
	if s.log != nil {
		_, _ = fmt.Fprintf(s.log, "flows | "+format+"\n", args...) // a log that cannot be written has no better place
	}
}

type realTime struct{}

func (realTime) Now() time.Time                         { return time.Now() }
func (realTime) After(d time.Duration) <-chan time.Time { return time.After(d) }
