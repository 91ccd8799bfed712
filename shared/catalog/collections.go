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

// Collected is a collection with the products that it holds.
type Collected struct {
	billing.Collection
	Members map[string]billing.Product
}

// CreateCollection writes a new collection and takes its products in; ids and
// times are set here.
func (s *Service) CreateCollection(ctx context.Context, by By, c billing.Collection) (Collected, error) {
	c.ID, c.Brand = ids.New(ids.ProductCollection, s.Wall()), own(by.Scope, c.Brand)
	for i := range c.Groups {
		c.Groups[i] = fresh(c.Groups[i])
	}
	return again(func() (Collected, error) {
		at, err := s.now(ctx, by.Scope)
		if err != nil {
			return Collected{}, err
		}
		c.CreatedAt, c.UpdatedAt = at, at
		return s.write(ctx, by, "create collection", billing.Collection{}, c, at)
	})
}

// fresh gives a group and its items their ids.
func fresh(g billing.Group) billing.Group {
	g.ID = ids.UUID()
	for i := range g.Members {
		g.Members[i].ID = ids.UUID()
	}
	return g
}

// Collection reads one collection, archived or not, with its products.
func (s *Service) Collection(ctx context.Context, scope merchant.Scope, id string) (Collected, error) {
	c, err := get[billing.Collection](ctx, s, scope, id)
	if err != nil {
		return Collected{}, err
	}
	members, err := s.members(ctx, scope, c.Products())
	return Collected{c, members}, err
}

// Collections reads a page of collections, newest first; an empty brand is
// any.
func (s *Service) Collections(ctx context.Context, scope merchant.Scope, q record.Query, brand string) ([]billing.Collection, error) {
	if brand == "" {
		return register.List[billing.Collection](ctx, s.Store, scope, q, nil)
	}
	return register.List(ctx, s.Store, scope, q, func(c billing.Collection) bool { return c.Brand == own(scope, brand) })
}

// UpdateCollection changes a collection by change, which may run more than
// once, and takes products in or lets them go accordingly.
func (s *Service) UpdateCollection(ctx context.Context, by By, id, cause string, change func(billing.Collection) (billing.Collection, error)) (Collected, error) {
	return again(func() (Collected, error) {
		old, err := get[billing.Collection](ctx, s, by.Scope, id)
		if err != nil {
			return Collected{}, err
		}
		if old.Archived {
			return Collected{}, billing.ErrCollectionArchived
		}
		at, err := s.now(ctx, by.Scope)
		if err != nil {
			return Collected{}, err
		}
		c, err := change(old)
		if err != nil {
			return Collected{}, err
		}
		c.Brand, c.UpdatedAt = own(by.Scope, c.Brand), at
		return s.write(ctx, by, cause, old, c, at)
	})
}

// ArchiveCollection closes a collection and lets its products go.
func (s *Service) ArchiveCollection(ctx context.Context, by By, id string) error {
	_, err := s.UpdateCollection(ctx, by, id, "archive collection", func(c billing.Collection) (billing.Collection, error) {
		c.Archived = true
		return c, nil
	})
	return err
}

// UnarchiveCollection opens a collection again, and lists the products that
// it lost because they are archived or in another collection by now.
func (s *Service) UnarchiveCollection(ctx context.Context, by By, id string) (excluded []string, err error) {
	_, err = again(func() (Collected, error) {
		old, err := get[billing.Collection](ctx, s, by.Scope, id)
		excluded = []string{}
		if err != nil || !old.Archived {
			return Collected{}, err
		}
		at, err := s.now(ctx, by.Scope)
		if err != nil {
			return Collected{}, err
		}
		members, err := s.members(ctx, by.Scope, old.Products())
		if err != nil {
			return Collected{}, err
		}
		c := old.Without(func(product string) bool {
			p, ok := members[product]
			return ok && !p.Archived && p.Collection == ""
		}, &excluded)
		c.Archived, c.UpdatedAt = false, at
		return s.write(ctx, by, "unarchive collection", old, c, at)
	})
	return excluded, err
}

// write commits a collection with the products that enter or leave it. An
// archived collection holds none.
func (s *Service) write(ctx context.Context, by By, cause string, old, c billing.Collection, at calendar.Instant) (Collected, error) {
	before, after := holds(old), holds(c)
	members, err := s.members(ctx, by.Scope, unique(append(slices.Clone(c.Products()), before...)))
	if err != nil {
		return Collected{}, err
	}
	var check fault.Check
	if c.Brand != old.Brand {
		if err := s.openBrand(ctx, by.Scope, c.Brand, "brand_id", &check); err != nil {
			return Collected{}, err
		}
	}
	var moved []any
	for _, id := range unique(append(slices.Clone(before), after...)) {
		p, known := members[id]
		stays := slices.Contains(after, id)
		if stays && !slices.Contains(before, id) {
			enter(&check, id, p, known)
		}
		if want := map[bool]string{true: c.ID}[stays]; known && p.Collection != want {
			p.Collection, p.UpdatedAt = want, at
			moved, members[id] = append(moved, p), record.Next(p)
		}
	}
	if err := problems(c.Check(), &check, "The collection is not valid."); err != nil {
		return Collected{}, err
	}
	c, err = create(ctx, s, by, cause, at, c, moved...)
	return Collected{c, members}, err
}

// holds lists the products that belong to a collection now.
func holds(c billing.Collection) []string {
	if c.Archived {
		return nil
	}
	return c.Products()
}

// enter notes why a product may not be taken in.
func enter(check *fault.Check, id string, p billing.Product, known bool) {
	check.That(known, "products", id+" is no product of this business")
	check.That(!p.Archived, "products", id+" is archived")
	check.That(p.Collection == "", "products", id+" is in another collection")
}

// members reads products by id; those that are not there are left out. More
// than a collection may hold are not read: the rules refuse them.
func (s *Service) members(ctx context.Context, scope merchant.Scope, products []string) (map[string]billing.Product, error) {
	known := make(map[string]billing.Product)
	var refs []record.Ref
	for _, id := range unique(products) {
		refs = append(refs, record.RefOf[billing.Product](id))
	}
	for part := range slices.Chunk(refs, 100) {
		found, err := s.Store.Load(ctx, scope, part...)
		if err != nil {
			return nil, fmt.Errorf("products: %w", err)
		}
		for _, obj := range found {
			if p, ok := obj.(billing.Product); ok {
				known[p.ID] = p
			}
		}
	}
	return known, nil
}
