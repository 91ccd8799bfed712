package asl

import (
	"bytes"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"
)

// Book holds the executions of one machine under the rules of the service's
// API. It runs none of them.
type Book struct {
	machine *Machine

	mu         sync.Mutex
	executions map[string]*Execution // by ARN
}

// NewBook returns an empty book.
func NewBook(machine *Machine) *Book {
	return &Book{machine: machine, executions: map[string]*Execution{}}
}

// Start opens an execution, as StartExecution does: a name that runs with the
// same input is answered with the same execution and started false; a closed
// one, or other input, is ErrExecutionAlreadyExists. Input is compared byte by
// byte. The caller runs what was started.
func (b *Book) Start(name string, input []byte, now time.Time) (e *Execution, started bool, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	arn := b.machine.ExecutionARN(name)
	if e, exists := b.executions[arn]; exists {
		if e.Status() != StatusRunning || !bytes.Equal(e.s.Input, input) {
			return nil, false, ErrExecutionAlreadyExists
		}
		return e, false, nil
	}
	if e, err = b.machine.NewExecution(name, input, now); err != nil {
		return nil, false, err
	}
	b.executions[arn] = e
	return e, true, nil
}

// Restore adds an execution from its snapshot. The caller runs it if it is
// still running.
func (b *Book) Restore(s Snapshot) (*Execution, error) {
	e, err := b.machine.Resume(s)
	if err != nil {
		return nil, err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.executions[e.ARN()] = e
	return e, nil
}

// Find returns the execution with that ARN, or ErrExecutionDoesNotExist.
func (b *Book) Find(arn string) (*Execution, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if e, ok := b.executions[arn]; ok {
		return e, nil
	}
	return nil, ErrExecutionDoesNotExist
}

// All returns every execution, ordered by ARN.
func (b *Book) All() []*Execution {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.SortedFunc(maps.Values(b.executions), func(x, y *Execution) int {
		return strings.Compare(x.ARN(), y.ARN())
	})
}

// Complete finds the execution that the token belongs to and completes its
// task; see Execution.Complete.
func (b *Book) Complete(token string, output []byte) error {
	e, err := b.waiting(token)
	if err != nil {
		return err
	}
	return e.Complete(token, output)
}

// Fail finds the execution that the token belongs to and fails its task; see
// Execution.Fail.
func (b *Book) Fail(token, name, cause string) error {
	e, err := b.waiting(token)
	if err != nil {
		return err
	}
	return e.Fail(token, name, cause)
}

func (b *Book) waiting(token string) (*Execution, error) {
	arn, _, ok := readToken(token)
	if !ok {
		return nil, ErrInvalidToken
	}
	e, err := b.Find(arn)
	if err != nil {
		return nil, ErrTaskDoesNotExist
	}
	return e, nil
}
