package subscriptions

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"perennial/shared/billing"
	"perennial/shared/charging"
	"perennial/shared/merchant"
	"perennial/shared/record"
)

// PlanStep is what somebody does about a change of plan that is under way.
type PlanStep string

// The steps.
const (
	PlanUnschedule PlanStep = "unschedule" // a change that waits for the next billing date
	PlanDiscard    PlanStep = "discard"    // a change that waits for its payment
	PlanReturn     PlanStep = "return"     // from a plan whose charge failed to the one that is paid
)

// StepPlan takes back or gives up a change of plan (rules 3). The customers
// are those the caller may act for; none: any.
func (s *Service) StepPlan(ctx context.Context, scope merchant.Scope, actor record.Actor, subscription string, step PlanStep, customers ...string) (Row, error) {
	var err error
	for range tries {
		var row Row
		if row, err = s.stepPlan(ctx, scope, actor, subscription, step, customers); !errors.Is(err, record.ErrStale) {
			return row, err
		}
	}
	return Row{}, fmt.Errorf("%s plan change of %s: %w", step, subscription, err)
}

func (s *Service) stepPlan(ctx context.Context, scope merchant.Scope, actor record.Actor, subscription string, step PlanStep, customers []string) (Row, error) {
	d, err := s.open(ctx, scope, subscription)
	if err != nil {
		return Row{}, err
	}
	if len(customers) > 0 && !slices.Contains(customers, d.customer.ID) {
		return Row{}, fmt.Errorf("subscription %s: %w", subscription, record.ErrNotFound)
	}
	open, hold, err := charging.Unsettled(ctx, s.Store, scope, d.sub)
	if err != nil {
		return Row{}, err
	}
	var change billing.Change
	switch step {
	case PlanUnschedule:
		change, err = d.sub.DropScheduled()
	case PlanDiscard:
		change, err = d.sub.Discard(open, d.now)
	case PlanReturn:
		change, err = d.sub.ReturnToPaid(open, hold, d.now)
	}
	if err != nil {
		return Row{}, err
	}
	done, err := s.put(ctx, d, actor, string(step)+" plan change", change)
	return done.Row, err
}
