package charging

import (
	"context"
	"fmt"

	"perennial/shared/fault"
	"perennial/shared/merchant"
)

// Brake limits how fast charges may be confirmed.
type Brake interface {
	// Allow takes one charge of a scope from its budget per minute.
	Allow(ctx context.Context, scope merchant.Scope, perMinute int) (bool, error)
}

// ErrStopped refuses to charge while the brake is on. Nothing was started.
var ErrStopped = fault.New(fault.Unavailable, "CHARGING_STOPPED", "Payments are paused for the moment. Please try again later.")

// braked tells whether charging is stopped for the scope or everywhere. With
// take, the charge is also taken from the budgets per minute.
func (s *Service) braked(ctx context.Context, state merchant.State, take bool) error {
	all, err := s.Store.State(ctx, merchant.Deployment)
	if err != nil {
		return fmt.Errorf("read the deployment's brake: %w", err)
	}
	all.Scope = merchant.Deployment
	for _, st := range []merchant.State{all, state} {
		if st.Brake.Stopped {
			return ErrStopped
		}
		if !take || st.Brake.PerMinute == 0 {
			continue
		}
		ok, err := s.Brake.Allow(ctx, st.Scope, st.Brake.PerMinute)
		if err != nil {
			return err
		}
		if !ok {
			return ErrStopped
		}
	}
	return nil
}
