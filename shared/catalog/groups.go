package catalog

import (
	"context"
	"slices"

	"perennial/shared/billing"
)

// AddGroup appends a group to a collection.
func (s *Service) AddGroup(ctx context.Context, by By, collection string, g billing.Group) (Collected, billing.Group, error) {
	g = fresh(g)
	c, err := s.UpdateCollection(ctx, by, collection, "add group", func(c billing.Collection) (billing.Collection, error) {
		c.Groups = append(slices.Clone(c.Groups), g)
		return c, nil
	})
	return c, g, err
}

// UpdateGroup changes a group by change, which may run more than once.
func (s *Service) UpdateGroup(ctx context.Context, by By, collection, group string, change func(billing.Group) (billing.Group, error)) error {
	_, err := s.UpdateCollection(ctx, by, collection, "update group", func(c billing.Collection) (billing.Collection, error) {
		return c.EditGroup(group, change)
	})
	return err
}

// DropGroup removes a group with its products.
func (s *Service) DropGroup(ctx context.Context, by By, collection, group string) error {
	_, err := s.UpdateCollection(ctx, by, collection, "remove group", func(c billing.Collection) (billing.Collection, error) {
		return c.DropGroup(group)
	})
	return err
}

// AddItems appends products to a group and gives their items.
func (s *Service) AddItems(ctx context.Context, by By, collection, group string, items []billing.Member) (Collected, []billing.Member, error) {
	items = fresh(billing.Group{Members: slices.Clone(items)}).Members
	c, err := s.UpdateCollection(ctx, by, collection, "add products", func(c billing.Collection) (billing.Collection, error) {
		return c.EditGroup(group, func(g billing.Group) (billing.Group, error) {
			g.Members = append(slices.Clone(g.Members), items...)
			return g, nil
		})
	})
	return c, items, err
}

// ShowItem hides or shows a product of a group.
func (s *Service) ShowItem(ctx context.Context, by By, collection, group, item string, shown bool) error {
	return s.UpdateGroup(ctx, by, collection, group, func(g billing.Group) (billing.Group, error) {
		return g.Show(item, shown)
	})
}

// DropItem removes a product from a group; the last of a collection stays.
func (s *Service) DropItem(ctx context.Context, by By, collection, group, item string) error {
	return s.UpdateGroup(ctx, by, collection, group, func(g billing.Group) (billing.Group, error) {
		return g.Drop(item)
	})
}
