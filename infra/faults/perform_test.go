package faults

import (
	"bytes"
	"time"

	"perennial/infra/local/wire"
	"perennial/shared/bank"
	"perennial/shared/billing"
)

// perform lets the scenario happen with its disturbance.
func (tr *trial) perform() {
	tr.t.Helper()
	tr.harvest("")
	tr.disturb()
	tr.scenario.act(tr)
	for _, g := range tr.gates {
		g.arm(0, nil)
		g.tell(nil)
	}
	tr.requests = tr.proxy.Log()
	tr.count()
	tr.harvest(tr.scope.String())
}

// disturb plans everything that shall go wrong.
func (tr *trial) disturb() {
	tr.t.Helper()
	if tr.trouble.Trouble != bank.NoTrouble || tr.trouble.Webhooks != bank.InOrder {
		f := tr.trouble
		f.ID, f.Account = "flt_1", tr.scope.String()
		tr.check(tr.bank.Arm(tr.ctx(), f))
	}
	if tr.cell != nil {
		tr.door.ail(tr.scope.String(), tr.cell.ailment)
		tr.posts.order(tr.scope.String(), tr.cell.notice)
	}
	if tr.scenario.meets != nil && tr.meets > 0 {
		tr.gates[tr.scenario.met()].arm(tr.meets, func() {
			tr.tally.add("another hand at the same moment", 1)
			tr.scenario.meets(tr)
		})
	}
	for _, f := range append(append([]wire.Fault{}, tr.faults...), tr.scenario.spoilt...) {
		if f.Function != portal && (*goal > 0 || f.Kind == wire.KindKill) {
			tr.driver.Kill(f.Function) // a fresh process sends the same requests each time
		}
		tr.proxy.Plan(f)
	}
}

// count adds up what the gateway did wrong by order.
func (tr *trial) count() {
	tr.t.Helper()
	if tr.trouble.Webhooks == bank.InOrder {
		return
	}
	left, err := tr.bank.Faults(tr.ctx(), tr.scope.String())
	tr.check(err)
	if len(left) == 0 {
		tr.tally.add("webhook "+string(tr.trouble.Webhooks), 1)
	}
}

// harvest counts what the proxy did, stale answers only about the scope if one
// is given, and starts its log and plan anew.
func (s *site) harvest(scope string) {
	for _, r := range s.proxy.Log() {
		switch {
		case r.Index != "" && !bytes.Contains(r.Body, []byte(`"DUE#bus_`)):
			// Most partitions are empty: a stale answer about one says nothing.
		case r.Index != "" && scope != "" && !bytes.Contains(r.Body, []byte(scope)):
			// Somebody else's work.
		case r.Fault != wire.KindNone:
			s.tally.add(r.Fault.String(), 1)
		case ordered(r):
			s.tally.add("gateway trouble", 1)
		}
	}
	s.proxy.Reset()
}

// ordered recognises the answers of a gateway that fails by order.
func ordered(r wire.Request) bool {
	const refusal, half = "ordered fault\n", `{"id":"int_`
	return r.Service == "sandbox" && (r.Status >= 500 && r.Reply == len(refusal) || r.Status == 200 && r.Reply == len(half))
}

// Recovery of a site.
const (
	rounds     = 16 // at most
	stormy     = 2  // of them, in which the wire fails at random; 1 in the short run
	deadRounds = 4  // of them, in which a dead gateway stays dead: an hour in quarters
)

// storm lets every request of every function fail with a small chance.
func (s *site) storm() {
	for _, f := range []wire.Fault{
		{Kind: wire.KindKill, When: wire.Before, Chance: 0.015}, {Kind: wire.KindKill, When: wire.After, Chance: 0.015},
		{Kind: wire.KindDrop, When: wire.After, Chance: 0.015}, {Kind: wire.KindServerError, When: wire.After, Chance: 0.01},
		{Kind: wire.KindConflict, Chance: 0.15}, {Kind: wire.KindThroughput, Service: "dynamodb", Chance: 0.01},
		{Kind: wire.KindDelay, Delay: 5 * time.Millisecond, Chance: 0.05},
		{Kind: wire.KindStaleRead, Function: "sweeper", Chance: 0.1}, {Kind: wire.KindEmptyRead, Function: "sweeper-2", Chance: 0.1},
	} {
		s.proxy.Plan(f)
	}
}

// settle recovers until a whole round finds nothing to do.
func (s *site) settle(trials []*trial, storms int) {
	s.t.Helper()
	for round := range rounds {
		s.door.round()
		if round < storms {
			s.storm()
		}
		if round == deadRounds {
			s.repair(trials)
		}
		idle := s.round(trials, round < max(storms, 1))
		s.harvest("")
		s.flows.clock.Set(s.flows.clock.Now().Add(time.Hour))
		if round >= storms && idle {
			return
		}
	}
	s.t.Errorf("site with seed %d still has work after %d rounds\n%s", s.seed, rounds, s.cleared())
}

// round lets everything that waits be delivered once, and says whether there
// was nothing. Twice means with two sweepers at once.
func (s *site) round(trials []*trial, twice bool) (idle bool) {
	published, _ := s.publish("") // what failed is kept
	s.must(s.flows.step(s.t.Context(), func(string) bool { return true }))
	posted, _ := s.webhooks("") // what failed is kept
	locked := false
	for _, tr := range trials {
		locked = tr.pastLease() || locked
	}
	sweepers := []string{"sweeper", "sweeper-2"}
	if !twice {
		sweepers = sweepers[:1]
	}
	s.sweep(sweepers...)
	found := s.queues.take("work-test", func(string) bool { return true })
	found = wire.Repeat(s.random(), wire.Shuffle(s.random(), found), 0.2)
	s.work(found, "collector", "collector-2")
	advanced := s.advance("")
	return published+posted+len(found)+advanced == 0 && !locked && s.flows.waiting()
}

// pastLease writes the times of a lock, and of a refund that is not over, into
// the past, as if time had passed (see the package comment), and says whether
// there is one. What moves at this moment is left to the next round.
func (tr *trial) pastLease() bool {
	tr.t.Helper()
	var waiting []any
	switch {
	case tr.bought.ID != "":
		if p := tr.purchase(); p.Lock.Set() {
			p.Lock = tr.aged(p.Lock)
			waiting = append(waiting, p)
		}
	default:
		if s := tr.now(); s.Lock.Set() {
			s.Lock = tr.aged(s.Lock)
			waiting = append(waiting, s)
		}
	}
	for _, r := range tr.refunds() {
		if r.Status.Open() {
			r.TakenAt, r.Next = r.TakenAt.Add(-tr.pass), time.Now().UTC().Add(-time.Second)
			waiting = append(waiting, r)
		}
	}
	for _, obj := range waiting {
		_ = tr.overwrite(obj) // stale: somebody finished it
	}
	return len(waiting) > 0
}

func (tr *trial) aged(l billing.Lock) billing.Lock {
	l.Lease = time.Now().UTC().Add(-time.Second)
	l.TakenAt, l.Next = l.TakenAt.Add(-tr.pass), time.Time{}
	return l
}

// repair ends the gateway's troubles.
func (s *site) repair(trials []*trial) {
	s.t.Helper()
	s.door.cure()
	for _, tr := range trials {
		if tr.trouble != (bank.Fault{}) {
			s.must(s.bank.Clear(s.t.Context(), tr.scope.String()))
		}
	}
}
