package purchases

import (
	"context"
	"fmt"

	"perennial/shared/billing"
	"perennial/shared/fault"
	"perennial/shared/merchant"
	"perennial/shared/record"
)

// errNoChoice refuses a session of a collection of which nothing is sold.
var errNoChoice = fault.New(fault.Invalid, "PRODUCT_COLLECTION_MUST_HAVE_PRODUCTS", "Nothing of this product collection is sold.")

// Choices are the products of a collection that a customer may choose from, in
// the collection's order: those that are shown and sold.
func (s *Service) Choices(ctx context.Context, scope merchant.Scope, collection string) ([]billing.Product, error) {
	c, err := record.Get[billing.Collection](ctx, s.Store, scope, collection)
	if err != nil {
		return nil, fmt.Errorf("collection %s: %w", collection, err)
	}
	if c.Archived {
		return nil, billing.ErrCollectionArchived
	}
	var refs []record.Ref
	for _, id := range c.Shown() {
		refs = append(refs, record.RefOf[billing.Product](id))
	}
	if len(refs) == 0 {
		return nil, errNoChoice
	}
	found, err := s.Store.Load(ctx, scope, refs...)
	if err != nil {
		return nil, fmt.Errorf("products of %s: %w", collection, err)
	}
	var open []billing.Product
	for _, obj := range found {
		if p, ok := obj.(billing.Product); ok && !p.Archived && p.Price.Kind != billing.PriceUsage && !p.Price.FreeAmount {
			open = append(open, p)
		}
	}
	if len(open) == 0 {
		return nil, errNoChoice
	}
	return open, nil
}

// Preselect puts the first product of a collection into a session's cart.
func (s *Service) Preselect(ctx context.Context, in Session) (Session, error) {
	if in.Page.Choices == "" {
		return in, nil
	}
	open, err := s.Choices(ctx, in.Scope, in.Page.Choices)
	if err != nil {
		return in, err
	}
	in.Cart.Items = []billing.CartItem{{Product: open[0].ID, Quantity: 1}}
	return in, nil
}
