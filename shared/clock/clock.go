// Package clock tells wall time: the time of leases, signatures, sessions,
// links, rate limits, TTLs, delivery retries and ids. Business time, which a
// test scope may run ahead of the wall, is calendar.Instant and is not here.
package clock

import "time"

// Wall gives the current wall time in UTC. Code that needs the time takes a
// Wall, so that a test can hand it one that stands still.
type Wall func() time.Time

// System is the machine's clock.
func System() time.Time { return time.Now().UTC() }
