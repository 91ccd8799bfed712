package bankhttp

import (
	"net"
	"sync"
	"time"
)

// tokensPerMinute is how many cards one address may type in; the endpoint is
// public. It counts per instance and is approximate.
const tokensPerMinute = 60

// limiter counts calls per address in windows of a minute.
type limiter struct {
	most   int
	mu     sync.Mutex
	window time.Time
	counts map[string]int
}

func newLimiter(most int) *limiter { return &limiter{most: most} }

// allow counts a call and reports whether it is within the limit.
func (l *limiter) allow(address string, now time.Time) bool {
	if host, _, err := net.SplitHostPort(address); err == nil {
		address = host
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if window := now.Truncate(time.Minute); !window.Equal(l.window) {
		l.window, l.counts = window, map[string]int{}
	}
	l.counts[address]++
	return l.counts[address] <= l.most
}
