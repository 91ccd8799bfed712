// Package fault is the vocabulary of failure: a kind, a stable code and a
// sentence that is safe to show a customer. Transport maps kinds to HTTP
// statuses in one table; anything that is not a fault is an internal error
// and shows one fixed sentence.
package fault

import (
	"errors"
	"strings"
)

// Kind groups faults by what the caller can do about them.
type Kind int

// The kinds of fault.
const (
	Internal     Kind = iota
	Malformed         // the request cannot be read
	Unauthorized      // no valid credential
	Forbidden         // a valid credential that may not do this
	NotFound          // no such object in this scope
	Conflict          // the object's state refuses it now
	Gone              // archived or deleted
	Invalid           // readable but wrong; Problems names everything
	TooMany           // rate limit
	Unsupported       // known and not implemented
	Unavailable       // try again later
)

// Problem is one thing that is wrong with an input.
type Problem struct {
	Field   string // dotted path such as "customer.email"
	Message string // a sentence
}

// Fault is an error with a kind, a stable code and a customer-safe message.
type Fault struct {
	Kind     Kind
	Code     string // SCREAMING_SNAKE, never changes
	Message  string // safe to show, holds no variable data
	Problems []Problem
}

// New makes a fault to be kept in a package variable.
func New(kind Kind, code, message string) *Fault {
	return &Fault{Kind: kind, Code: code, Message: message}
}

// Error implements error.
func (f *Fault) Error() string {
	if len(f.Problems) == 0 {
		return f.Code + ": " + f.Message
	}
	return f.Code + ": " + f.Details()
}

// Is makes a fault with other problems the same error. A code alone is no
// identity: clients tell some faults apart by their message only.
func (f *Fault) Is(target error) bool {
	other, ok := target.(*Fault)
	return ok && other.Kind == f.Kind && other.Code == f.Code && other.Message == f.Message
}

// Details joins the problems into one sentence each, or gives the message.
func (f *Fault) Details() string {
	if len(f.Problems) == 0 {
		return f.Message
	}
	parts := make([]string, len(f.Problems))
	for i, p := range f.Problems {
		parts[i] = p.Message
		if p.Field != "" {
			parts[i] = p.Field + ": " + p.Message
		}
	}
	return strings.Join(parts, "; ")
}

// Of finds the fault in an error's chain, nil when there is none.
func Of(err error) *Fault {
	var f *Fault
	if errors.As(err, &f) {
		return f
	}
	return nil
}

// Check collects problems and turns them into one fault.
type Check struct{ problems []Problem }

// That records a problem when ok is false.
func (c *Check) That(ok bool, field, message string) {
	if !ok {
		c.problems = append(c.problems, Problem{Field: field, Message: message})
	}
}

// Fault returns nil when nothing was wrong, otherwise one fault that names
// every problem.
func (c *Check) Fault(code, message string) error {
	if len(c.problems) == 0 {
		return nil
	}
	return &Fault{Kind: Invalid, Code: code, Message: message, Problems: c.problems}
}

// Add records the problems of another check's fault and reports whether there
// were any.
func (c *Check) Add(err error) bool {
	f := Of(err)
	if f == nil {
		return false
	}
	c.problems = append(c.problems, f.Problems...)
	return len(f.Problems) > 0
}
