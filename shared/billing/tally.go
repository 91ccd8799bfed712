package billing

import (
	"cmp"
	"slices"
	"strconv"
	"time"

	"perennial/shared/calendar"
	"perennial/shared/money"
)

// TallySpan is how long a charge counts for the card networks' limits.
const TallySpan = 30 * 24 * time.Hour

// tallyMost is how many charges a tally remembers: more than any limit.
const tallyMost = 40

// Tally counts the charges of one amount to one card at one gateway account,
// whoever asked for them: the card networks punish too many (rules 14).
type Tally struct {
	ID      string
	Version int64
	Network string             // the card's brand, which decides the limits
	At      []calendar.Instant // the charges of the last 30 days, oldest first
	Stopped bool               // the bank has forbidden further charges
	Expires time.Time          // wall time after which nothing of it counts
}

// CardID names the card that a method charges, as its bar is named; empty when
// there is none. Where the gateway does not tell cards apart each method is one.
func (m Method) CardID() string {
	card := cmp.Or(m.Fingerprint, m.Reference)
	if card == "" {
		return ""
	}
	return BarID(m.Gateway, m.Account, card)
}

// TallyID names the tally of an amount charged to a method; empty when there
// is none, because no card is charged.
func TallyID(m Method, a money.Amount) string {
	card := m.CardID()
	if card == "" || a.Nothing() {
		return ""
	}
	return card + "/" + strconv.FormatInt(a.Minor, 10) + string(a.Currency)
}

// Counted is the tally with one more charge. What is too old to count for
// anything is forgotten.
func (t Tally) Counted(m Method, at calendar.Instant, wall time.Time) Tally {
	t.Network = m.Brand
	t.At = slices.DeleteFunc(slices.Clone(t.At), func(i calendar.Instant) bool { return i.Add(TallySpan) <= at })
	t.At = append(t.At, at)
	slices.Sort(t.At)
	if over := len(t.At) - tallyMost; over > 0 {
		t.At = t.At[over:]
	}
	t.Expires = wall.Add(TallySpan + 24*time.Hour)
	return t
}

// Uncounted is the tally without its last charge.
func (t Tally) Uncounted() Tally {
	t.At = slices.Clone(t.At[:max(0, len(t.At)-1)])
	return t
}

// Holds reports whether any charge of the tally still counts.
func (t Tally) Holds(at calendar.Instant) bool { return t.Within(TallySpan, at) > 0 }

// Within counts the charges of a span that ends at an instant.
func (t Tally) Within(span time.Duration, at calendar.Instant) int {
	n := 0
	for _, i := range t.At {
		if i.Add(span) > at {
			n++
		}
	}
	return n
}
