package customers

import (
	"context"
	"fmt"
	"slices"

	"perennial/shared/billing"
	"perennial/shared/merchant"
	"perennial/shared/record"
)

// Buyer is who buys: a customer who is known, or one who is to be written
// with what is bought.
type Buyer struct {
	Customer string            // id of one who is known, or
	Fresh    *billing.Customer // a new one, complete but for version and creation
	Claims   []record.Claim    // what the new one takes
}

// Buyer finds who buys under an address: its latest customer, or a new one.
// With create it is always a new one.
func (s *Service) Buyer(ctx context.Context, scope merchant.Scope, c billing.Customer, create bool) (Buyer, error) {
	if !create {
		known, err := s.Store.Customers(ctx, scope, c.Email)
		if err != nil {
			return Buyer{}, fmt.Errorf("customers of an address: %w", err)
		}
		if len(known) > 0 {
			return Buyer{Customer: slices.Max(known)}, nil // ids are in order of creation
		}
	}
	fresh := s.Fresh(c)
	return Buyer{Fresh: &fresh, Claims: []record.Claim{Series(fresh)}}, nil
}
