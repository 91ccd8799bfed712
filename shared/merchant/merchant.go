// Package merchant holds the rules of the businesses that use a deployment:
// their two modes, settings, business clock, keys and webhook endpoints. It
// stores nothing and knows no customer.
package merchant

import (
	"crypto/sha256"
	"encoding/base64"
	"strings"
	"time"

	"perennial/shared/calendar"
)

// Mode separates test data from live data; the two share nothing.
type Mode string

// The modes.
const (
	Test Mode = "test"
	Live Mode = "live"
)

// Scope is one mode of one business. Every stored tenant object belongs to
// exactly one scope.
type Scope struct {
	Business string
	Mode     Mode
}

// String is the form used in keys and messages: "bus_x.test".
func (s Scope) String() string { return s.Business + "." + string(s.Mode) }

// ParseScope reads what String wrote; ok is false for anything else.
func ParseScope(text string) (scope Scope, ok bool) {
	business, mode, found := strings.Cut(text, ".")
	m := Mode(mode)
	return Scope{business, m}, found && business != "" && (m == Test || m == Live)
}

// Business is a merchant.
type Business struct {
	ID           string
	Version      int64
	Name         string
	Email        string // where the merchant's own notices go
	SupportEmail string // shown to customers
	Country      string // ISO 3166 alpha-2
	Zone         string // IANA time zone that decides billing dates
	CreatedAt    time.Time
}

// State is what one scope needs on every request: the settings, the clock
// and the brake. It doubles as the registry entry that lists test scopes.
type State struct {
	Scope    Scope
	Version  int64
	Business Business // copy, so that one read is enough; this mode's settings may change its zone
	Recovery Recovery
	Settings Settings
	Seller   Seller
	Gateways []Gateway // connected accounts, in the order in which they are tried
	Clock    Clock
	Brake    Brake
	Archive  Archive // set while the operator has archived the business
}

// EndAction is what happens when the recovery window closes unpaid.
type EndAction string

// The end actions.
const (
	EndStay   EndAction = "stay_on_hold"
	EndCancel EndAction = "cancel"
)

// Recovery is a merchant's policy for failed renewals.
type Recovery struct {
	GraceDays  int             // days in past_due with access before on_hold; 0 goes straight to on_hold
	WindowDays int             // recovery window, counted from the first failure
	Retries    []time.Duration // delay of each automatic retry after the previous attempt
	RetryVague bool            // whether vague declines such as do_not_honor are retried
	EndAction  EndAction
	KeepDays   int    // dues paid within this many days of their due date keep the billing anchor
	Timing     Timing // how the times of retries are chosen; empty: by the list
	Holdout    int    // percent of failures that get the list although Timing is smart, to measure the difference
}

// DefaultRecovery is the policy of a new business: straight to on_hold, smart
// retries in a window of 30 days, then it stays on hold. The list is what a
// holdout gets, and who switches smart timing off.
func DefaultRecovery() Recovery {
	const hour = time.Hour
	return Recovery{
		WindowDays: 30,
		Retries:    []time.Duration{24 * hour, 48 * hour, 72 * hour, 96 * hour},
		RetryVague: true,
		EndAction:  EndStay,
		KeepDays:   7,
		Timing:     TimingSmart,
	}
}

// Brake stops or slows charging for a scope or, in its own record, for the
// whole deployment.
type Brake struct {
	Stopped   bool
	PerMinute int // charges per minute; 0 means no limit
}

// Clock maps wall time to the business time of a scope. Its zero value is
// wall time, which is what live scopes always have.
type Clock struct {
	Offset  time.Duration    // business time minus wall time
	Frozen  calendar.Instant // when set, business time stands still here
	Held    bool             // it stays frozen after an advance too, until it is let go
	Target  calendar.Instant // when set, an advance to this instant is running
	Message string           // why the last advance failed, for the operator
}

// Now is the business time at a wall time.
func (c Clock) Now(wall time.Time) calendar.Instant {
	if !c.Frozen.IsZero() {
		return c.Frozen
	}
	return calendar.At(wall.Add(c.Offset))
}

// Advancing reports whether an advance is running.
func (c Clock) Advancing() bool { return !c.Target.IsZero() }

// Stand stops the clock at an instant while an advance does the work due
// then. The clock never moves back.
func (c Clock) Stand(at calendar.Instant) Clock {
	c.Frozen = max(c.Frozen, at)
	return c
}

// Arrive ends an advance: business time is the target at this wall time and
// runs on from there, unless the clock is held.
func (c Clock) Arrive(wall time.Time) Clock {
	if c.Held {
		return Clock{Frozen: c.Target, Held: true}
	}
	return Clock{Offset: c.Target.Time().Sub(wall)}
}

// Freeze stops business time where it is, so that only an advance moves it.
func (c Clock) Freeze(wall time.Time) Clock {
	return Clock{Frozen: c.Now(wall), Held: true, Message: c.Message}
}

// Thaw lets a frozen clock run on from where it stands.
func (c Clock) Thaw(wall time.Time) Clock {
	return Clock{Offset: c.Now(wall).Time().Sub(wall), Message: c.Message}
}

// Tier is how often a key may ask.
type Tier string

// The tiers, from the widest, which is the default.
const (
	TierStandard Tier = ""
	TierMiddle   Tier = "middle"
	TierNarrow   Tier = "narrow"
)

// APIKey is a secret key's record; the secret itself is shown once and only
// its SHA-256 is kept.
type APIKey struct {
	Hash      string // SHA-256 of the key, hex; the record's identity
	Version   int64
	Scope     Scope
	Name      string
	Hint      string // last four characters
	ReadOnly  bool
	Tier      Tier // how often it may ask
	CreatedAt time.Time
	RevokedAt time.Time
	LastUsed  time.Time // written at most hourly
}

// ID names the key where it may be seen: it is made of the hash and does not
// lead back to it.
func (k APIKey) ID() string {
	sum := sha256.Sum256([]byte("api key\x00" + k.Hash))
	return "key_" + base64.RawURLEncoding.EncodeToString(sum[:])[:21]
}

// Deployment is the scope of the operator's own state: its brake stops every
// business at once.
var Deployment = Scope{Business: "deployment", Mode: Live}
