package dynamo

import (
	"sync"
	"time"
)

// cacheLife is how long a state or key may be remembered: the delay with
// which a revoked key stops working.
const cacheLife = 30 * time.Second

// cacheSize bounds the memory; a full cache starts anew.
const cacheSize = 10_000

// cache remembers values for cacheLife. Its zero value is empty.
type cache[K comparable, V any] struct {
	mu    sync.Mutex
	known map[K]cached[V]
}

type cached[V any] struct {
	value V
	until time.Time
}

func (c *cache[K, V]) get(k K, now time.Time) (V, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	entry, ok := c.known[k]
	if !ok || !now.Before(entry.until) {
		var none V
		return none, false
	}
	return entry.value, true
}

func (c *cache[K, V]) put(k K, v V, now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.known == nil || len(c.known) >= cacheSize {
		c.known = map[K]cached[V]{}
	}
	c.known[k] = cached[V]{v, now.Add(cacheLife)}
}

func (c *cache[K, V]) drop(k K) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.known, k)
}
