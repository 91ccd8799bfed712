package catalog

import (
	"context"
	"errors"
	"fmt"

	"perennial/shared/billing"
	"perennial/shared/calendar"
	"perennial/shared/fault"
	"perennial/shared/ids"
	"perennial/shared/merchant"
	"perennial/shared/record"
	"perennial/shared/register"
)

// Create writes a new product. p holds what the merchant decides; id and
// times are set here.
func (s *Service) Create(ctx context.Context, by By, p billing.Product) (billing.Product, error) {
	at, err := s.now(ctx, by.Scope)
	if err != nil {
		return p, err
	}
	p.Brand = own(by.Scope, p.Brand)
	if err := s.check(ctx, by.Scope, p, billing.Product{}); err != nil {
		return p, err
	}
	p.ID, p.CreatedAt, p.UpdatedAt = ids.New(ids.Product, s.Wall()), at, at
	return create(ctx, s, by, "create product", at, p, billing.Offer{Product: p.ID})
}

// Get reads one product, archived or not.
func (s *Service) Get(ctx context.Context, scope merchant.Scope, id string) (billing.Product, error) {
	return get[billing.Product](ctx, s, scope, id)
}

// ProductFilter selects products of a list; an empty Brand is any.
type ProductFilter struct {
	Brand     string
	Recurring *bool // nil is both
}

// List reads a page of products, newest first.
func (s *Service) List(ctx context.Context, scope merchant.Scope, q record.Query, f ProductFilter) ([]billing.Product, error) {
	if f == (ProductFilter{}) {
		return register.List[billing.Product](ctx, s.Store, scope, q, nil)
	}
	brand := own(scope, f.Brand)
	return register.List(ctx, s.Store, scope, q, func(p billing.Product) bool {
		return (f.Brand == "" || p.Brand == brand) && (f.Recurring == nil || p.Price.Recurs() == *f.Recurring)
	})
}

// Update changes a product by change, which may run more than once. What was
// bought before keeps its price.
func (s *Service) Update(ctx context.Context, by By, id string, change func(billing.Product) billing.Product) error {
	_, err := edit(ctx, s, by, id, "update product", func(old billing.Product, at calendar.Instant) (billing.Product, error) {
		p := change(old)
		p.Brand, p.UpdatedAt = own(by.Scope, p.Brand), at
		return p, s.check(ctx, by.Scope, p, old)
	})
	return err
}

// Archive stops the sale of a product; billing.ErrProductArchived when it was
// stopped before. Its subscriptions live on.
func (s *Service) Archive(ctx context.Context, by By, id string) error {
	_, err := edit(ctx, s, by, id, "archive product", func(p billing.Product, at calendar.Instant) (billing.Product, error) {
		if p.Archived {
			return p, billing.ErrProductArchived
		}
		p.Archived, p.UpdatedAt = true, at
		return p, nil
	})
	return err
}

// Unarchive sells a product again.
func (s *Service) Unarchive(ctx context.Context, by By, id string) error {
	_, err := edit(ctx, s, by, id, "unarchive product", func(p billing.Product, at calendar.Instant) (billing.Product, error) {
		p.Archived, p.UpdatedAt = false, at
		return p, nil
	})
	return err
}

// check names everything that is wrong with a product, the brand and addons
// that it newly refers to included.
func (s *Service) check(ctx context.Context, scope merchant.Scope, p, old billing.Product) error {
	var check fault.Check
	if p.Brand != old.Brand {
		if err := s.openBrand(ctx, scope, p.Brand, "brand_id", &check); err != nil {
			return err
		}
	}
	if err := s.knownAddons(ctx, scope, p, &check); err != nil {
		return err
	}
	return problems(p.Check(), &check, "The product is not valid.")
}

// knownAddons looks at a product's addons; too many are not looked at.
func (s *Service) knownAddons(ctx context.Context, scope merchant.Scope, p billing.Product, check *fault.Check) error {
	if len(p.Addons) == 0 || len(p.Addons) > 50 {
		return nil
	}
	var refs []record.Ref
	for _, id := range unique(p.Addons) {
		refs = append(refs, record.RefOf[billing.Addon](id))
	}
	found, err := s.Store.Load(ctx, scope, refs...)
	if err != nil {
		return fmt.Errorf("addons: %w", err)
	}
	for i, obj := range found {
		addon, ok := obj.(billing.Addon)
		check.That(ok, "addons", refs[i].ID+" is no addon of this business")
		check.That(!ok || addon.Price.Currency == p.Price.Amount.Currency, "addons", refs[i].ID+" has another currency than the product")
	}
	return nil
}

func unique(all []string) []string {
	var kept []string
	seen := make(map[string]bool)
	for _, one := range all {
		if !seen[one] {
			seen[one] = true
			kept = append(kept, one)
		}
	}
	return kept
}

// AddLocal adds a localized price to a product.
func (s *Service) AddLocal(ctx context.Context, by By, product string, l billing.LocalPrice) (billing.LocalPrice, error) {
	l.ID = ids.New(ids.LocalizedPrice, s.Wall())
	_, err := edit(ctx, s, by, product, "add localized price", func(p billing.Product, at calendar.Instant) (billing.Product, error) {
		l.CreatedAt, l.UpdatedAt = at, at
		return p.AddLocal(l)
	})
	return l, err
}

// SetLocal changes the amount of a product's localized price.
func (s *Service) SetLocal(ctx context.Context, by By, product, id string, minor int64) (billing.LocalPrice, error) {
	p, err := edit(ctx, s, by, product, "update localized price", func(p billing.Product, at calendar.Instant) (billing.Product, error) {
		return p.SetLocal(id, minor, at)
	})
	if err != nil {
		return billing.LocalPrice{}, err
	}
	return p.LocalByID(id)
}

// DropLocal removes a product's localized price.
func (s *Service) DropLocal(ctx context.Context, by By, product, id string) error {
	_, err := edit(ctx, s, by, product, "remove localized price", func(p billing.Product, _ calendar.Instant) (billing.Product, error) {
		return p.DropLocal(id)
	})
	return err
}

// missing reports an object that is not there.
func missing(err error) bool { return errors.Is(err, record.ErrNotFound) }
