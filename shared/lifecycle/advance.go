package lifecycle

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"perennial/shared/calendar"
	"perennial/shared/fault"
	"perennial/shared/merchant"
	"perennial/shared/record"
)

// Agenda tells what is due in a partition, earliest first.
type Agenda interface {
	DueItems(ctx context.Context, p record.Partition, until calendar.Instant, limit int) ([]record.DueItem, error)
}

// Advancer moves the business clock of a test scope and does the work that
// falls due on the way, in due order, until nothing is left.
type Advancer struct {
	Life   *Service
	Agenda Agenda
}

// Faults of the clock.
var (
	ErrLiveClock = fault.New(fault.Forbidden, "TEST_MODE_ONLY", "Only the clock of a test mode can be moved.")
	ErrBackwards = fault.New(fault.Invalid, "INVALID_REQUEST_PARAMETERS", "The clock only moves forward.")
	ErrAdvancing = fault.New(fault.Conflict, "CLOCK_ADVANCING", "The clock is being advanced already.")
)

// patience is how often one item may stay due before the advance gives up on it.
const patience = 5

// Begin records that the clock is to reach an instant. The work is done by Run.
func (a *Advancer) Begin(ctx context.Context, scope merchant.Scope, actor record.Actor, to calendar.Instant) (merchant.State, error) {
	state, err := a.Life.Store.State(ctx, scope)
	if err != nil {
		return state, fmt.Errorf("state of %s: %w", scope, err)
	}
	wall := a.Life.Wall()
	switch {
	case scope.Mode != merchant.Test:
		return state, ErrLiveClock
	case state.Clock.Advancing():
		return state, ErrAdvancing
	case to < state.Clock.Now(wall):
		return state, ErrBackwards
	}
	state.Clock = state.Clock.Stand(state.Clock.Now(wall))
	state.Clock.Target, state.Clock.Message = to, ""
	return a.save(ctx, state, actor, "advance clock")
}

// Run works towards the target until it is reached or the deadline is near.
// It reports whether the clock has arrived; otherwise it is to be run again.
func (a *Advancer) Run(ctx context.Context, scope merchant.Scope, deadline time.Time) (bool, error) {
	tries := make(map[string]int)
	var stuck error
	for a.Life.Wall().Before(deadline) {
		state, err := a.Life.Store.State(ctx, scope)
		if err != nil {
			return false, fmt.Errorf("state of %s: %w", scope, err)
		}
		if !state.Clock.Advancing() {
			return true, nil
		}
		items, err := a.Agenda.DueItems(ctx, record.Partition{Scope: scope}, state.Clock.Target, 25)
		if err != nil {
			return false, fmt.Errorf("agenda of %s: %w", scope, err)
		}
		item, found := pick(items, tries)
		if !found {
			return true, a.arrive(ctx, state, stuck)
		}
		if err := a.step(ctx, state, item); err != nil {
			stuck = err
			slog.WarnContext(ctx, "clock step", "scope", scope.String(), "object", item.Ref.ID, "error", err)
		}
	}
	return false, nil
}

// pick is the earliest item that was not tried too often at the same instant.
func pick(items []record.DueItem, tries map[string]int) (record.DueItem, bool) {
	for _, item := range items {
		key := item.Ref.ID + "@" + item.Due.String()
		if tries[key]++; tries[key] <= patience {
			return item, true
		}
	}
	return record.DueItem{}, false
}

// step stops the clock at the item's instant and does it.
func (a *Advancer) step(ctx context.Context, state merchant.State, item record.DueItem) error {
	if item.Due > state.Clock.Frozen {
		state.Clock = state.Clock.Stand(item.Due)
		if _, err := a.save(ctx, state, record.System, "clock step"); err != nil {
			return err
		}
	}
	return a.Life.Perform(ctx, item)
}

func (a *Advancer) arrive(ctx context.Context, state merchant.State, stuck error) error {
	state.Clock = state.Clock.Arrive(a.Life.Wall())
	if stuck != nil {
		state.Clock.Message = stuck.Error()
	}
	_, err := a.save(ctx, state, record.System, "clock arrived")
	if errors.Is(err, record.ErrStale) {
		return nil // another run has arrived
	}
	return err
}

func (a *Advancer) save(ctx context.Context, state merchant.State, actor record.Actor, cause string) (merchant.State, error) {
	err := a.Life.Store.Commit(ctx, record.Commit{
		Scope: state.Scope, Actor: actor, Cause: cause, At: state.Clock.Now(a.Life.Wall()), Put: []any{state},
	})
	return record.Next(state), err
}
