package lifecycle

import (
	"context"
	"errors"
	"fmt"

	"perennial/shared/billing"
	"perennial/shared/record"
)

// forget erases what somebody said about a cancellation when the time is over
// for which the merchant keeps it: where it is listed, and in the subscription.
func (s *Service) forget(ctx context.Context, item record.DueItem) error {
	said, err := record.Get[billing.CancelReason](ctx, s.Store, item.Scope, item.Ref.ID)
	if errors.Is(err, record.ErrNotFound) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("cancellation reason %s: %w", item.Ref.ID, err)
	}
	state, err := s.Store.State(ctx, item.Scope)
	if err != nil {
		return fmt.Errorf("state of %s: %w", item.Scope, err)
	}
	now := state.Clock.Now(s.Wall())
	if said.Until > now {
		return nil
	}
	commit := record.Commit{Scope: item.Scope, Actor: record.System, Cause: "forget a cancellation reason", At: now, Delete: []any{said}}
	sub, err := record.Get[billing.Subscription](ctx, s.Store, item.Scope, said.Subscription)
	if err != nil && !errors.Is(err, record.ErrNotFound) {
		return fmt.Errorf("subscription %s: %w", said.Subscription, err)
	}
	if silent, had := sub.Forgets(said); had && err == nil {
		commit.Put = []any{silent}
	}
	return s.Store.Commit(ctx, commit)
}
