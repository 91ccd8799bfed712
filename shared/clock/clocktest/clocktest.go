// Package clocktest is a wall clock that moves only when a test says so.
package clocktest

import (
	"sync"
	"time"
)

// Clock stands still until Set or Advance; safe for concurrent use.
type Clock struct {
	mu  sync.Mutex
	now time.Time
}

// At starts a clock at the given time.
func At(t time.Time) *Clock { return &Clock{now: t.UTC()} }

// Now is the clock's time in UTC; pass the method where a clock.Wall is asked.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Set moves the clock to t, backwards too.
func (c *Clock) Set(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = t.UTC()
}

// Advance moves the clock by d and gives the new time.
func (c *Clock) Advance(d time.Duration) time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
	return c.now
}
