package bank

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"perennial/shared/fault"
)

// Operation names one call of the API.
type Operation string

// The operations that faults can be ordered for.
const (
	OpEnrol     Operation = "enrol"
	OpSave      Operation = "save"
	OpRemove    Operation = "remove"
	OpPrepare   Operation = "prepare"
	OpConfirm   Operation = "confirm"
	OpFind      Operation = "find"
	OpCancel    Operation = "cancel"
	OpList      Operation = "list"
	OpRefund    Operation = "refund"
	OpRefunds   Operation = "refunds"
	OpDispute   Operation = "dispute"
	OpChallenge Operation = "challenge" // the holder answers
)

var operations = []Operation{OpEnrol, OpSave, OpRemove, OpPrepare, OpConfirm, OpFind, OpCancel, OpList, OpRefund, OpRefunds, OpDispute, OpChallenge}

// Trouble is what goes wrong with the answer.
type Trouble string

// The troubles. Only TimeoutAfter and Garbled let the call take effect.
const (
	NoTrouble     Trouble = ""
	Delay         Trouble = "delay"          // answers late
	Error500      Trouble = "error_500"      // fails at once
	TimeoutBefore Trouble = "timeout_before" // hangs, did nothing
	TimeoutAfter  Trouble = "timeout_after"  // did it, hangs
	Garbled       Trouble = "garbled"        // did it, answers half a sentence
)

// Webhooks is what goes wrong with the webhooks of a call.
type Webhooks string

// The troubles of webhooks.
const (
	InOrder   Webhooks = ""
	Duplicate Webhooks = "duplicate" // sent twice
	Reorder   Webhooks = "reorder"   // held back, so that later ones overtake it
	Drop      Webhooks = "drop"      // never sent
)

// Waits of faults. The longest stays below the front door's own limit.
const (
	DefaultWait = 15 * time.Second
	LongestWait = 25 * time.Second
	// ReorderWait is how long a reordered webhook is held back.
	ReorderWait = 3 * time.Second
)

// ErrBadFault means that a fault cannot be ordered like this.
var ErrBadFault = fault.New(fault.Invalid, "INVALID_FAULT", "This fault is not known.")

// Fault is one ordered trouble. Empty Key and Operation match every call.
type Fault struct {
	ID        string
	Account   string
	Key       string // idempotency key, or the intent's id on calls without one
	Operation Operation
	Trouble   Trouble
	Wait      time.Duration
	Times     int // how many calls it spoils; 0 means until it is deleted
	Webhooks  Webhooks
}

// Check refuses a fault that says nothing or something unknown.
func (f Fault) Check() error {
	var c fault.Check
	c.That(f.Operation == "" || slices.Contains(operations, f.Operation), "operation", "Not an operation.")
	c.That(slices.Contains([]Trouble{NoTrouble, Delay, Error500, TimeoutBefore, TimeoutAfter, Garbled}, f.Trouble), "kind", "Not a kind of fault.")
	c.That(slices.Contains([]Webhooks{InOrder, Duplicate, Reorder, Drop}, f.Webhooks), "webhooks", "Not a trouble of webhooks.")
	c.That(f.Wait >= 0 && f.Wait <= LongestWait, "millis", "At most 25000.")
	c.That(f.Times >= 0, "times", "Not negative.")
	c.That(f.Trouble != NoTrouble || f.Webhooks != InOrder, "kind", "Say what shall go wrong.")
	return c.Fault(ErrBadFault.Code, ErrBadFault.Message)
}

// Matches reports whether the fault concerns a call.
func (f Fault) Matches(op Operation, key string) bool {
	return (f.Operation == "" || f.Operation == op) && (f.Key == "" || f.Key == key)
}

// ParseFault reads a fault from a header: a kind and its settings, such as
// "timeout_after;ms=200;webhooks=duplicate".
func ParseFault(header string) (Fault, error) {
	parts := strings.Split(header, ";")
	f := Fault{Trouble: Trouble(strings.TrimSpace(parts[0])), Wait: DefaultWait}
	for _, part := range parts[1:] {
		name, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		switch name {
		case "ms":
			ms, err := strconv.Atoi(value)
			if err != nil {
				return Fault{}, ErrBadFault
			}
			f.Wait = time.Duration(ms) * time.Millisecond
		case "webhooks":
			f.Webhooks = Webhooks(value)
		default:
			return Fault{}, ErrBadFault
		}
	}
	return f, f.Check()
}
