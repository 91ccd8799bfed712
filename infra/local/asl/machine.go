package asl

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"
)

// Machine is a definition that the interpreter understands completely.
type Machine struct {
	// ARN names the machine; executions take their ids from it. Parse sets one
	// of an account that does not exist, and the owner may set another before
	// the first execution.
	ARN string

	startAt string
	states  map[string]*state
}

// state is one state, with the fields of every type.
type state struct {
	name, kind string
	next       string
	end        bool

	input, output, result optionalPath
	parameters, selector  template
	fixed                 template // Result of a Pass

	function    string // template of FunctionName is literal
	token       bool   // waitForTaskToken
	timeout     time.Duration
	timeoutPath optionalPath
	retry       []retrier
	catch       []catcher

	rules    []rule
	fallback string // Default

	pause     time.Duration
	pausePath optionalPath

	failure, cause string
}

// LoadError lists everything in a definition that the interpreter does not
// support or that is wrong.
type LoadError struct{ Problems []string }

// Error implements error.
func (e *LoadError) Error() string {
	return "state machine not supported:\n\t" + strings.Join(e.Problems, "\n\t")
}

var placeholder = regexp.MustCompile(`\$\{([A-Za-z0-9]+)\}`)

// Parse reads a definition after putting the substitutions in place of
// `${Name}`. It refuses unknown fields, states, resources and paths, targets
// that do not exist and placeholders without a value, with a *LoadError.
func Parse(definition []byte, substitutions map[string]string) (*Machine, error) {
	l := &loader{}
	text := placeholder.ReplaceAllStringFunc(string(definition), func(found string) string {
		value, ok := substitutions[found[2:len(found)-1]]
		if !ok {
			l.refuse("no value for %s", found)
			return found
		}
		quoted := string(encode(value))
		return quoted[1 : len(quoted)-1]
	})
	machine, err := l.machine([]byte(text))
	if err != nil {
		return nil, fmt.Errorf("read state machine: %w", err)
	}
	l.checkTargets(machine)
	if len(l.problems) > 0 {
		slices.Sort(l.problems)
		return nil, &LoadError{Problems: slices.Compact(l.problems)}
	}
	return machine, nil
}

// States returns the names of the states, sorted.
func (m *Machine) States() []string { return slices.Sorted(maps.Keys(m.states)) }

// ExecutionARN returns the id of the execution with that name.
func (m *Machine) ExecutionARN(name string) string {
	return strings.Replace(m.ARN, ":stateMachine:", ":execution:", 1) + ":" + name
}

func (l *loader) machine(definition []byte) (*Machine, error) {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(definition, &fields); err != nil {
		return nil, err
	}
	m := &Machine{
		ARN:    "arn:aws:states:us-east-1:000000000000:stateMachine:local",
		states: map[string]*state{},
	}
	var states map[string]map[string]json.RawMessage
	for name, raw := range fields {
		switch name {
		case "Comment":
		case "StartAt":
			l.read(field{"machine", name, raw}, &m.startAt)
		case "States":
			l.read(field{"machine", name, raw}, &states)
		default:
			l.refuse("machine: %s", name)
		}
	}
	for name, fields := range states {
		m.states[name] = l.state(name, fields)
	}
	return m, nil
}
