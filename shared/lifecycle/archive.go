package lifecycle

import (
	"context"
	"fmt"
	"log/slog"

	"perennial/shared/merchant"
	"perennial/shared/record"
)

// shelve leaves a subscription of an archived business as it is, unbilled and
// with access, until the business is restored. The settings are read once
// more, past every cache: who shelved after a restoration would be found by
// nobody.
func (s *Service) shelve(ctx context.Context, w work) error {
	state, err := record.Get[merchant.State](ctx, s.Store, w.scope, w.scope.String())
	if err != nil {
		return fmt.Errorf("state of %s: %w", w.scope, err)
	}
	if !state.Archived() {
		return fmt.Errorf("shelve %s: %w", w.sub.ID, record.ErrStale) // the next look bills it
	}
	err = s.Store.Commit(ctx, record.Commit{
		Scope: w.scope, Actor: record.System, Cause: "business is archived", At: w.now,
		Put: []any{w.sub.Shelve()}, Attach: []any{w.customer},
	})
	if err != nil {
		return fmt.Errorf("shelve %s: %w", w.sub.ID, err)
	}
	slog.InfoContext(ctx, "not billed: the business is archived", "scope", w.scope.String(), "subscription", w.sub.ID)
	return nil
}
