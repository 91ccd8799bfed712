package asl

import (
	"sync"
	"time"
)

// Clock is virtual time that moves only when it is told to. It has the Now
// and After of a Host.
type Clock struct {
	mu     sync.Mutex
	now    time.Time
	timers []timer
}

type timer struct {
	at   time.Time
	fire chan time.Time
}

// NewClock returns a clock that stands at the instant.
func NewClock(at time.Time) *Clock { return &Clock{now: at} }

// Now returns the instant at which the clock stands.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// After returns a channel that receives the time once the clock has moved by
// d; at once when d is not positive.
func (c *Clock) After(d time.Duration) <-chan time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	t := timer{at: c.now.Add(d), fire: make(chan time.Time, 1)}
	c.timers = append(c.timers, t)
	c.fireDue()
	return t.fire
}

// Set moves the clock forward to the instant and fires what has become due; an
// earlier instant changes nothing.
func (c *Clock) Set(at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if at.After(c.now) {
		c.now = at
	}
	c.fireDue()
}

func (c *Clock) fireDue() {
	waiting := c.timers[:0]
	for _, t := range c.timers {
		if t.at.After(c.now) {
			waiting = append(waiting, t)
			continue
		}
		t.fire <- c.now
	}
	clear(c.timers[len(waiting):])
	c.timers = waiting
}
