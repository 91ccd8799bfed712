package portals

import (
	"context"

	"perennial/shared/billing"
	"perennial/shared/subscriptions"
)

// Backup allows another saved card to be charged when the subscription's own
// is dead, or takes that back. Only the visitor can consent.
func (s *Service) Backup(ctx context.Context, v Visitor, sub billing.Subscription, b subscriptions.Backup) error {
	if err := v.mine(sub); err != nil {
		return err
	}
	b.Scope, b.Actor, b.Subscription, b.Customers = v.Scope, v.Actor, sub.ID, v.Customers
	_, err := s.Subscriptions.SetBackup(ctx, b)
	return err
}
