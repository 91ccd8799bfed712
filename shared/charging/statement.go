package charging

import (
	"context"

	"perennial/shared/billing"
	"perennial/shared/merchant"
	"perennial/shared/record"
)

// statement is what the brand that something is sold under wants read on bank
// statements. It is kept in the lock, so that whoever repeats the request makes
// the same one. The primary brand is the account's own and costs no request.
func (s *Service) statement(ctx context.Context, scope merchant.Scope, c billing.Case) (string, error) {
	brand := c.Subscription.Brand
	if c.Purchase != nil {
		brand = c.Purchase.Brand
	}
	b, err := record.BrandOf(ctx, s.Store, scope, brand)
	return b.Statement, err
}
