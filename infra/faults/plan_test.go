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
		for _, function := range s.touches {
			for _, kind := range kinds {
				for n := 1; n <= reach(r[s], function, kind); n++ {
					all = append(all, at(s, aQuarter, hit(kind, function, n)))
				}
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

// packs are kinds that one trial of the short plan bears together: a kill ends
// what it strikes, the others are borne.
var packs = [][]int{{0}, {1}, {2, 6, 9}, {3, 7, 8}, {4, 10}, {5, 11}}

// sample is the short plan: each scenario with each kind, each trouble of the
// gateway and each other event, at places that follow from the seed.
func sample(r rehearsed, random *rand.Rand) []point {
	var all []point
	for _, s := range chosen() {
		for _, pack := range packs {
			p := at(s, aQuarter)
			for _, k := range pack {
				if f, ok := somewhere(r[s], s, kinds[k], random); ok {
					p.faults = append(p.faults, f)
				}
			}
			if len(p.faults) > 0 {
				all = append(all, p)
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
			f, ok := somewhere(r[s], s, kind, random)
			if ok && !seen(s.name, kindName(kind)) {
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
	for range 1 + random.IntN(3) {
		kind := kinds[random.IntN(len(kinds))]
		if f, ok := somewhere(r[s], s, kind, random); ok {
			p.faults = append(p.faults, f)
		}
	}
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

// somewhere picks a place of the scenario at which a kind can strike.
func somewhere(requests []wire.Request, s *scenario, kind wire.Fault, random *rand.Rand) (wire.Fault, bool) {
	var places []wire.Fault
	for _, function := range s.touches {
		for n := 1; n <= reach(requests, function, kind); n++ {
			places = append(places, hit(kind, function, n))
		}
	}
	if len(places) == 0 {
		return wire.Fault{}, false
	}
	return places[random.IntN(len(places))], true
}

// meetings is how many requests there are that the scenario's other event can
// meet.
func meetings(s *scenario, requests []wire.Request) int {
	return reach(requests, s.met(), wire.Fault{})
}
