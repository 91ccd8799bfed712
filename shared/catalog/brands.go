package catalog

import (
	"context"
	"fmt"
	"slices"

	"perennial/shared/billing"
	"perennial/shared/calendar"
	"perennial/shared/fault"
	"perennial/shared/ids"
	"perennial/shared/merchant"
	"perennial/shared/record"
	"perennial/shared/register"
)

// own is how a brand is kept in what belongs to it: the primary brand, whose
// id is the business's (rules 24), is empty.
func own(scope merchant.Scope, brand string) string {
	if brand == scope.Business {
		return ""
	}
	return brand
}

// openBrand notes a brand that is none of the business's or archived.
func (s *Service) openBrand(ctx context.Context, scope merchant.Scope, id, field string, check *fault.Check) error {
	if id == "" {
		return nil
	}
	b, err := get[merchant.Brand](ctx, s, scope, id)
	if err != nil && !missing(err) {
		return err
	}
	check.That(err == nil && b.ArchivedAt.IsZero(), field, "is no open brand of this business")
	return nil
}

// CreateBrand writes a new brand; id and times are set here.
func (s *Service) CreateBrand(ctx context.Context, by By, b merchant.Brand) (merchant.Brand, error) {
	if err := b.Check(); err != nil {
		return b, err
	}
	at, err := s.now(ctx, by.Scope)
	if err != nil {
		return b, err
	}
	b.ID, b.CreatedAt, b.UpdatedAt = ids.New(ids.Brand, s.Wall()), at, at
	return create(ctx, s, by, "create brand", at, b)
}

// Brand reads one brand, the primary one included.
func (s *Service) Brand(ctx context.Context, scope merchant.Scope, id string) (merchant.Brand, error) {
	if id != scope.Business {
		return get[merchant.Brand](ctx, s, scope, id)
	}
	state, err := s.Store.State(ctx, scope)
	if err != nil {
		return merchant.Brand{}, fmt.Errorf("state of %s: %w", scope, err)
	}
	return primary(scope, state), nil
}

func primary(scope merchant.Scope, state merchant.State) merchant.Brand {
	b := state.Business.Primary()
	b.ID = scope.Business
	return b
}

// Brands lists the brands, the primary one first, then the newest first.
func (s *Service) Brands(ctx context.Context, scope merchant.Scope, archived bool) ([]merchant.Brand, error) {
	state, err := s.Store.State(ctx, scope)
	if err != nil {
		return nil, fmt.Errorf("state of %s: %w", scope, err)
	}
	found, err := all(ctx, s, scope, record.Query{Kind: record.KindBrand}, func(b merchant.Brand) bool {
		return archived || b.ArchivedAt.IsZero()
	})
	return slices.Insert(found, 0, primary(scope, state)), err
}

// all reads every object that is wanted, up to what a search may look at.
func all[T any](ctx context.Context, s *Service, scope merchant.Scope, q record.Query, keep func(T) bool) ([]T, error) {
	var found []T
	q.Limit = record.MaxLimit
	for {
		page, err := register.List(ctx, s.Store, scope, q, keep)
		if err != nil {
			return nil, err
		}
		found = append(found, page...)
		if len(page) < q.Limit {
			return found, nil
		}
		q.Offset += q.Limit
	}
}

// UpdateBrand changes a brand by change, which may run more than once. The
// primary brand is refused.
func (s *Service) UpdateBrand(ctx context.Context, by By, id string, change func(merchant.Brand) merchant.Brand) (merchant.Brand, error) {
	if id == by.Scope.Business {
		return merchant.Brand{}, merchant.ErrPrimaryBrand
	}
	return edit(ctx, s, by, id, "update brand", func(b merchant.Brand, at calendar.Instant) (merchant.Brand, error) {
		if !b.ArchivedAt.IsZero() {
			return b, merchant.ErrBrandClosed
		}
		b = change(b)
		b.UpdatedAt = at
		return b, b.Check()
	})
}

// Moved counts what an archived brand gave to another.
type Moved struct {
	Brand                                merchant.Brand
	To                                   string // empty when nothing had to move
	Products, Subscriptions, Collections int
}

// ArchiveBrand closes a brand. What it holds moves to another brand first;
// without one a brand that holds anything is refused. A move that was cut
// short is finished by asking again.
func (s *Service) ArchiveBrand(ctx context.Context, by By, id, to string) (Moved, error) {
	if id == by.Scope.Business {
		return Moved{}, merchant.ErrPrimaryBrand
	}
	b, err := get[merchant.Brand](ctx, s, by.Scope, id)
	if err != nil {
		return Moved{}, err
	}
	if !b.ArchivedAt.IsZero() {
		return Moved{}, merchant.ErrBrandClosed
	}
	moved := Moved{To: to}
	if err := s.empty(ctx, by, id, &moved); err != nil {
		return Moved{}, err
	}
	moved.Brand, err = edit(ctx, s, by, id, "archive brand", func(b merchant.Brand, at calendar.Instant) (merchant.Brand, error) {
		if !b.ArchivedAt.IsZero() {
			return b, merchant.ErrBrandClosed
		}
		b.ArchivedAt, b.UpdatedAt = at, at
		return b, nil
	})
	return moved, err
}

// empty moves what a brand holds.
func (s *Service) empty(ctx context.Context, by By, id string, m *Moved) error {
	products, collections, err := s.held(ctx, by.Scope, id)
	if err != nil {
		return err
	}
	var check fault.Check
	check.That(m.To != "" || len(products)+len(collections) == 0, "move_products_to", "is required: the brand has products or collections")
	check.That(m.To != id, "move_products_to", "must be another brand")
	if err := s.openBrand(ctx, by.Scope, own(by.Scope, m.To), "move_products_to", &check); err != nil {
		return err
	}
	if err := check.Fault("INVALID_REQUEST_PARAMETERS", "The brand cannot be archived."); err != nil {
		return err
	}
	target := own(by.Scope, m.To)
	for _, p := range products { // a product goes last, so that a move that is cut short is finished
		live, err := s.moveLive(ctx, by, p, target)
		if err != nil {
			return err
		}
		_, err = edit(ctx, s, by, p, "move to brand", func(p billing.Product, at calendar.Instant) (billing.Product, error) {
			p.Brand, p.UpdatedAt = target, at
			return p, nil
		})
		if err != nil {
			return err
		}
		m.Products, m.Subscriptions = m.Products+1, m.Subscriptions+live
	}
	for _, c := range collections {
		_, err := edit(ctx, s, by, c, "move to brand", func(c billing.Collection, at calendar.Instant) (billing.Collection, error) {
			c.Brand, c.UpdatedAt = target, at
			return c, nil
		})
		if err != nil {
			return err
		}
		m.Collections++
	}
	return nil
}

// held lists the products and collections of a brand, archived ones included.
func (s *Service) held(ctx context.Context, scope merchant.Scope, brand string) (products, collections []string, err error) {
	sold, err := all(ctx, s, scope, record.Query{Kind: record.KindProduct}, func(p billing.Product) bool { return p.Brand == brand })
	if err != nil {
		return nil, nil, err
	}
	grouped, err := all(ctx, s, scope, record.Query{Kind: record.KindCollection}, func(c billing.Collection) bool { return c.Brand == brand })
	for _, p := range sold {
		products = append(products, p.ID)
	}
	for _, c := range grouped {
		collections = append(collections, c.ID)
	}
	return products, collections, err
}

// moveLive moves the subscriptions of a product that have not ended, and tells
// how many there are.
func (s *Service) moveLive(ctx context.Context, by By, product, brand string) (int, error) {
	q := record.Query{Kind: record.KindSubscription, Filters: map[string]string{"product_id": product}}
	live, err := all(ctx, s, by.Scope, q, func(sub billing.Subscription) bool { return !sub.Status.Ended() })
	if err != nil {
		return 0, err
	}
	for _, sub := range live {
		_, err := edit(ctx, s, by, sub.ID, "move to brand", func(sub billing.Subscription, _ calendar.Instant) (billing.Subscription, error) {
			sub.Brand = brand
			return sub, nil
		})
		if err != nil {
			return 0, err
		}
	}
	return len(live), nil
}
