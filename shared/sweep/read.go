package sweep

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"perennial/shared/calendar"
	"perennial/shared/record"
)

const (
	// perPartition is how much one partition gives to one sweep: several
	// times its share of what all lanes together hold, so that a heap of one
	// kind does not hide the others.
	perPartition = 500
	// abreast is how many partitions are read at the same time.
	abreast = 8
)

// read walks all partitions: the shards of live scopes and wall time, and
// every test scope by its own clock. A scope whose clock is advancing belongs
// to the clock's job.
func (s *Service) read(ctx context.Context, wall time.Time) (found, error) {
	var f found
	var mu sync.Mutex
	r := &reader{agenda: s.Agenda, slots: make(chan struct{}, abreast)}
	for shard := range record.Shards {
		r.partition(ctx, record.Partition{Shard: shard}, calendar.At(wall), func(due []record.DueItem) {
			mu.Lock()
			defer mu.Unlock()
			f.wall = append(f.wall, due...)
		})
	}
	scopes, err := s.Agenda.TestScopes(ctx)
	if err != nil {
		r.fail(ctx, fmt.Errorf("test scopes: %w", err))
	}
	for _, state := range scopes {
		if state.Clock.Advancing() {
			continue
		}
		r.partition(ctx, record.Partition{Scope: state.Scope}, state.Clock.Now(wall), func(due []record.DueItem) {
			mu.Lock()
			defer mu.Unlock()
			f.tests = append(f.tests, due)
		})
	}
	r.work.Wait()
	f.cut = r.cut
	return f, errors.Join(r.failed...)
}

// reader reads partitions side by side.
type reader struct {
	agenda record.Waiting
	slots  chan struct{}
	work   sync.WaitGroup
	mu     sync.Mutex
	failed []error
	cut    bool
}

func (r *reader) partition(ctx context.Context, p record.Partition, until calendar.Instant, take func([]record.DueItem)) {
	r.slots <- struct{}{}
	r.work.Go(func() {
		defer func() { <-r.slots }()
		due, err := r.agenda.DueItems(ctx, p, until, perPartition)
		if err != nil {
			r.fail(ctx, fmt.Errorf("due work of %v: %w", p, err))
			return
		}
		take(due)
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

// sort puts every item into its lane, the most urgent first: live work in the
// order in which it fell due, test scopes in turn, so that one merchant's
// experiments do not hold up another's.
func (f found) sort(into lanes) {
	for _, d := range f.wall {
		l := into.of(d.Ref.Kind)
		l.items = append(l.items, d)
	}
	for _, l := range []*lane{into.live, into.deliveries, into.mail} {
		slices.SortFunc(l.items, func(a, b record.DueItem) int {
			return cmp.Or(cmp.Compare(a.Due, b.Due), strings.Compare(a.Ref.ID, b.Ref.ID))
		})
	}
	for turn := range perPartition {
		for _, due := range f.tests {
			if turn < len(due) {
				into.test.items = append(into.test.items, due[turn])
			}
		}
	}
}

// of is the lane of wall-time work of a kind.
func (l lanes) of(kind record.Kind) *lane {
	switch kind {
	case record.KindDelivery:
		return l.deliveries
	case record.KindMail:
		return l.mail
	default:
		return l.live
	}
}

// topUp sends what the queue has room for and counts it.
func (l *lane) topUp(ctx context.Context) (int, error) {
	send := l.items[min(l.queued(), len(l.items)):]
	send = send[:min(max(0, l.Hold-l.have), len(send))]
	if len(send) == 0 {
		return 0, nil
	}
	bodies := make([]string, len(send))
	for i, d := range send {
		body, err := record.EncodeDue(d)
		if err != nil {
			return 0, fmt.Errorf("queue %s: %w", l.Name, err)
		}
		bodies[i] = string(body)
	}
	if err := l.Queue.SendBatch(ctx, bodies); err != nil {
		return 0, fmt.Errorf("queue %s: %w", l.Name, err)
	}
	return len(send), nil
}

// queued is how many of the most urgent items are taken to be in the queue
// already, because an earlier sweep sent them and they still wait. A short
// queue does not count: it may hold messages that fail again and again, and
// nothing may wait behind those.
func (l *lane) queued() int {
	if l.have <= l.Hold/4 {
		return 0
	}
	return l.have
}
