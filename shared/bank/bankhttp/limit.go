package bankhttp

import (
	"sync"
	"time"
)

// tokensPerMinute is how many cards one visitor may type in: the endpoint is
// public, and behind one address a merchant's whole test suite may run. It
// counts per instance and is approximate.
const tokensPerMinute = 300

// limiter counts calls per visitor in windows of a minute.
type limiter struct {
	most   int
	mu     sync.Mutex
	window time.Time
	counts map[string]int
}

func newLimiter(most int) *limiter { return &limiter{most: most} }

// allow counts a call and reports whether it is within the limit.
func (l *limiter) allow(visitor string, now time.Time) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if window := now.Truncate(time.Minute); !window.Equal(l.window) {
		l.window, l.counts = window, map[string]int{}
	}
	l.counts[visitor]++
	return l.counts[visitor] <= l.most
}
