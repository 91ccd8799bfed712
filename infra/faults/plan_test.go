package faults

import (
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"time"

	"perennial/infra/local/wire"
	"perennial/shared/bank"
)

// rehearsed is what the operation of each scenario asks when nothing is in
// its way.
type rehearsed map[*scenario][]wire.Request

// troubles are what the sandbox gateway can be ordered to do wrong.
var troubles = []bank.Fault{
	{Operation: bank.OpConfirm, Trouble: bank.TimeoutAfter}, {Operation: bank.OpConfirm, Trouble: bank.TimeoutBefore},
	{Operation: bank.OpConfirm, Trouble: bank.Garbled}, {Operation: bank.OpConfirm, Trouble: bank.Error500},
	{Operation: bank.OpPrepare, Trouble: bank.TimeoutAfter}, {Operation: bank.OpPrepare, Trouble: bank.Garbled},
	{Operation: bank.OpPrepare, Trouble: bank.Error500}, {Operation: bank.OpFind, Trouble: bank.Garbled},
	{Operation: bank.OpCancel, Trouble: bank.TimeoutAfter}, {Operation: bank.OpRefund, Trouble: bank.TimeoutAfter},
	{Operation: bank.OpSave, Trouble: bank.TimeoutAfter}, {Trouble: bank.Error500, Times: -1},
	{Operation: bank.OpConfirm, Webhooks: bank.Duplicate}, {Operation: bank.OpConfirm, Webhooks: bank.Reorder},
	{Operation: bank.OpConfirm, Webhooks: bank.Drop}, {Operation: bank.OpChallenge, Webhooks: bank.Duplicate},
	{Operation: bank.OpChallenge, Webhooks: bank.Drop}, {Operation: bank.OpChallenge, Trouble: bank.TimeoutAfter},
	{Operation: bank.OpConfirm, Trouble: bank.TimeoutAfter, Webhooks: bank.Drop},
}

// order completes a trouble: once, or with -1 until it is repaired, and soon
// over where it hangs.
func order(f bank.Fault) bank.Fault {
	f.Wait = 20 * time.Millisecond
	f.Times++
	return f
}

// chosen are the scenarios that the flags leave.
func chosen() []*scenario {
	var all []*scenario
	for _, s := range scenarios {
		if strings.Contains(s.name, *only) {
			all = append(all, s)
		}
	}
	return all
}

// every is the systematic plan: each scenario, each function, each kind, each
// request; each trouble of the gateway; each meeting.
func every(r rehearsed) []point {
	var all []point
	for _, s := range chosen() {
		for _, kind := range kinds {
			for _, p := range places(r[s], s, kind) {
				all = append(all, at(s, aQuarter, p.Fault))
			}
		}
		for n := 1; s.meets != nil && n <= meetings(s, r[s]); n++ {
			all = append(all, point{scenario: s, meets: n, pass: aQuarter})
		}
	}
	for _, f := range troubles {
		for _, s := range suited(r, f) {
			all = append(all, point{scenario: s, trouble: order(f), pass: aQuarter})
		}
	}
	return all
}

// packs are kinds that one trial of the short plan bears together, in the
// order in which they strike: a kill ends everything, the others are borne.
var packs = [][]int{{2, 6, 9, 10, 0}, {3, 7, 8, 11, 1}, {4, 5}}

// sample is the short plan: each scenario with each kind, each trouble of the
// gateway and each other event, at places that follow from the seed.
func sample(r rehearsed, random *rand.Rand) []point {
	var all []point
	for _, s := range chosen() {
		for _, pack := range packs {
			var several []wire.Fault
			for _, k := range pack {
				several = append(several, kinds[k])
			}
			if faults := somewhere(r[s], s, random, several...); len(faults) > 0 {
				all = append(all, at(s, aQuarter, faults...))
			}
		}
		if s.meets != nil {
			all = append(all, point{scenario: s, meets: 1 + random.IntN(meetings(s, r[s])), pass: aDay})
		}
	}
	for _, f := range troubles {
		if able := suited(r, f); len(able) > 0 {
			all = append(all, point{scenario: able[random.IntN(len(able))], trouble: order(f), pass: aQuarter})
		}
	}
	return all
}

// calls are the gateway's operations as requests.
var calls = map[bank.Operation]*regexp.Regexp{
	bank.OpConfirm: regexp.MustCompile(`/confirm$`), bank.OpPrepare: regexp.MustCompile(`^POST /v1/intents$`),
	bank.OpFind: regexp.MustCompile(`^GET /v1/intents/`), bank.OpCancel: regexp.MustCompile(`/cancel$`),
	bank.OpRefund: regexp.MustCompile(`/v1/refunds$`), bank.OpSave: regexp.MustCompile(`^POST /v1/methods$`),
	"": regexp.MustCompile(` /v1/`),
}

// suited lists the scenarios whose operation makes the call that a trouble
// spoils. The challenge is the customer's call.
func suited(r rehearsed, f bank.Fault) []*scenario {
	var able []*scenario
	for _, s := range chosen() {
		pattern := calls[f.Operation]
		if f.Operation == bank.OpChallenge && s.name == "challenge passed" || pattern != nil && slices.ContainsFunc(r[s], func(q wire.Request) bool {
			return q.Service == "sandbox" && pattern.MatchString(q.Operation)
		}) {
			able = append(able, s)
		}
	}
	return able
}

// missing lists, one by one, the kinds that a scenario has not met although it
// can.
func missing(r rehearsed, random *rand.Rand, seen func(scenario, kind string) bool) []point {
	var all []point
	for _, s := range chosen() {
		for _, kind := range kinds {
			if can := places(r[s], s, kind); len(can) > 0 && !seen(s.name, kindName(kind)) {
				f := can[random.IntN(len(can))].Fault
				f.Nth = 1 // which is reached in any order of requests
				all = append(all, at(s, aQuarter, f))
			}
		}
	}
	return all
}

// anything is a point of the long run: up to three disturbances at once.
func anything(r rehearsed, random *rand.Rand) point {
	all := chosen()
	s := all[random.IntN(len(all))]
	p := point{scenario: s, pass: aQuarter}
	if random.IntN(4) == 0 {
		p.pass = aDay
	}
	var several []wire.Fault
	for range 1 + random.IntN(3) {
		several = append(several, kinds[random.IntN(len(kinds))])
	}
	p.faults = somewhere(r[s], s, random, several...)
	if s.meets != nil && random.IntN(2) == 0 {
		p.meets = 1 + random.IntN(meetings(s, r[s]))
	}
	if random.IntN(5) == 0 {
		p.trouble = order(troubles[random.IntN(len(troubles))])
	}
	return p
}

func at(s *scenario, pass time.Duration, faults ...wire.Fault) point {
	return point{scenario: s, faults: faults, pass: pass}
}

func hit(kind wire.Fault, function string, n int) wire.Fault {
	kind.Function, kind.Nth = function, n
	return kind
}

// place is a fault and the request, in the undisturbed operation, that it
// strikes.
type place struct {
	wire.Fault
	request int
}

// places lists where in the scenario a kind can strike.
func places(requests []wire.Request, s *scenario, kind wire.Fault) []place {
	var all []place
	for _, function := range s.touches {
		n := 0
		for i, r := range requests {
			if r.Function == function && canMeet(kind.Kind, r) {
				n++
				all = append(all, place{hit(kind, function, n), i})
			}
		}
	}
	return all
}

// somewhere picks places for several kinds, each at another request, and kills
// after everything else. A kind that finds none is left out.
func somewhere(requests []wire.Request, s *scenario, random *rand.Rand, several ...wire.Fault) []wire.Fault {
	var picked []wire.Fault
	taken := map[int]bool{}
	for _, kind := range several {
		free := slices.DeleteFunc(places(requests, s, kind), func(p place) bool { return taken[p.request] })
		if kind.Kind == wire.KindKill {
			free = last(free, taken)
		}
		if len(free) == 0 {
			continue
		}
		p := free[random.IntN(len(free))]
		taken[p.request] = true
		picked = append(picked, p.Fault)
	}
	return picked
}

// last leaves the places behind all that are taken, or the very last.
func last(free []place, taken map[int]bool) []place {
	behind := slices.DeleteFunc(slices.Clone(free), func(p place) bool {
		for request := range taken {
			if p.request < request {
				return true
			}
		}
		return false
	})
	if len(behind) == 0 && len(free) > 0 {
		return free[len(free)-1:]
	}
	return behind
}

// meetings is how many requests there are that the scenario's other event can
// meet.
func meetings(s *scenario, requests []wire.Request) int {
	n := 0
	for _, r := range requests {
		if r.Function == s.met() {
			n++
		}
	}
	return n
}
