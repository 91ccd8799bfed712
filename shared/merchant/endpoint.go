package merchant

import "time"

// Endpoint is where a merchant receives webhooks.
type Endpoint struct {
	ID          string
	Version     int64
	URL         string
	Description string
	Secret      string   // sealed
	Types       []string // event types it wants; nil means every documented type
	Headers     map[string]string
	Metadata    map[string]string
	RateLimit   int // messages per second; 0 means no limit
	Disabled    bool
	Why         DisabledWhy // set when we switched it off
	CreatedAt   time.Time
	UpdatedAt   time.Time

	OldSecret string    // sealed; the one before, which signs as well until OldUntil
	OldUntil  time.Time // zero when the secret was never changed

	GivenUp int       // deliveries that were given up in a row, none accepted between
	Failing time.Time // since when none was accepted; zero when GivenUp is 0
}

// DisabledWhy says why an endpoint was switched off by us.
type DisabledWhy string

// The reasons.
const (
	DisabledFailing DisabledWhy = "failing" // it accepted nothing for days
	DisabledGone    DisabledWhy = "gone"    // it answered 410 Gone
)

// An endpoint is switched off when so many deliveries in a row were given up
// and nothing was accepted for so long.
const (
	FailingDeliveries = 10
	FailingFor        = 72 * time.Hour
)

// Strike counts a delivery that was given up and switches off an endpoint
// that has failed too long. off reports that this call did it.
func (e Endpoint) Strike(began, now time.Time) (changed Endpoint, off bool) {
	e.GivenUp++
	if e.Failing.IsZero() || began.Before(e.Failing) {
		e.Failing = began
	}
	if e.Disabled || e.GivenUp < FailingDeliveries || now.Sub(e.Failing) < FailingFor {
		return e, false
	}
	e.Disabled, e.Why = true, DisabledFailing
	return e, true
}

// Absolve forgets earlier failures: the endpoint accepts again.
func (e Endpoint) Absolve() Endpoint {
	e.GivenUp, e.Failing = 0, time.Time{}
	return e
}

// Enable switches the endpoint on or off at the merchant's wish; switched on,
// it starts without a history.
func (e Endpoint) Enable(on bool) Endpoint {
	if on && e.Disabled {
		e = e.Absolve()
	}
	if on {
		e.Why = ""
	}
	e.Disabled = !on
	return e
}

// Rotate replaces the sealed secret; the old one signs as well for a while.
func (e Endpoint) Rotate(sealed string, until time.Time) Endpoint {
	e.OldSecret, e.OldUntil, e.Secret = e.Secret, until, sealed
	return e
}

// Secrets are the sealed secrets that sign at a wall time, newest first.
func (e Endpoint) Secrets(now time.Time) []string {
	if e.OldSecret != "" && now.Before(e.OldUntil) {
		return []string{e.Secret, e.OldSecret}
	}
	return []string{e.Secret}
}

// Wants reports whether the endpoint asked for an event type. Types outside
// the documented list need to be named (rules 24).
func (e Endpoint) Wants(eventType string, documented bool) bool {
	if e.Disabled {
		return false
	}
	if e.Types == nil {
		return documented
	}
	for _, t := range e.Types {
		if t == eventType {
			return true
		}
	}
	return false
}
