package disputes

import (
	"context"
	"errors"
	"fmt"

	"perennial/shared/billing"
	"perennial/shared/fault"
	"perennial/shared/gateway"
	"perennial/shared/merchant"
	"perennial/shared/record"
)

// Faults of rehearsals.
var (
	ErrBanksDecide = fault.New(fault.Forbidden, "TEST_MODE_ONLY", "Only a dispute at the sandbox gateway can be decided here; others are decided by banks.")
	ErrDecided     = fault.New(fault.Conflict, "DISPUTE_NOT_OPEN", "This dispute is decided, or cannot become that.")
)

// Rehearse lets the sandbox's bank decide a dispute of a test mode, so that a
// merchant sees what follows. The gateway's notice brings the decision, as it
// would from a real bank.
func (s *Service) Rehearse(ctx context.Context, scope merchant.Scope, id string, to gateway.DisputeState) error {
	d, err := record.Get[billing.Dispute](ctx, s.Store, scope, id)
	if err != nil {
		return fmt.Errorf("dispute %s: %w", id, err)
	}
	if d.Gateway != merchant.GatewaySandbox || scope.Mode != merchant.Test {
		return ErrBanksDecide
	}
	err = s.Rehearser.Rehearse(ctx, gateway.Account{Gateway: d.Gateway, ID: d.Account}, d.Reference, to)
	if errors.Is(err, gateway.ErrRejected) {
		return ErrDecided
	}
	return err
}
