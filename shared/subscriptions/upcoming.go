package subscriptions

import (
	"context"

	"perennial/shared/billing"
	"perennial/shared/merchant"
)

// Upcoming tells the next invoices of a subscription without writing.
func (s *Service) Upcoming(ctx context.Context, scope merchant.Scope, subscription string, count int) ([]billing.Invoice, error) {
	d, err := s.open(ctx, scope, subscription)
	if err != nil {
		return nil, err
	}
	return d.sub.Upcoming(billing.Terms{Customer: d.customer, Seller: d.state.Seller.Tax}, count, d.zone)
}
