package years

import (
	"flag"
	"math/rand/v2"
	"testing"
	"time"
)

var (
	seed  = flag.Uint64("years.seed", 1, "decides everything that is random")
	crowd = flag.Int("years.members", 50, "subscriptions")
	span  = flag.Int("years.years", 3, "how long they live")
)

// Rules 25: three years of fifty mixed subscriptions agree with the oracle
// and with the gateway after every step.
func TestYears(t *testing.T) {
	t.Parallel()
	tn := fakeTown(t)
	tn.live(*seed, *crowd, *span)
	void, billed := tn.witness.carried()
	t.Logf("%d subscriptions, %d commits, %d payments, %d plan changes of which %d within a minor unit, %d invoices carried to %d others",
		len(tn.members), tn.witness.commits, len(tn.witness.payments), tn.changes, tn.inexact, void, billed)
	if *crowd >= 10 && (void == 0 || billed == 0) {
		t.Error("nothing was carried: the story tells nothing of it")
	}
}

// live lets members arrive in the first quarter, most of them at the end of a
// month, and then things happen to them at random.
func (tn *town) live(seed uint64, members, years int) {
	tn.t.Helper()
	r := rand.New(rand.NewPCG(seed, 25))
	begin := tn.now().Time()
	end := begin.AddDate(years, 0, 0)
	for at := begin; at.Before(end); {
		at = tn.jump(at, r, members)
		tn.today = at
		tn.advance(at)
		for _, m := range tn.members {
			m.o.Advance(at)
			tn.compare(m)
		}
		for range 1 + len(tn.members)/6 {
			if len(tn.members) > 0 {
				m := tn.members[r.IntN(len(tn.members))]
				tn.act(m, r, at)
				tn.compare(m)
			}
		}
		for range min(members-len(tn.members), 3) {
			m := tn.settle(len(tn.members), r)
			tn.members = append(tn.members, m)
			tn.compare(m)
		}
	}
	tn.balance()
}

// jump is the next instant at which something happens: month ends while
// members arrive, any second later.
func (tn *town) jump(at time.Time, r *rand.Rand, members int) time.Time {
	if len(tn.members) == members {
		return at.Add(time.Duration(1+r.IntN(8*24*3600)) * time.Second)
	}
	if day := at.Day(); day >= 28 && r.IntN(3) > 0 {
		return at.Add(time.Duration(3600+r.IntN(20*3600)) * time.Second)
	}
	next := time.Date(at.Year(), at.Month()+1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(r.IntN(3*86400)) * time.Second)
	if next = next.AddDate(0, 0, -3); next.After(at) {
		return next
	}
	return at.Add(36 * time.Hour)
}
