package faults

import (
	"fmt"
	"strings"
	"time"

	"perennial/infra/local/wire"
	"perennial/shared/bank"
)

// point is where a scenario is disturbed, and how.
type point struct {
	scenario *scenario
	faults   []wire.Fault  // on the wire
	trouble  bank.Fault    // that the gateway makes
	meets    int           // the request that the scenario's other event meets; 0 is none
	pass     time.Duration // that passes for locks in each round of recovery
	cell     *cell         // of the matrix; nil for other points
}

// Times that pass between two rounds of recovery: the leases are over, or the
// gateway has forgotten its keys as well.
const (
	aQuarter = 16 * time.Minute
	aDay     = 25 * time.Hour
)

// String names the point in words.
func (p point) String() string {
	var parts []string
	for _, f := range p.faults {
		parts = append(parts, describe(f))
	}
	if p.meets > 0 {
		parts = append(parts, fmt.Sprintf("meets request %d of %s", p.meets, p.scenario.met()))
	}
	if p.trouble.Trouble != bank.NoTrouble {
		parts = append(parts, fmt.Sprintf("gateway %s on %s", p.trouble.Trouble, either(p.trouble.Operation, "every call")))
	}
	if p.trouble.Webhooks != bank.InOrder {
		parts = append(parts, fmt.Sprintf("webhooks of %s: %s", either(p.trouble.Operation, "every call"), p.trouble.Webhooks))
	}
	if p.cell != nil {
		parts = append(parts, p.cell.String())
	}
	if p.pass == aDay {
		parts = append(parts, "recovered a day later")
	}
	if len(parts) == 0 {
		parts = []string{"undisturbed"}
	}
	return p.scenario.name + ": " + strings.Join(parts, ", ")
}

func either(op bank.Operation, otherwise string) string {
	if op == "" {
		return otherwise
	}
	return string(op)
}

func describe(f wire.Fault) string {
	return fmt.Sprintf("%s request %d of %s", kindName(f), f.Nth, f.Function)
}

// kindName is a kind with its moment, where it has one.
func kindName(f wire.Fault) string {
	if !loses(f.Kind) {
		return f.Kind.String()
	}
	return f.Kind.String() + map[wire.When]string{wire.Before: " before", wire.After: " after"}[f.When]
}

// loses reports the kinds that know before and after.
func loses(k wire.Kind) bool {
	return k == wire.KindKill || k == wire.KindDrop || k == wire.KindServerError
}

// kinds are the disturbances of the wire, one entry for each moment.
var kinds = []wire.Fault{
	{Kind: wire.KindKill, When: wire.Before}, {Kind: wire.KindKill, When: wire.After},
	{Kind: wire.KindDrop, When: wire.Before}, {Kind: wire.KindDrop, When: wire.After},
	{Kind: wire.KindServerError, When: wire.Before}, {Kind: wire.KindServerError, When: wire.After},
	{Kind: wire.KindConflict}, {Kind: wire.KindThrottle}, {Kind: wire.KindThroughput, Service: "dynamodb"},
	{Kind: wire.KindDelay, Delay: 20 * time.Millisecond}, {Kind: wire.KindStaleRead}, {Kind: wire.KindEmptyRead},
}

// canMeet reports whether a kind can happen to a request.
func canMeet(k wire.Kind, r wire.Request) bool {
	switch k {
	case wire.KindConflict:
		return strings.HasPrefix(r.Operation, "Transact") || r.Operation == "PutItem" || r.Operation == "UpdateItem" || r.Operation == "DeleteItem"
	case wire.KindStaleRead, wire.KindEmptyRead:
		// The index of due work; a new endpoint may stay unknown for a while.
		return r.Index == "due"
	case wire.KindThroughput:
		return r.Service == "dynamodb"
	case wire.KindThrottle:
		return r.Service != "sandbox" && r.Service != "gateway-events" // those answer 429 in their own way
	default:
		return true
	}
}
