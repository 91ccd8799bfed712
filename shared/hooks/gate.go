package hooks

import (
	"context"
	"sync"
	"time"
)

// An endpoint whose answer took this long is slow; for a while it then gets
// one message at a time from each worker, and the others come back later, so
// that its waiting holds up nobody else.
const (
	slowAnswer = 5 * time.Second
	slowFor    = time.Minute
	busyWait   = 20 * time.Second
)

// gate knows the endpoints that a worker posts to. Its zero value is open.
type gate struct {
	mu    sync.Mutex
	lanes map[string]*lane
}

type lane struct {
	busy int
	slow time.Time // until then
}

// enter reports whether a message may be posted to an endpoint now; who
// enters leaves.
func (g *gate) enter(endpoint string, now time.Time) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.lanes == nil {
		g.lanes = make(map[string]*lane)
	}
	l := g.lanes[endpoint]
	if l == nil {
		l = &lane{}
		g.lanes[endpoint] = l
	}
	if l.busy > 0 && now.Before(l.slow) {
		return false
	}
	l.busy++
	return true
}

// leave notes how long the slowest answer took; zero says nothing about it.
func (g *gate) leave(endpoint string, slowest time.Duration, now time.Time) {
	g.mu.Lock()
	defer g.mu.Unlock()
	l := g.lanes[endpoint]
	l.busy--
	switch {
	case slowest >= slowAnswer:
		l.slow = now.Add(slowFor)
	case slowest > 0:
		l.slow = time.Time{}
	}
	if l.busy == 0 && !now.Before(l.slow) {
		delete(g.lanes, endpoint)
	}
}

// pace is how long a message has to wait for its endpoint's rate limit: the
// place in the line of this second tells how many seconds too many came.
func (s *Service) pace(ctx context.Context, j job) (time.Duration, error) {
	limit := j.endpoint.RateLimit
	if limit == 0 {
		return 0, nil
	}
	posts := 0
	for _, e := range j.outbox.Events[min(j.delivery.Event, len(j.outbox.Events)):] {
		if Wanted(j.endpoint, e.Type) {
			posts++
		}
	}
	if posts == 0 {
		return 0, nil
	}
	place, err := s.Limiter.Count(ctx, j.scope, j.endpoint.ID, posts)
	if err != nil || place <= max(limit, posts) {
		return 0, err
	}
	return min(time.Duration(place/limit)*time.Second, longestDelay), nil
}
