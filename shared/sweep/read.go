package sweep

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"perennial/shared/calendar"
	"perennial/shared/merchant"
	"perennial/shared/record"
)

const (
	// deep is how far one partition is read: past a heap of one merchant's
	// work that cannot be done just now.
	deep = 10_000
	// perPartition is how much of that is kept, taken in turn: many times a
	// partition's share of what all lanes together hold.
	perPartition = 1_000
	// abreast is how many requests are made at the same time.
	abreast = 8
)

// read walks all partitions: the shards of live scopes and wall time, and
// every test scope by its own clock. A scope whose clock is advancing belongs
// to the clock's job; one whose charging is stopped waits.
func (s *Service) read(ctx context.Context, wall time.Time) (found, error) {
	var f found
	r := &reader{agenda: s.Agenda, slots: make(chan struct{}, abreast), stopped: map[merchant.Scope]bool{}}
	r.brake(ctx, merchant.Deployment)
	r.work.Wait()
	everything := r.stopped[merchant.Deployment]
	for shard := range record.Shards {
		r.partition(ctx, record.Partition{Shard: shard}, calendar.At(wall), &f.wall)
	}
	if !everything {
		r.tests(ctx, wall, &f.tests)
	}
	r.work.Wait()
	for _, scope := range businesses(f.wall) {
		if everything {
			r.stopped[scope] = true
		} else {
			r.brake(ctx, scope)
		}
	}
	r.work.Wait()
	f.hold(r.stopped)
	f.cut = r.cut
	return f, errors.Join(r.failed...)
}

// reader makes requests side by side.
type reader struct {
	agenda  Agenda
	slots   chan struct{}
	work    sync.WaitGroup
	mu      sync.Mutex // guards what follows and what is found
	stopped map[merchant.Scope]bool
	failed  []error
	cut     bool
}

// beside runs f beside the others.
func (r *reader) beside(f func()) {
	r.slots <- struct{}{}
	r.work.Go(func() {
		defer func() { <-r.slots }()
		f()
	})
}

// tests reads the test scopes, each by its own clock.
func (r *reader) tests(ctx context.Context, wall time.Time, into *[]record.DueItem) {
	scopes, err := r.agenda.TestScopes(ctx)
	if err != nil {
		r.fail(ctx, fmt.Errorf("test scopes: %w", err))
	}
	for _, state := range scopes {
		if !state.Clock.Advancing() && !state.Brake.Stopped {
			r.partition(ctx, record.Partition{Scope: state.Scope}, state.Clock.Now(wall), into)
		}
	}
}

// partition reads one partition. What came before a failure counts.
func (r *reader) partition(ctx context.Context, p record.Partition, until calendar.Instant, into *[]record.DueItem) {
	r.beside(func() {
		due, err := r.agenda.DueItems(ctx, p, until, deep)
		if err != nil {
			r.fail(ctx, fmt.Errorf("due work of %v: %w", p, err))
		}
		due = inTurn(due, perPartition)
		r.mu.Lock()
		defer r.mu.Unlock()
		*into = append(*into, due...)
	})
}

// brake notes whether charging is stopped in a scope. Of a scope that is
// unknown, whoever takes its work can tell more.
func (r *reader) brake(ctx context.Context, scope merchant.Scope) {
	r.beside(func() {
		state, err := r.agenda.State(ctx, scope)
		if err != nil && !errors.Is(err, record.ErrNotFound) {
			r.fail(ctx, fmt.Errorf("brake of %s: %w", scope, err))
		}
		r.mu.Lock()
		defer r.mu.Unlock()
		r.stopped[scope] = state.Brake.Stopped
	})
}

// fail records a failure; after the time for reading is over, only that.
func (r *reader) fail(ctx context.Context, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if ctx.Err() != nil {
		r.cut = true
		return
	}
	r.failed = append(r.failed, err)
}
