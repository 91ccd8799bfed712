package operations

import (
	"context"
	"fmt"
	"time"

	"perennial/shared/billing"
	"perennial/shared/calendar"
	"perennial/shared/fault"
	"perennial/shared/merchant"
	"perennial/shared/record"
	"perennial/shared/register"
)

// Faults of archiving.
var (
	ErrArchivedAlready = fault.New(fault.Conflict, "BUSINESS_ARCHIVED", "The business is archived already.")
	ErrNotArchived     = fault.New(fault.Conflict, "BUSINESS_NOT_ARCHIVED", "The business is not archived.")
)

// Archive ends the sales of a business in both modes: its keys read and write
// nothing, nobody is charged, and its customers keep their papers, their data
// and the right to cancel. Functions learn of it within half a minute.
func (s *Service) Archive(ctx context.Context, business, why string) error {
	return s.bothModes(business, ErrArchivedAlready, func(scope merchant.Scope) (bool, error) {
		state, err := s.stored(ctx, scope)
		if err != nil || state.Archived() {
			return false, err
		}
		state.Archive = merchant.Archive{At: s.Wall(), Why: why}
		return true, s.commit(ctx, scope, "archive business: "+why, state)
	})
}

// Restore lets an archived business sell again. Subscriptions go on at their
// next date and nothing of the time between is billed. It can be repeated, and
// then finishes what was left.
func (s *Service) Restore(ctx context.Context, business string) (released int, err error) {
	err = s.bothModes(business, ErrNotArchived, func(scope merchant.Scope) (bool, error) {
		state, err := s.stored(ctx, scope)
		if err != nil {
			return false, err
		}
		missed := func(billing.Subscription) bool { return true }
		if state.Archived() { // while nothing is charged yet
			n, err := s.unshelve(ctx, state, missed)
			if released += n; err != nil {
				return false, err
			}
			archived := state
			archived.Archive = merchant.Archive{}
			if err := s.commit(ctx, scope, "restore business", archived); err != nil {
				return false, err
			}
		}
		n, err := s.unshelve(ctx, state, billing.Subscription.Shelved) // meanwhile, or left by a run that died
		released += n
		return state.Archived() || n > 0, err
	})
	return released, err
}

// bothModes changes both modes of a business; when there was nothing to change
// in either, the error is nothing.
func (s *Service) bothModes(business string, nothing error, change func(merchant.Scope) (bool, error)) error {
	changes := false
	for _, mode := range []merchant.Mode{merchant.Live, merchant.Test} {
		scope := merchant.Scope{Business: business, Mode: mode}
		changed, err := change(scope)
		if err != nil {
			return fmt.Errorf("%s: %w", scope, err)
		}
		changes = changes || changed
	}
	if !changes {
		return nothing
	}
	return nil
}

// stored is a scope's state past every cache.
func (s *Service) stored(ctx context.Context, scope merchant.Scope) (merchant.State, error) {
	return record.Get[merchant.State](ctx, s.Store, scope, scope.String())
}

// unshelve releases the subscriptions of a scope that are wanted and wait.
func (s *Service) unshelve(ctx context.Context, state merchant.State, wanted func(billing.Subscription) bool) (int, error) {
	now, released := state.Clock.Now(s.Wall()), 0
	err := register.Each(ctx, s.Store, state.Scope, record.KindSubscription, func(listed billing.Subscription) error {
		if !wanted(listed) {
			return nil
		}
		sub, err := record.Get[billing.Subscription](ctx, s.Store, state.Scope, listed.ID) // the list may lag
		if err != nil || !wanted(sub) {
			return err
		}
		zone, err := time.LoadLocation(sub.Zone)
		if err != nil {
			return err
		}
		back, waits := sub.Unshelve(now, zone)
		if !waits {
			return nil
		}
		released++
		return s.release(ctx, state.Scope, now, back)
	})
	return released, err
}

func (s *Service) release(ctx context.Context, scope merchant.Scope, at calendar.Instant, sub billing.Subscription) error {
	customer, err := record.Get[billing.Customer](ctx, s.Store, scope, sub.Customer)
	if err != nil {
		return fmt.Errorf("customer of %s: %w", sub.ID, err)
	}
	err = s.Store.Commit(ctx, record.Commit{
		Scope: scope, Actor: s.Actor, Cause: "restore business", At: at, Put: []any{sub}, Attach: []any{customer},
		Events: []billing.Event{{Type: billing.EventSubscriptionUpdated, Object: sub.ID}},
	})
	if err != nil {
		return fmt.Errorf("release %s: %w", sub.ID, err)
	}
	return nil
}
