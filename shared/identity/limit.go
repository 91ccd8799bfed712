package identity

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"perennial/shared/billing"
	"perennial/shared/clock"
	"perennial/shared/ids"
	"perennial/shared/merchant"
)

// How many links may be asked for within the window. Each instance of a
// function counts by itself first, which stops a flood for nothing; what
// passes is counted in the store, for all instances together.
const (
	window       = 15 * time.Minute
	addressLimit = 5
	moveLimit    = 3 // address changes to one mailbox
	visitorLimit = 30
	mostKeys     = 10_000
)

// limiter counts by key in windows. Its zero value is ready.
type limiter struct {
	mu   sync.Mutex
	seen map[string]count
}

type count struct {
	since time.Time
	n     int
}

// Limits are the budgets of visitors, counted here and in the store. A store
// that does not count stops nobody: the instance's own count still holds.
type Limits struct {
	tallies Tallies
	wall    clock.Wall
	own     *limiter
}

// NewLimits begins to count; without tallies each instance counts by itself.
func NewLimits(t Tallies, wall clock.Wall) *Limits { return &Limits{t, wall, new(limiter)} }

// Allow takes one from the budget that a key has in a scope, of so many in a
// quarter of an hour. The store keeps a hash of the key.
func (l *Limits) Allow(ctx context.Context, scope merchant.Scope, key string, most int) bool {
	if !l.own.allow(scope.String()+" "+key, most, l.wall()) {
		return false
	}
	if l.tallies == nil {
		return true
	}
	n, err := l.tallies.Tally(ctx, scope, "links "+ids.Hash(key), window)
	if err != nil {
		slog.WarnContext(ctx, "visits not counted", "scope", scope.String(), "error", err.Error())
		return true
	}
	return n <= most
}

// allow takes one from a key's budget.
func (l *limiter) allow(key string, most int, now time.Time) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	c := l.seen[key]
	if now.Sub(c.since) >= window {
		c = count{since: now}
	}
	if c.n >= most {
		return false
	}
	c.n++
	l.keep(key, c, now)
	return true
}

// keep remembers a count and makes room first when there are too many.
func (l *limiter) keep(key string, c count, now time.Time) {
	if l.seen == nil {
		l.seen = make(map[string]count)
	}
	if _, known := l.seen[key]; !known && len(l.seen) >= mostKeys {
		l.makeRoom(now)
	}
	l.seen[key] = c
}

// makeRoom forgets the windows that are over, and a tenth of all keys where
// that is not enough: a flood of keys must not free every other.
func (l *limiter) makeRoom(now time.Time) {
	for key, c := range l.seen {
		if now.Sub(c.since) >= window {
			delete(l.seen, key)
		}
	}
	for key := range l.seen {
		if len(l.seen) <= mostKeys-mostKeys/10 {
			return
		}
		delete(l.seen, key)
	}
}

// moveKey names the mailbox that an address change is to lead to. It is apart
// from addressKey: nobody's moves use up what its owner needs to sign in.
func moveKey(scope merchant.Scope, email string) string {
	return "move to " + ids.Hash(scope.String()+" "+billing.NormalEmail(email))
}

// addressKey names an address without keeping it.
func addressKey(w Wish) string {
	return "address " + ids.Hash(w.Scope.String()+" "+billing.NormalEmail(w.Email))
}

func (s *Service) allow(ctx context.Context, scope merchant.Scope, key string, most int) bool {
	limits := Limits{s.Tallies, s.Wall, &s.limit}
	return limits.Allow(ctx, scope, key, most)
}
