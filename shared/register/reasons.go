package register

import (
	"context"

	"perennial/shared/billing"
	"perennial/shared/merchant"
	"perennial/shared/record"
)

// CancelReasons reads a page of what was said about cancellations, as long as
// it is kept.
func (s *Service) CancelReasons(ctx context.Context, scope merchant.Scope, q record.Query) ([]billing.CancelReason, error) {
	return List[billing.CancelReason](ctx, s.Store, scope, q, nil)
}
