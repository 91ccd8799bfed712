package billing

import (
	"hash/fnv"
	"strconv"
	"time"
)

// waits are how long the system leaves a gateway alone that did not answer, at
// least; at most it is twice as long. The last one repeats.
var waits = []time.Duration{2 * time.Minute, 4 * time.Minute, 8 * time.Minute, 15 * time.Minute}

// Unanswered notes that the gateway did not answer the system's question. The
// next one follows after a wait that grows, and that differs from attempt to
// attempt: when a gateway comes back, not everybody asks it at the same time.
func (c Case) Unanswered(wall time.Time) Case {
	l := c.Lock()
	least := waits[min(l.Asked, len(waits)-1)]
	spread := Share(c.Owner()+"#"+strconv.Itoa(l.Asked)) * float64(least)
	l.Asked++
	l.Next = wall.Add(least + time.Duration(spread))
	return c.locked(l)
}

// Spares reports that the system does not ask the gateway now: it gave no
// answer lately, or a bank takes its time. Whoever waits for the answer may.
func (l Lock) Spares(wall time.Time) bool {
	return wall.Before(l.Next) || l.State == LockProcessing && wall.Before(l.Lease)
}

// locked is the case with its lock in another state.
func (c Case) locked(l Lock) Case {
	if c.Purchase == nil {
		c.Subscription.Lock = l
		return c
	}
	p := *c.Purchase
	p.Lock = l
	c.Purchase = &p
	return c
}

// Share maps a text to a number in [0,1) that looks random and never changes.
func Share(text string) float64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(text)) // a hash never fails
	x := h.Sum64()
	x ^= x >> 33
	x *= 0xff51afd7ed558ccd
	x ^= x >> 33
	return float64(x>>11) / (1 << 53)
}
