package lifecycle

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"perennial/shared/billing"
	"perennial/shared/merchant"
	"perennial/shared/record"
)

// shelve leaves a subscription of an archived business as it is, unbilled and
// with access, until the business is restored. The settings are read past
// every cache before and after: who shelved during a restoration would be
// found by nobody.
func (s *Service) shelve(ctx context.Context, w work) error {
	archived, err := s.archived(ctx, w)
	if err != nil {
		return err
	}
	if !archived {
		return fmt.Errorf("shelve %s: %w", w.sub.ID, record.ErrStale) // the next look bills it
	}
	shelved := w.sub.Shelve()
	if err := s.onShelf(ctx, w, "business is archived", shelved); err != nil {
		return err
	}
	slog.InfoContext(ctx, "not billed: the business is archived", "scope", w.scope.String(), "subscription", w.sub.ID)
	if archived, err = s.archived(ctx, w); err != nil || archived {
		return err
	}
	zone, err := time.LoadLocation(w.sub.Zone)
	if err != nil {
		return err
	}
	back, _ := record.Next(shelved).Unshelve(w.now, zone)
	return s.onShelf(ctx, w, "business was restored", back)
}

func (s *Service) archived(ctx context.Context, w work) (bool, error) {
	state, err := record.Get[merchant.State](ctx, s.Store, w.scope, w.scope.String())
	if err != nil {
		return false, fmt.Errorf("state of %s: %w", w.scope, err)
	}
	return state.Archived(), nil
}

func (s *Service) onShelf(ctx context.Context, w work, cause string, sub billing.Subscription) error {
	err := s.Store.Commit(ctx, record.Commit{
		Scope: w.scope, Actor: record.System, Cause: cause, At: w.now, Put: []any{sub}, Attach: []any{w.customer},
	})
	if err != nil {
		return fmt.Errorf("%s: %s: %w", sub.ID, cause, err)
	}
	return nil
}
