package operations

import (
	"context"
	"errors"
	"fmt"

	"perennial/shared/billing"
	"perennial/shared/merchant"
	"perennial/shared/record"
	"perennial/shared/register"
)

// Reindex writes the mailboxes of a mode's customers anew, so that the
// unified portal finds those too that were stored before it was there. It can
// be run at any time and again; a mailbox that was left meanwhile opens
// nothing, because whoever looks compares with the customer.
func (s *Service) Reindex(ctx context.Context, scope merchant.Scope) (int, error) {
	written := 0
	err := register.Each(ctx, s.Store, scope, record.KindCustomer, func(listed billing.Customer) error {
		c, err := record.Get[billing.Customer](ctx, s.Store, scope, listed.ID) // the list may lag
		if errors.Is(err, record.ErrNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		written++
		return s.commit(ctx, scope, "reindex", billing.Mailbox{Email: billing.NormalEmail(c.Email), Customer: c.ID})
	})
	if err != nil {
		return written, fmt.Errorf("reindex %s: %w", scope, err)
	}
	return written, nil
}
