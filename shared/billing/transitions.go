package billing

import "perennial/shared/fault"

// Status is the state of a subscription, in wire names. Trialing is active
// with a trial end.
type Status string

// The subscription states.
const (
	StatusPending   Status = "pending"
	StatusActive    Status = "active"
	StatusPastDue   Status = "past_due"
	StatusOnHold    Status = "on_hold"
	StatusPaused    Status = "paused"
	StatusCancelled Status = "cancelled"
	StatusFailed    Status = "failed"
	StatusExpired   Status = "expired"
)

// Statuses lists every state in the order of a subscription's life.
var Statuses = []Status{
	StatusPending, StatusActive, StatusPastDue, StatusOnHold,
	StatusPaused, StatusCancelled, StatusFailed, StatusExpired,
}

// Move is a named step between states.
type Move string

// The moves.
const (
	MoveActivate  Move = "activate"   // the first payment or mandate succeeded
	MoveFail      Move = "fail"       // it never came
	MoveRenew     Move = "renew"      // a renewal was paid
	MoveGrace     Move = "grace"      // a renewal failed, access is kept
	MoveHold      Move = "hold"       // a renewal failed or grace ended
	MoveRecover   Move = "recover"    // the dues were paid
	MovePause     Move = "pause"      // deliberate freeze
	MoveResume    Move = "resume"     // end of the freeze
	MoveCancel    Move = "cancel"     // by customer, merchant or policy
	MoveExpire    Move = "expire"     // the term is over
	MoveSetMethod Move = "set_method" // another payment method, nothing due
	MoveChange    Move = "change"     // another plan, paid
)

// Moves lists every move.
var Moves = []Move{
	MoveActivate, MoveFail, MoveRenew, MoveGrace, MoveHold, MoveRecover,
	MovePause, MoveResume, MoveCancel, MoveExpire, MoveSetMethod, MoveChange,
}

// Transitions is the whole of what may happen to a subscription's status.
// What is not listed is refused. An on-hold subscription never renews (R135).
var Transitions = map[Status]map[Move]Status{
	StatusPending: {
		MoveActivate: StatusActive, MoveFail: StatusFailed, MoveCancel: StatusCancelled,
	},
	StatusActive: {
		MoveRenew: StatusActive, MoveGrace: StatusPastDue, MoveHold: StatusOnHold,
		MoveRecover: StatusActive, MovePause: StatusPaused, MoveCancel: StatusCancelled,
		MoveExpire: StatusExpired, MoveSetMethod: StatusActive, MoveChange: StatusActive,
	},
	StatusPastDue: {
		MoveHold: StatusOnHold, MoveRecover: StatusActive, MoveCancel: StatusCancelled, MoveExpire: StatusExpired,
	},
	StatusOnHold: {
		MoveRecover: StatusActive, MoveCancel: StatusCancelled, MoveExpire: StatusExpired,
	},
	StatusPaused: {
		MoveResume: StatusActive, MoveCancel: StatusCancelled, MoveSetMethod: StatusPaused,
	},
	StatusCancelled: {},
	StatusFailed:    {},
	StatusExpired:   {},
}

// Faults of transitions.
var (
	ErrInactive  = fault.New(fault.Invalid, "SUBSCRIPTION_INACTIVE", "This subscription is not active.")
	ErrExpired   = fault.New(fault.Invalid, "SUBSCRIPTION_EXPIRED", "This subscription has ended.")
	ErrCancelled = fault.New(fault.Conflict, "SUBSCRIPTION_ALREADY_CANCELLED", "This subscription is already cancelled.")
	ErrLocked    = fault.New(fault.Conflict, "PREVIOUS_PAYMENT_PENDING", "A payment for this subscription is still being made. Please try again in a moment.")
)

// Ended reports whether nothing can happen to a subscription any more.
func (s Status) Ended() bool { return len(Transitions[s]) == 0 }

// Access reports whether the customer may use what was bought.
func (s Status) Access() bool { return s == StatusActive || s == StatusPastDue }

// after gives the state that a move leads to.
func (s Status) after(m Move) (Status, error) {
	next, ok := Transitions[s][m]
	switch {
	case ok:
		return next, nil
	case s == StatusCancelled:
		return s, ErrCancelled
	case s == StatusExpired:
		return s, ErrExpired
	}
	return s, ErrInactive
}
