package wire

import (
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"time"
)

// Kind is what can go wrong with a request.
type Kind int

// The kinds of fault.
const (
	KindNone        Kind = iota
	KindKill             // the function dies before or after the request
	KindDrop             // the connection breaks before or after the request
	KindConflict         // DynamoDB: another transaction holds the item; nothing is written
	KindThrottle         // ThrottlingException, outside AWS status 429; nothing is done
	KindThroughput       // DynamoDB: ProvisionedThroughputExceededException; nothing is done
	KindServerError      // status 500, before or after the request was done
	KindDelay            // the request arrives late
	KindStaleRead        // an index query gets an earlier answer, an empty one if there is none
	KindEmptyRead        // an index query gets an empty answer
)

var kindNames = []string{"none", "kill", "drop", "conflict", "throttle", "throughput", "server error", "delay", "stale read", "empty read"}

// String returns the kind in words.
func (k Kind) String() string {
	if k < 0 || int(k) >= len(kindNames) {
		return fmt.Sprintf("kind %d", int(k))
	}
	return kindNames[k]
}

// When says whether the service has done its work when the fault strikes.
// Only kills, drops and server errors know the difference.
type When int

// The two moments.
const (
	Before When = iota // the request never reaches the service
	After              // the service did it, the answer is lost
)

// Fault is one entry of the plan. Empty names match every request that the
// kind can happen to: a conflict only meets DynamoDB writes and transactional
// reads, a stale read only queries of an index.
type Fault struct {
	Function, Service, Operation string

	Nth    int     // the n-th matching request since Plan, from 1; 0 means each
	Chance float64 // with Nth 0: the share of requests hit, 0 means all
	Kind   Kind
	When   When
	Delay  time.Duration // of KindDelay
}

// loses tells whether the fault takes the answer away.
func (f Fault) loses() bool {
	return f.Kind == KindKill || f.Kind == KindDrop || f.Kind == KindServerError
}

// planned is a fault and what it has met so far.
type planned struct {
	Fault
	matched int
	met     map[Source]int
}

// Plan adds a fault. Where several want the same request, the first planned
// wins, and the others count the request all the same.
func (p *Proxy) Plan(f Fault) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.plan = append(p.plan, &planned{Fault: f, met: map[Source]int{}})
}

// choose finds the fault that strikes the request; the caller holds the lock.
func (p *Proxy) choose(r Request) Fault {
	var chosen Fault
	for i, f := range p.plan {
		if f.matches(r) && f.strikes(p.seed+uint64(i), r) && chosen.Kind == KindNone {
			chosen = f.Fault
		}
	}
	return chosen
}

func (f *planned) matches(r Request) bool {
	named := (f.Function == "" || f.Function == r.Function) &&
		(f.Service == "" || f.Service == r.Service) &&
		(f.Operation == "" || f.Operation == r.Operation)
	switch f.Kind {
	case KindConflict:
		return named && canConflict(r.Operation)
	case KindStaleRead, KindEmptyRead:
		return named && r.Index != ""
	default:
		return named
	}
}

// strikes counts the request and tells whether it is hit. A chance depends on
// the seed and on the request's number at its own source, so functions that
// run side by side do not change each other's luck.
func (f *planned) strikes(seed uint64, r Request) bool {
	source := Source{r.Function, r.Service}
	f.matched++
	f.met[source]++
	if f.Nth > 0 {
		return f.matched == f.Nth
	}
	if f.Chance == 0 {
		return true
	}
	return random(seed, r.Function, r.Service, r.Operation, f.met[source]).Float64() < f.Chance
}

// random makes the generator for one decision.
func random(seed uint64, about ...any) *rand.Rand {
	hash := fnv.New64a()
	_, _ = fmt.Fprintf(hash, "%v", about) // a hash never fails
	return rand.New(rand.NewPCG(seed, hash.Sum64()))
}
