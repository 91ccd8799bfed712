package recovery

import (
	"context"
	"errors"
	"fmt"
	"time"

	"perennial/shared/billing"
	"perennial/shared/charging"
	"perennial/shared/lifecycle"
	"perennial/shared/merchant"
	"perennial/shared/record"
)

// Outcome is a task's answer to the workflow.
type Outcome string

// The outcomes.
const (
	OutcomeWait     Outcome = "wait"          // the hold goes on
	OutcomeCharge   Outcome = "charge"        // look at the attempt
	OutcomePaid     Outcome = "paid"          // the dues are paid
	OutcomeAction   Outcome = "action_needed" // the customer authenticates
	OutcomeDeclined Outcome = "declined"
	OutcomeEnded    Outcome = "ended" // cancelled, expired or closed unpaid
	OutcomeDone     Outcome = "done"
)

// Step is a task of the hold workflow.
type Step string

// The steps, named as in the workflow's definition.
const (
	StepAnnounce   Step = "announce"
	StepWait       Step = "wait"
	StepWaitAuth   Step = "wait_authentication"
	StepCharge     Step = "charge"
	StepDeclined   Step = "announce_declined"
	StepReactivate Step = "reactivate"
	StepExpire     Step = "expire"
)

// Task is one invocation by the workflow.
type Task struct {
	Step         Step
	Scope        merchant.Scope
	Subscription string
	Epoch        int
	Run          int
	Token        string
}

// Answer is what the workflow hears: the outcome, and how long the recovery
// window still is.
type Answer struct {
	Outcome Outcome
	Wait    time.Duration
}

// Perform does one task. Every task reads the hold first and may run twice.
func (s *Service) Perform(ctx context.Context, t Task) (Answer, error) {
	for range 5 {
		answer, err := s.perform(ctx, t)
		if !errors.Is(err, record.ErrStale) {
			return answer, err
		}
	}
	return Answer{}, fmt.Errorf("%s %s: %w", t.Step, billing.HoldID(t.Subscription, t.Epoch), record.ErrStale)
}

func (s *Service) perform(ctx context.Context, t Task) (Answer, error) {
	hold, err := record.Get[billing.Hold](ctx, s.Store, t.Scope, billing.HoldID(t.Subscription, t.Epoch))
	if err != nil {
		return Answer{}, fmt.Errorf("hold of %s: %w", t.Subscription, err)
	}
	if hold.Run != t.Run {
		return s.retired(ctx, t)
	}
	switch t.Step {
	case StepAnnounce, StepDeclined:
		return s.announce(ctx, t, hold)
	case StepWait, StepWaitAuth:
		return s.wait(ctx, t, hold)
	case StepCharge:
		return s.look(ctx, t, hold)
	case StepExpire:
		return s.expire(ctx, t.Scope, hold)
	case StepReactivate:
		return s.done(ctx, t.Scope, hold, OutcomeDone)
	}
	return Answer{}, fmt.Errorf("unknown step %q of the hold flow", t.Step)
}

// retired answers the tasks of a run that a repair has replaced.
func (s *Service) retired(ctx context.Context, t Task) (Answer, error) {
	if t.Token == "" {
		return Answer{Outcome: OutcomeEnded}, nil
	}
	return Answer{Outcome: OutcomeEnded}, s.Flow.Answer(ctx, t.Token, OutcomeEnded)
}

// announce sends the mail that begins the hold's sequence, or leaves it to the
// subscription's due entry when it has to wait for the day or for another
// mail (R245, rules 21).
func (s *Service) announce(ctx context.Context, t Task, hold billing.Hold) (Answer, error) {
	if !hold.Open() {
		return s.decided(ctx, t.Scope, hold)
	}
	left, err := s.left(ctx, t.Scope, hold)
	if err != nil || t.Step == StepDeclined {
		return Answer{OutcomeWait, left}, err // the page has told the customer already
	}
	mails := lifecycle.Service{Store: s.Store, Wall: s.Wall}
	return Answer{OutcomeWait, left}, mails.Announce(ctx, t.Scope, t.Subscription)
}

// wait stores the token on the hold, then reads the hold again: what was
// decided before the token was stored is answered here.
func (s *Service) wait(ctx context.Context, t Task, hold billing.Hold) (Answer, error) {
	hold.Token, hold.TokenRun = t.Token, t.Run
	err := s.Store.Commit(ctx, record.Commit{
		Scope: t.Scope, Actor: record.System, Cause: "hold waits", Put: []any{hold},
	})
	if err != nil {
		return Answer{}, err
	}
	fresh, err := record.Get[billing.Hold](ctx, s.Store, t.Scope, hold.ID())
	if err != nil {
		return Answer{}, err
	}
	if fresh.Open() {
		return Answer{Outcome: OutcomeWait}, nil
	}
	return Answer{Outcome: OutcomeWait}, s.answer(ctx, fresh, verdictOutcome(fresh))
}

// look finds the attempt that a confirming request made, or finishes what a
// crash left of it.
func (s *Service) look(ctx context.Context, t Task, hold billing.Hold) (Answer, error) {
	if !hold.Open() {
		return s.decided(ctx, t.Scope, hold)
	}
	got, err := s.Charger.Finish(ctx, charging.Recover{
		Scope: t.Scope, Owner: t.Subscription, Actor: record.System, Cause: "hold flow",
	})
	if err != nil {
		return Answer{}, err
	}
	fresh, err := record.Get[billing.Hold](ctx, s.Store, t.Scope, hold.ID())
	if err != nil {
		return Answer{}, err
	}
	left, err := s.left(ctx, t.Scope, fresh)
	switch {
	case err != nil:
		return Answer{}, err
	case !fresh.Open():
		return s.decided(ctx, t.Scope, fresh)
	case got.Subscription.Lock.State == billing.LockAction:
		return Answer{OutcomeAction, left}, nil
	case !got.Subscription.Lock.Set() && got.Subscription.Attempts > 0:
		return Answer{OutcomeDeclined, left}, nil
	}
	return Answer{OutcomeWait, left}, nil // an unknown outcome is the collector's to finish
}

// expire ends the hold when its window is really over in business time.
func (s *Service) expire(ctx context.Context, scope merchant.Scope, hold billing.Hold) (Answer, error) {
	if !hold.Open() {
		return s.decided(ctx, scope, hold)
	}
	left, err := s.left(ctx, scope, hold)
	if err != nil {
		return Answer{}, err
	}
	if left > 0 {
		return Answer{OutcomeWait, left}, nil
	}
	closed, err := s.close(ctx, scope, hold)
	if err != nil {
		return Answer{}, err
	}
	if !closed { // a payment is under way; it may yet save the subscription
		return Answer{OutcomeWait, billing.LeaseChallenge}, nil
	}
	fresh, err := record.Get[billing.Hold](ctx, s.Store, scope, hold.ID())
	if err != nil {
		return Answer{}, err
	}
	return s.decided(ctx, scope, fresh)
}

// CloseWindow ends a hold whose recovery window is over and wakes its
// workflow. Before that, or once it is decided, it does nothing.
func (s *Service) CloseWindow(ctx context.Context, scope merchant.Scope, subscription string, epoch int) error {
	hold, err := record.Get[billing.Hold](ctx, s.Store, scope, billing.HoldID(subscription, epoch))
	if err != nil {
		return fmt.Errorf("hold of %s: %w", subscription, err)
	}
	answer, err := s.expire(ctx, scope, hold)
	if err != nil || answer.Outcome == OutcomeWait || !hold.Open() {
		return err
	}
	return s.answer(ctx, hold, answer.Outcome)
}

// close carries out the merchant's end action, unless a payment is under way.
func (s *Service) close(ctx context.Context, scope merchant.Scope, hold billing.Hold) (closed bool, err error) {
	d, err := s.open(ctx, scope, hold.Subscription, nil)
	if err != nil || d.sub.Lock.Set() {
		return false, err
	}
	change, err := d.sub.CloseHold(d.open, hold, d.now, d.state.Recovery.EndAction == merchant.EndCancel)
	if err == nil {
		change, err = charging.Dropped(ctx, s.Store, scope, d.sub, change)
	}
	if err != nil {
		return false, err
	}
	return true, s.Store.Commit(ctx, record.Commit{
		Scope: scope, Actor: record.System, Cause: "recovery window ended", At: d.now,
		Put: charging.Objects(change), Attach: []any{d.customer}, Events: change.Events,
	})
}

// decided answers for a hold that is closed, marking its flow done unless the
// customer's reactivation still has to be announced.
func (s *Service) decided(ctx context.Context, scope merchant.Scope, hold billing.Hold) (Answer, error) {
	if hold.Verdict == billing.VerdictPaid {
		return Answer{Outcome: OutcomePaid}, nil
	}
	return s.done(ctx, scope, hold, OutcomeEnded)
}

// done marks the hold's flow as finished.
func (s *Service) done(ctx context.Context, scope merchant.Scope, hold billing.Hold, outcome Outcome) (Answer, error) {
	if hold.Flow == billing.FlowDone {
		return Answer{Outcome: outcome}, nil
	}
	hold.Flow, hold.Token = billing.FlowDone, ""
	err := s.Store.Commit(ctx, record.Commit{
		Scope: scope, Actor: record.System, Cause: "hold flow done", Put: []any{hold},
	})
	return Answer{Outcome: outcome}, err
}

// left is the rest of the recovery window in business time.
func (s *Service) left(ctx context.Context, scope merchant.Scope, hold billing.Hold) (time.Duration, error) {
	state, err := s.Store.State(ctx, scope)
	if err != nil {
		return 0, fmt.Errorf("state of %s: %w", scope, err)
	}
	return max(0, hold.WindowEnds.Sub(state.Clock.Now(s.Wall()))), nil
}

// answer sends an outcome to the state that waits, if one does.
func (s *Service) answer(ctx context.Context, hold billing.Hold, outcome Outcome) error {
	if hold.Token == "" || hold.TokenRun != hold.Run {
		return nil
	}
	return s.Flow.Answer(ctx, hold.Token, outcome)
}

func verdictOutcome(h billing.Hold) Outcome {
	if h.Verdict == billing.VerdictPaid {
		return OutcomePaid
	}
	return OutcomeEnded
}

// outcomeOf is what an attempt means to the workflow.
func outcomeOf(h billing.Hold, r charging.Result) Outcome {
	switch {
	case !h.Open():
		return verdictOutcome(h)
	case r.ActionURL != "":
		return OutcomeAction
	}
	return OutcomeCharge
}

var _ lifecycle.Holds = (*Service)(nil)
