package catalog

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"perennial/shared/billing"
	"perennial/shared/ids"
	"perennial/shared/merchant"
	"perennial/shared/record"
)

// Everywhere reads the objects of all businesses.
type Everywhere interface {
	record.Loader
	record.Finder
	record.Committer
	// TestScopes lists the test mode of every business.
	TestScopes(ctx context.Context) ([]merchant.State, error)
}

// Whose tells whose a product is, by its id alone. A product that is older
// than offers are is looked for at every business, as often as allow says,
// and found at once from then on.
func Whose(ctx context.Context, store Everywhere, product string, allow func() bool) (merchant.Scope, error) {
	scope, _, err := record.Lookup[billing.Offer](ctx, store, product)
	if !errors.Is(err, record.ErrNotFound) || !strings.HasPrefix(product, ids.Product) {
		return scope, err
	}
	if !allow() {
		return scope, record.ErrNotFound
	}
	if scope, err = search(ctx, store, product); err != nil {
		return scope, err
	}
	err = store.Commit(ctx, record.Commit{Scope: scope, Actor: record.System, Cause: "offer an old product", Put: []any{billing.Offer{Product: product}}})
	if err != nil && !errors.Is(err, record.ErrStale) { // somebody else was first
		return scope, fmt.Errorf("offer %s: %w", product, err)
	}
	return scope, nil
}

// search asks every business for a product, in both modes.
func search(ctx context.Context, store Everywhere, product string) (merchant.Scope, error) {
	all, err := store.TestScopes(ctx)
	if err != nil {
		return merchant.Scope{}, fmt.Errorf("businesses: %w", err)
	}
	for _, business := range all {
		for _, mode := range []merchant.Mode{merchant.Live, merchant.Test} {
			scope := merchant.Scope{Business: business.Scope.Business, Mode: mode}
			_, err := record.Get[billing.Product](ctx, store, scope, product)
			if !errors.Is(err, record.ErrNotFound) {
				return scope, err
			}
		}
	}
	return merchant.Scope{}, record.ErrNotFound
}
