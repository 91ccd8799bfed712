package subscriptions

import (
	"context"

	"perennial/shared/billing"
	"perennial/shared/charging"
	"perennial/shared/lifecycle"
	"perennial/shared/merchant"
)

// Upcoming tells the next invoices of a subscription without writing.
func (s *Service) Upcoming(ctx context.Context, scope merchant.Scope, subscription string, count int) ([]billing.Invoice, error) {
	d, err := s.open(ctx, scope, subscription)
	if err != nil {
		return nil, err
	}
	if d.sub.Manual.On && len(d.sub.Open) > 0 { // what is issued is not upcoming any more
		open, _, err := charging.Arrears(ctx, s.Store, scope, d.sub)
		if err == nil {
			d.sub, err = d.sub.AsPaid(open, d.zone)
		}
		if err != nil {
			return nil, err
		}
	}
	terms := billing.Terms{Customer: d.customer, Seller: d.state.Seller.Tax, Gateway: lifecycle.Payee(d.state, d.sub).Gateway}
	return d.sub.Upcoming(terms, count, d.zone)
}
