package operations

import (
	"context"
	"fmt"

	"perennial/shared/billing"
	"perennial/shared/fault"
	"perennial/shared/merchant"
	"perennial/shared/record"
)

// ErrNoFlow refuses to repair a hold whose flow has finished.
var ErrNoFlow = fault.New(fault.Conflict, "NO_FLOW", "The hold's flow has finished; there is nothing to repair.")

// RepairHold starts the workflow of a subscription's current hold anew, after
// its execution has failed for good. The hold's run is raised, so that tasks
// of the old execution exit if it still lives; the books are not touched.
func (s *Service) RepairHold(ctx context.Context, scope merchant.Scope, subscription string) (billing.Hold, error) {
	sub, err := record.Get[billing.Subscription](ctx, s.Store, scope, subscription)
	if err != nil {
		return billing.Hold{}, fmt.Errorf("subscription %s: %w", subscription, err)
	}
	hold, err := record.Get[billing.Hold](ctx, s.Store, scope, billing.HoldID(sub.ID, sub.HoldEpoch))
	if err != nil {
		return billing.Hold{}, fmt.Errorf("hold of %s: %w", subscription, err)
	}
	if hold.Flow != billing.FlowRunning {
		return hold, ErrNoFlow
	}
	customer, err := record.Get[billing.Customer](ctx, s.Store, scope, sub.Customer)
	if err != nil {
		return hold, fmt.Errorf("customer of %s: %w", subscription, err)
	}
	hold.Run++
	hold.Token, hold.TokenRun = "", 0
	err = s.Store.Commit(ctx, record.Commit{
		Scope: scope, Actor: s.Actor, Cause: "repair hold", Put: []any{hold}, Attach: []any{sub, customer},
		Events: []billing.Event{{Type: billing.EventHoldStarted, Object: hold.ID()}},
	})
	if err != nil {
		return hold, fmt.Errorf("repair hold of %s: %w", subscription, err)
	}
	return record.Next(hold), nil
}
