package gatewaytest

import "perennial/shared/gateway"

// Step is what one charge of a programmed method does.
type Step struct {
	state   gateway.State
	decline gateway.Decline
	then    *Step // what an approved challenge or a settled processing does
	failure When
}

// When says on which side of the effect an answer is lost.
type When int

// The sides of a failure.
const (
	Never  When = iota
	Before      // nothing happened, the caller gets an error
	After       // it happened, the caller gets an error all the same
)

// Succeed captures the money.
func Succeed() Step { return Step{state: gateway.StateSucceeded} }

// Decline refuses with the given decline code.
func Decline(code string) Step { return DeclineWith(gateway.Decline{Code: code}) }

// DeclineWith refuses with a code and a card network advice.
func DeclineWith(d gateway.Decline) Step {
	return Step{state: gateway.StateDeclined, decline: d}
}

// ActionNeeded asks the customer to authenticate; an approval then does what
// the given step does. Off-session it declines with authentication_required.
func ActionNeeded(then Step) Step {
	return Step{state: gateway.StateActionNeeded, then: &then}
}

// Processing leaves the result open until Settle, which does the given step.
func Processing(then Step) Step {
	return Step{state: gateway.StateProcessing, then: &then}
}

// setup is what the step does where no money is asked for: what would be
// declined for the money is not.
func (s Step) setup() Step {
	if s.state == gateway.StateDeclined || s.state == gateway.StateProcessing {
		return Step{state: gateway.StateSucceeded, failure: s.failure}
	}
	if s.state == gateway.StateActionNeeded {
		then := s.then.setup()
		s.then = &then
	}
	return s
}

// Lost makes an error of the answer, before or after the step took effect.
func (s Step) Lost(when When) Step {
	s.failure = when
	return s
}
