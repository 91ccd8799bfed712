// Package catalog keeps what a merchant sells. A subscription holds a copy of
// the price it was bought at, so nothing here ever changes one.
package catalog

import (
	"context"
	"errors"
	"fmt"

	"perennial/shared/billing"
	"perennial/shared/clock"
	"perennial/shared/ids"
	"perennial/shared/merchant"
	"perennial/shared/record"
	"perennial/shared/register"
)

// Store is what the catalog needs of storage.
type Store interface {
	record.Loader
	record.Committer
	record.Lister
	State(ctx context.Context, scope merchant.Scope) (merchant.State, error)
}

// Service keeps products.
type Service struct {
	Store Store
	Wall  clock.Wall
}

// tries is how often a decision is made anew when somebody was faster.
const tries = 5

// Create writes a new product. p holds what the merchant decides; id and
// times are set here.
func (s *Service) Create(ctx context.Context, scope merchant.Scope, actor record.Actor, p billing.Product) (billing.Product, error) {
	if err := p.Check(); err != nil {
		return p, err
	}
	state, err := s.Store.State(ctx, scope)
	if err != nil {
		return p, fmt.Errorf("state of %s: %w", scope, err)
	}
	wall := s.Wall()
	p.ID, p.CreatedAt = ids.New(ids.Product, wall), state.Clock.Now(wall)
	p.UpdatedAt = p.CreatedAt
	err = s.Store.Commit(ctx, record.Commit{
		Scope: scope, Actor: actor, Cause: "create product", At: p.CreatedAt, Put: []any{p},
	})
	if err != nil {
		return p, fmt.Errorf("create product: %w", err)
	}
	return record.Next(p), nil
}

// Get reads one product, archived or not.
func (s *Service) Get(ctx context.Context, scope merchant.Scope, id string) (billing.Product, error) {
	p, err := record.Get[billing.Product](ctx, s.Store, scope, id)
	if err != nil {
		return p, fmt.Errorf("product %s: %w", id, err)
	}
	return p, nil
}

// List reads a page of products, newest first.
func (s *Service) List(ctx context.Context, scope merchant.Scope, q record.Query) ([]billing.Product, error) {
	return register.List[billing.Product](ctx, s.Store, scope, q, nil)
}

// Update changes a product by change, which may run more than once. What was
// bought before keeps its price.
func (s *Service) Update(ctx context.Context, scope merchant.Scope, actor record.Actor, id string, change func(billing.Product) billing.Product) error {
	return s.write(ctx, scope, actor, id, "update product", func(p billing.Product) (billing.Product, error) {
		p = change(p)
		return p, p.Check()
	})
}

// Archive stops the sale of a product; billing.ErrProductArchived when it was
// stopped before. Its subscriptions live on.
func (s *Service) Archive(ctx context.Context, scope merchant.Scope, actor record.Actor, id string) error {
	return s.write(ctx, scope, actor, id, "archive product", func(p billing.Product) (billing.Product, error) {
		if p.Archived {
			return p, billing.ErrProductArchived
		}
		p.Archived = true
		return p, nil
	})
}

// Unarchive sells a product again.
func (s *Service) Unarchive(ctx context.Context, scope merchant.Scope, actor record.Actor, id string) error {
	return s.write(ctx, scope, actor, id, "unarchive product", func(p billing.Product) (billing.Product, error) {
		p.Archived = false
		return p, nil
	})
}

// write decides and commits, anew when somebody was faster.
func (s *Service) write(ctx context.Context, scope merchant.Scope, actor record.Actor, id, cause string, decide func(billing.Product) (billing.Product, error)) error {
	state, err := s.Store.State(ctx, scope)
	if err != nil {
		return fmt.Errorf("state of %s: %w", scope, err)
	}
	for range tries {
		var p billing.Product
		if p, err = s.Get(ctx, scope, id); err != nil {
			return err
		}
		if p, err = decide(p); err != nil {
			return err
		}
		p.UpdatedAt = state.Clock.Now(s.Wall())
		err = s.Store.Commit(ctx, record.Commit{Scope: scope, Actor: actor, Cause: cause, At: p.UpdatedAt, Put: []any{p}})
		if !errors.Is(err, record.ErrStale) {
			break
		}
	}
	if err != nil {
		return fmt.Errorf("%s %s: %w", cause, id, err)
	}
	return nil
}
