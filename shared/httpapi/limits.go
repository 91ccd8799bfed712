package httpapi

import (
	"net/http"
	"strconv"
	"sync"
	"time"

	"perennial/shared/clock"
	"perennial/shared/fault"
	"perennial/shared/lambdahttp"
	"perennial/shared/merchant"
)

// Rate is how often somebody may ask.
type Rate struct{ Second, Minute int }

// Rates are Dodo's tiers; a key without a tier has the widest.
var Rates = map[merchant.Tier]Rate{
	merchant.TierNarrow:   {40, 240},
	merchant.TierMiddle:   {100, 1000},
	merchant.TierStandard: {500, 5000},
}

// anonymous is the rate of an address whose requests carry no valid key.
var anonymous = Rate{20, 100}

// mostCounted bounds what an instance remembers; then it forgets some.
const mostCounted = 10_000

var errTooMany = fault.New(fault.TooMany, "TOO_MANY_REQUESTS", "Too many requests. Wait before the next one.")

// Limits counts requests in fixed windows of a second and a minute. Every
// instance of a function counts for itself, so the limits are approximate.
// No Limits, the nil pointer, limit nothing.
type Limits struct {
	Wall clock.Wall

	mu      sync.Mutex
	windows map[string]*windows
}

type windows struct {
	second, minute     time.Time // when they began
	inSecond, inMinute int
}

func (l *Limits) key(w http.ResponseWriter, c Caller) error {
	rate, ok := Rates[c.Tier]
	if !ok {
		rate = Rates[merchant.TierStandard]
	}
	return l.take(w, "key "+c.Scope+" "+c.KeyID, rate)
}

// address counts an address. Valid keys behind it are not held back.
func (l *Limits) address(w http.ResponseWriter, r *http.Request) error {
	return l.take(w, "address "+lambdahttp.Visitor(r), anonymous)
}

// take counts one request and says in the answer's headers what is left.
func (l *Limits) take(w http.ResponseWriter, who string, rate Rate) error {
	if l == nil {
		return nil
	}
	now := l.Wall()
	l.mu.Lock()
	defer l.mu.Unlock()
	n := l.windows[who]
	if n == nil {
		l.makeRoom()
		n = &windows{}
		l.windows[who] = n
	}
	n.turn(now)
	free := n.inMinute < rate.Minute && n.inSecond < rate.Second
	if free {
		n.inMinute++
		n.inSecond++
	}
	reset := n.minute.Add(time.Minute)
	h := w.Header()
	h.Set("X-RateLimit-Limit", strconv.Itoa(rate.Minute))
	h.Set("X-RateLimit-Remaining", strconv.Itoa(rate.Minute-n.inMinute))
	h.Set("X-RateLimit-Reset", strconv.FormatInt(reset.Unix(), 10))
	if free {
		return nil
	}
	if n.inMinute < rate.Minute {
		reset = n.second.Add(time.Second)
	}
	h.Set("Retry-After", strconv.Itoa(int((reset.Sub(now)+time.Second-1)/time.Second)))
	return errTooMany
}

// makeRoom forgets a tenth of those who are counted, whoever they are, when
// there are too many: a flood of addresses must not free every other.
func (l *Limits) makeRoom() {
	if l.windows == nil {
		l.windows = map[string]*windows{}
	}
	if len(l.windows) < mostCounted {
		return
	}
	for who := range l.windows {
		if len(l.windows) <= mostCounted-mostCounted/10 {
			return
		}
		delete(l.windows, who)
	}
}

// turn begins new windows when the old ones are over.
func (n *windows) turn(now time.Time) {
	if now.Sub(n.second) >= time.Second {
		n.second, n.inSecond = now, 0
	}
	if now.Sub(n.minute) >= time.Minute {
		n.minute, n.inMinute = now, 0
	}
}
