package record

import (
	"context"
	"errors"
	"fmt"

	"perennial/shared/merchant"
)

// BrandOf is the brand that something is sold under: the zero value for the
// primary one and for one that is gone, which costs no request or changes only
// how something looks.
func BrandOf(ctx context.Context, l Loader, scope merchant.Scope, id string) (merchant.Brand, error) {
	if id == "" || id == scope.Business {
		return merchant.Brand{}, nil
	}
	b, err := Get[merchant.Brand](ctx, l, scope, id)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return b, fmt.Errorf("brand %s: %w", id, err)
	}
	return b, nil
}
