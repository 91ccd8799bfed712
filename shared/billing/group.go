package billing

import (
	"slices"

	"perennial/shared/fault"
)

// EditGroup changes one group, or answers ErrNoGroup.
func (c Collection) EditGroup(id string, change func(Group) (Group, error)) (Collection, error) {
	i := slices.IndexFunc(c.Groups, func(g Group) bool { return g.ID == id })
	if i < 0 {
		return c, ErrNoGroup
	}
	g, err := change(c.Groups[i])
	c.Groups = slices.Clone(c.Groups)
	c.Groups[i] = g
	return c, err
}

// DropGroup removes a group, or answers ErrNoGroup.
func (c Collection) DropGroup(id string) (Collection, error) {
	kept := slices.DeleteFunc(slices.Clone(c.Groups), func(g Group) bool { return g.ID == id })
	if len(kept) == len(c.Groups) {
		return c, ErrNoGroup
	}
	c.Groups = kept
	return c, nil
}

// Order puts the groups into the order of ids, which names each once.
func (c Collection) Order(ids []string) (Collection, error) {
	groups, ok := ordered(c.Groups, ids, func(g Group) string { return g.ID })
	if !ok {
		return c, notAnOrder("group_order")
	}
	c.Groups = groups
	return c, nil
}

// Without drops the products that keep refuses and adds them to dropped.
func (c Collection) Without(keep func(product string) bool, dropped *[]string) Collection {
	c.Groups = slices.Clone(c.Groups)
	for i, g := range c.Groups {
		c.Groups[i].Members = nil
		for _, item := range g.Members {
			if keep(item.Product) {
				c.Groups[i].Members = append(c.Groups[i].Members, item)
			} else {
				*dropped = append(*dropped, item.Product)
			}
		}
	}
	return c
}

// Order puts the items into the order of ids, which names each once.
func (g Group) Order(ids []string) (Group, error) {
	items, ok := ordered(g.Members, ids, func(i Member) string { return i.ID })
	if !ok {
		return g, notAnOrder("product_order")
	}
	g.Members = items
	return g, nil
}

// Show hides or shows an item, or answers ErrNoItem.
func (g Group) Show(id string, shown bool) (Group, error) {
	i := slices.IndexFunc(g.Members, func(item Member) bool { return item.ID == id })
	if i < 0 {
		return g, ErrNoItem
	}
	g.Members = slices.Clone(g.Members)
	g.Members[i].Hidden = !shown
	return g, nil
}

// Drop removes an item, or answers ErrNoItem.
func (g Group) Drop(id string) (Group, error) {
	kept := slices.DeleteFunc(slices.Clone(g.Members), func(item Member) bool { return item.ID == id })
	if len(kept) == len(g.Members) {
		return g, ErrNoItem
	}
	g.Members = kept
	return g, nil
}

func notAnOrder(field string) error {
	var check fault.Check
	check.That(false, field, "must name each id there is once")
	return check.Fault("INVALID_REQUEST_PARAMETERS", "The order is not valid.")
}

// ordered gives all in the order of ids; ok is false when these are not the
// ids that there are, each once.
func ordered[T any](all []T, ids []string, id func(T) string) (sorted []T, ok bool) {
	if len(ids) != len(all) || !distinct(ids, func(s string) string { return s }) {
		return nil, false
	}
	for _, want := range ids {
		i := slices.IndexFunc(all, func(one T) bool { return id(one) == want })
		if i < 0 {
			return nil, false
		}
		sorted = append(sorted, all[i])
	}
	return sorted, true
}
