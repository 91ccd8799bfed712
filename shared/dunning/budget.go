package dunning

import (
	"time"

	"perennial/shared/billing"
	"perennial/shared/calendar"
)

// Reserve is how many charges of each budget are left to the customer: no
// automatic retry takes them (rules 14).
const Reserve = 3

// Limit is how many charges of one amount to one card a network allows.
type Limit struct {
	Most int
	In   time.Duration
}

// The networks' limits. Visa: 20 in 30 days since May 2025; Mastercard's
// Transaction Processing Excellence: 10 in a day and 35 in 30 days. The others
// publish none, and get what Visa allowed before. We count every charge, the
// first included, which is stricter than counting repetitions.
var (
	limitsByNetwork = map[string][]Limit{
		"visa":       {{20, billing.TallySpan}},
		"mastercard": {{10, 24 * time.Hour}, {35, billing.TallySpan}},
	}
	limitsElse = []Limit{{15, billing.TallySpan}}
)

// Limits are those of a card brand in the gateways' lower-case words.
func Limits(network string) []Limit {
	if limits, ok := limitsByNetwork[network]; ok {
		return limits
	}
	return limitsElse
}

// Room reports whether a charge may be made at an instant without passing a
// network's limit. What the system starts by itself leaves the reserve; a
// card that the bank has forbidden has no room at all.
func Room(t billing.Tally, by billing.Initiator, at calendar.Instant) bool {
	if t.Stopped && t.Holds(at) {
		return false
	}
	for _, l := range Limits(t.Network) {
		if t.Within(l.In, at) >= l.Most-reserved(by) {
			return false
		}
	}
	return true
}

// Opens is the first instant from one on at which there is room, zero for
// never.
func Opens(t billing.Tally, by billing.Initiator, from calendar.Instant) calendar.Instant {
	if t.Stopped && t.Holds(from) {
		return 0
	}
	at := from
	for _, l := range Limits(t.Network) {
		spare := l.Most - reserved(by)
		if over := t.Within(l.In, at) - spare; over >= 0 {
			oldest := len(t.At) - t.Within(l.In, at)
			at = max(at, t.At[oldest+over].Add(l.In))
		}
	}
	return at
}

func reserved(by billing.Initiator) int {
	if by == billing.BySystem {
		return Reserve
	}
	return 0
}
