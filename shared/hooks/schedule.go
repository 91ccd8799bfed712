package hooks

import "time"

// delays are the waits before attempts 2 to 8; attempt 1 is immediate. Then a
// delivery is given up and kept for a manual resend (dodo-api 11.1).
var delays = []time.Duration{
	5 * time.Second, 5 * time.Minute, 30 * time.Minute,
	2 * time.Hour, 5 * time.Hour, 10 * time.Hour, 10 * time.Hour,
}

// Attempts is how often one event is tried at one endpoint.
const Attempts = 8

// longestWait limits what an endpoint may ask for with Retry-After.
const longestWait = 24 * time.Hour

// longestDelay is what a queue can delay a message by; longer waits end with
// the sweeper's next tick.
const longestDelay = 15 * time.Minute

// lostAfter is when the sweeper takes over from a message that does not come.
const lostAfter = 2 * time.Minute

// nextAttempt is when an event is tried again after so many attempts, never
// earlier than the endpoint asked for; zero when it is given up.
func nextAttempt(made int, retryAfter time.Duration, now time.Time) time.Time {
	if made >= Attempts {
		return time.Time{}
	}
	return now.Add(max(delays[made-1], min(retryAfter, longestWait)))
}
