// Package gatewaytest holds a payment gateway in memory and the contract that
// every implementation of the gateway port keeps.
//
// The fake behaves as the sandbox gateway does: the same test cards, keys
// that are forgotten after 24 hours, no look-up by key, an append-only ledger
// that tells what was really captured. A test programs single methods with
// steps, breaks operations before or after their effect, and plays the
// customer's part in challenges.
package gatewaytest

import (
	"errors"
	"fmt"
	"sync"
	"time"

	"perennial/shared/gateway"
	"perennial/shared/money"
)

// Errors of the fake.
var (
	// ErrLost is the answer that never arrived.
	ErrLost = errors.New("gatewaytest: connection lost")
	// ErrUnknown means that the account has no such object.
	ErrUnknown = fmt.Errorf("gatewaytest: no such object: %w", gateway.ErrRejected)
	// ErrKeyReused means that a key came back with another request.
	ErrKeyReused = fmt.Errorf("gatewaytest: key reused for another request: %w", gateway.ErrRejected)
	// ErrRefused means that the request makes no sense in this state.
	ErrRefused = fmt.Errorf("gatewaytest: request refused: %w", gateway.ErrRejected)
)

// keyLife is how long a gateway remembers an idempotency key.
const keyLife = 24 * time.Hour

// Op names one method of the port.
type Op string

// The operations that can be broken and counted.
const (
	OpPrepare Op = "prepare"
	OpConfirm Op = "confirm"
	OpFind    Op = "find"
	OpCancel  Op = "cancel"
	OpList    Op = "list"
	OpRefund  Op = "refund"
	OpRefunds Op = "refunds"
	OpDispute Op = "dispute"
	OpEnrol   Op = "enrol"
	OpSave    Op = "save"
	OpRemove  Op = "remove"
)

// Kind tells the movements apart.
type Kind string

// The kinds of ledger lines.
const (
	Capture  Kind = "capture"
	Refund   Kind = "refund"
	Disputed Kind = "dispute"          // taken away by a dispute
	Reversed Kind = "dispute_reversal" // given back by it
)

// Line is one movement of money, the independent truth of a test.
type Line struct {
	Kind    Kind
	Account gateway.Account
	Intent  gateway.Intent
	Payment string
	Amount  money.Amount // positive in all kinds
	At      time.Time
}

// Fake is a gateway in memory. Its zero value is not usable; see NewFake.
type Fake struct {
	// Now is wall time; tests may replace it before the first call.
	Now func() time.Time
	// OnCall runs at the start of every operation, before its effect and
	// outside the fake's lock, so that a test can act at that very moment.
	OnCall func(Op)
	// Least is a smallest charge that nobody knew of beforehand.
	Least money.Amount
	// Lenient takes any amount, as before a smallest charge was raised.
	Lenient bool

	mu       sync.Mutex
	serial   int
	intents  map[gateway.Intent]*intent
	order    []gateway.Intent
	methods  map[string]*method
	enrolled map[string]bool
	tokens   map[string]string
	keys     map[string]memory
	broken   map[Op][]When
	down     bool
	calls    map[Op]int
	ledger   []Line
	disputes map[string]*gateway.Dispute
	news     []string // references of disputes, one for each change
}

// NewFake makes an empty gateway on the real clock.
func NewFake() *Fake {
	return &Fake{
		Now:      time.Now,
		intents:  map[gateway.Intent]*intent{},
		methods:  map[string]*method{},
		enrolled: map[string]bool{},
		tokens:   map[string]string{},
		keys:     map[string]memory{},
		broken:   map[Op][]When{},
		calls:    map[Op]int{},
		disputes: map[string]*gateway.Dispute{},
	}
}

// Program makes the method exist for any account and customer, and gives it
// steps: each charge takes the next one, the last one repeats.
func (f *Fake) Program(ref string, steps ...Step) {
	f.mu.Lock()
	defer f.mu.Unlock()
	m, ok := f.methods[ref]
	if !ok {
		m = &method{card: cards["visa_ok"], free: true}
		f.methods[ref] = m
	}
	m.steps = steps
}

// Break makes the next calls of an operation answer with ErrLost, one entry
// a call.
func (f *Fake) Break(op Op, whens ...When) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.broken[op] = append(f.broken[op], whens...)
}

// Down cuts the gateway off, or brings it back: every call fails before its
// effect.
func (f *Fake) Down(down bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.down = down
}

// Calls counts how often an operation was asked for, failures included.
func (f *Fake) Calls(op Op) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.calls[op]
}

// Ledger is every movement so far, in order.
func (f *Fake) Ledger() []Line {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append([]Line(nil), f.ledger...)
}

// Kept is what a line leaves with the merchant: what was captured, and less
// what was given back or taken away.
func (l Line) Kept() int64 {
	if l.Kind == Refund || l.Kind == Disputed {
		return -l.Amount.Minor
	}
	return l.Amount.Minor
}

// enter counts a call and returns with the lock held, saying how the answer
// shall fail.
func (f *Fake) enter(op Op) (When, error) {
	if f.OnCall != nil {
		f.OnCall(op)
	}
	f.mu.Lock()
	f.calls[op]++
	failure := Never
	if queue := f.broken[op]; len(queue) > 0 {
		failure, f.broken[op] = queue[0], queue[1:]
	}
	if f.down || failure == Before {
		f.mu.Unlock()
		return failure, fmt.Errorf("%s: %w", op, ErrLost)
	}
	return failure, nil
}

func (f *Fake) id(prefix string) string {
	f.serial++
	return fmt.Sprintf("%s_fake%06d", prefix, f.serial)
}

// memory is the remembered answer of one key.
type memory struct {
	request string
	answer  any
	err     error
	at      time.Time
}

// once answers a repeated key from memory and refuses one that comes back
// with another request. Only answers are remembered, no rejected requests.
func once[T any](f *Fake, scope, key, request string, do func() (T, error)) (T, error) {
	var none T
	scope += "\x00" + key
	if m, ok := f.keys[scope]; ok && f.Now().Sub(m.at) < keyLife {
		if m.request != request {
			return none, ErrKeyReused
		}
		return m.answer.(T), m.err
	}
	answer, err := do()
	var refused *gateway.RefusedError
	if err == nil || errors.As(err, &refused) {
		f.keys[scope] = memory{request, answer, err, f.Now()}
	}
	return answer, err
}
