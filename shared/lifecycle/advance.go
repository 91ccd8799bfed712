package lifecycle

import (
	"context"
	"errors"
	"fmt"
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
	Pause  func(ctx context.Context, d time.Duration) // between looks at the agenda; nil waits
}

// Faults of the clock.
var (
	ErrLiveClock = fault.New(fault.Forbidden, "TEST_MODE_ONLY", "Only the clock of a test mode can be moved.")
	ErrBackwards = fault.New(fault.Invalid, "INVALID_REQUEST_PARAMETERS", "The clock only moves forward.")
	ErrAdvancing = fault.New(fault.Conflict, "CLOCK_ADVANCING", "The clock is being advanced already.")
)

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

// Freeze stops the clock of a test scope where it is, or lets it run on. Doing
// so twice is the same as once.
func (a *Advancer) Freeze(ctx context.Context, scope merchant.Scope, actor record.Actor, frozen bool) (merchant.State, error) {
	state, err := a.Life.Store.State(ctx, scope)
	if err != nil {
		return state, fmt.Errorf("state of %s: %w", scope, err)
	}
	switch {
	case scope.Mode != merchant.Test:
		return state, ErrLiveClock
	case state.Clock.Advancing():
		return state, ErrAdvancing
	case state.Clock.Held == frozen:
		return state, nil
	case frozen:
		state.Clock = state.Clock.Freeze(a.Life.Wall())
		return a.save(ctx, state, actor, "freeze clock")
	default:
		state.Clock = state.Clock.Thaw(a.Life.Wall())
		return a.save(ctx, state, actor, "let clock run")
	}
}

// Run works towards the target until it is reached or the deadline is near.
// It reports whether the clock has arrived; otherwise it is to be run again.
func (a *Advancer) Run(ctx context.Context, scope merchant.Scope, deadline time.Time) (bool, error) {
	w := newWalk(a, scope)
	for a.Life.Wall().Before(deadline) {
		if err := ctx.Err(); err != nil {
			return false, err
		}
		state, err := a.Life.Store.State(ctx, scope)
		if err != nil {
			return false, fmt.Errorf("state of %s: %w", scope, err)
		}
		if !state.Clock.Advancing() {
			return true, nil
		}
		if len(w.given) >= crowd {
			return true, a.halt(ctx, state, w.stuck(state.Clock.Target))
		}
		item, found, err := w.next(ctx, state.Clock.Target)
		if err != nil {
			return false, fmt.Errorf("agenda of %s: %w", scope, err)
		}
		if !found {
			return true, a.arrive(ctx, state, w.stuck(state.Clock.Target))
		}
		w.step(ctx, state, item)
	}
	return false, nil
}

// arrive ends the advance; stuck is what could not be done on the way.
func (a *Advancer) arrive(ctx context.Context, state merchant.State, stuck string) error {
	state.Clock = state.Clock.Arrive(a.Life.Wall())
	if stuck != "" {
		state.Clock.Message = stuck
	}
	_, err := a.save(ctx, state, record.System, "clock arrived")
	if errors.Is(err, record.ErrStale) {
		return nil // another run has arrived
	}
	return err
}

// halt ends an advance where the clock stands: so much could not be done that
// going on would leave a scope's whole business behind. It can be tried again.
func (a *Advancer) halt(ctx context.Context, state merchant.State, stuck string) error {
	at := state.Clock.Now(a.Life.Wall())
	state.Clock.Target = at
	return a.arrive(ctx, state, fmt.Sprintf("stopped at %s, because %d objects could not be done: %s", at, crowd, stuck))
}

func (a *Advancer) save(ctx context.Context, state merchant.State, actor record.Actor, cause string) (merchant.State, error) {
	err := a.Life.Store.Commit(ctx, record.Commit{
		Scope: state.Scope, Actor: actor, Cause: cause, At: state.Clock.Now(a.Life.Wall()), Put: []any{state},
	})
	return record.Next(state), err
}
