package billing

import (
	"slices"
	"unicode/utf8"

	"perennial/shared/calendar"
	"perennial/shared/fault"
)

// Collection is a set of products in groups: what a checkout offers together,
// and what a customer may change between (R100, R108). A product belongs to
// at most one.
type Collection struct {
	ID               string
	Version          int64
	Brand            string // empty is the primary brand
	Name             string
	Description      string
	Image            string // id of the uploaded image
	Groups           []Group
	OnUpgrade        ChangeTerms
	OnDowngrade      ChangeTerms
	OnPaymentFailure string // prevent_change or apply_change; empty inherits
	Archived         bool
	CreatedAt        calendar.Instant
	UpdatedAt        calendar.Instant
}

// ChangeTerms is how a plan change is billed, in the wire's names; an empty
// field inherits the business's setting.
type ChangeTerms struct {
	EffectiveAt string // immediately or next_billing_date
	Proration   string // proration_billing_mode
}

// Group is a part of a collection, such as "Monthly".
type Group struct {
	ID      string // UUID
	Name    string // unique in the collection, or empty
	Hidden  bool
	Members []Member
}

// Member is a product's place in a group.
type Member struct {
	ID      string // UUID
	Product string
	Hidden  bool
}

// Faults of collections.
var (
	ErrCollectionArchived = fault.New(fault.Gone, "PRODUCT_COLLECTION_IS_DELETED", "This product collection is archived.")
	ErrCollectionEmpty    = fault.New(fault.Invalid, "PRODUCT_COLLECTION_MUST_HAVE_PRODUCTS", "A collection keeps at least one product; archive it instead.")
	ErrNoGroup            = fault.New(fault.NotFound, "NOT_FOUND", "There is no such group in this collection.")
	ErrNoItem             = fault.New(fault.NotFound, "NOT_FOUND", "There is no such product in this group.")
)

// maxCollected keeps a collection and its products within one transaction.
const maxCollected = 90

// Check names everything that is wrong with the collection, and refuses one
// without products.
func (c Collection) Check() error {
	var check fault.Check
	named(&check, c.Name, c.Description)
	for _, g := range c.Groups {
		check.That(utf8.RuneCountInString(g.Name) <= maxName, "groups.group_name", "must be at most 100 characters")
	}
	check.That(c.groupsDiffer(), "groups.group_name", "must be unique in the collection")
	ids := c.Products()
	check.That(distinct(ids, func(id string) string { return id }), "groups.products", "must name each product once")
	check.That(len(ids) <= maxCollected, "groups.products", "must be at most 90 in all")
	c.OnUpgrade.check(&check, "upgrade")
	c.OnDowngrade.check(&check, "downgrade")
	check.That(slices.Contains([]string{"", "prevent_change", "apply_change"}, c.OnPaymentFailure), "on_payment_failure", "must be prevent_change or apply_change")
	if err := check.Fault("INVALID_REQUEST_PARAMETERS", "The collection is not valid."); err != nil || len(ids) > 0 {
		return err
	}
	return ErrCollectionEmpty
}

func (t ChangeTerms) check(check *fault.Check, way string) {
	check.That(slices.Contains([]string{"", "immediately", "next_billing_date"}, t.EffectiveAt),
		"effective_at_on_"+way, "must be immediately or next_billing_date")
	modes := []string{"", "prorated_immediately", "full_immediately", "difference_immediately", "do_not_bill"}
	check.That(slices.Contains(modes, t.Proration), "proration_billing_mode_on_"+way,
		"must be prorated_immediately, full_immediately, difference_immediately or do_not_bill")
}

func (c Collection) groupsDiffer() bool {
	var names []string
	for _, g := range c.Groups {
		if g.Name != "" {
			names = append(names, g.Name)
		}
	}
	return distinct(names, func(name string) string { return name })
}

// Products lists the ids of its products in order, hidden or not.
func (c Collection) Products() []string {
	var ids []string
	for _, g := range c.Groups {
		for _, item := range g.Members {
			ids = append(ids, item.Product)
		}
	}
	return ids
}

// Shown lists the ids of the products that are not hidden, in order; the
// first is a checkout's default.
func (c Collection) Shown() []string {
	var ids []string
	for _, g := range c.Groups {
		for _, item := range g.Members {
			if !g.Hidden && !item.Hidden {
				ids = append(ids, item.Product)
			}
		}
	}
	return ids
}

// Targets are the products that a customer of the product current may change
// to, in the collection's order: those shown in the same collection that are
// sold, recur and are priced in the same currency (R100, R108, R109). A plan
// that is hidden or archived may be left but not chosen. Products are those of
// the collection, in any order.
func (c Collection) Targets(current string, products []Product) []Product {
	known := make(map[string]Product, len(products))
	for _, p := range products {
		known[p.ID] = p
	}
	from, ok := known[current]
	if c.Archived || !ok || !from.Price.Recurs() || !slices.Contains(c.Products(), current) {
		return nil
	}
	var open []Product
	for _, id := range c.Shown() {
		to, ok := known[id]
		if ok && id != current && !to.Archived && to.Price.Recurs() && to.Price.Amount.Currency == from.Price.Amount.Currency {
			open = append(open, to)
		}
	}
	return open
}
