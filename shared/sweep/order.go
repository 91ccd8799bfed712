package sweep

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"perennial/shared/merchant"
	"perennial/shared/record"
)

// found is the due work of one sweep.
type found struct {
	wall   []record.DueItem // of live scopes and wall time
	tests  []record.DueItem // of test scopes
	braked int
	cut    bool
}

// businesses are the scopes that have business work in the list.
func businesses(due []record.DueItem) []merchant.Scope {
	seen := map[merchant.Scope]bool{}
	for _, d := range due {
		if !ofWall(d.Ref.Kind) {
			seen[d.Scope] = true
		}
	}
	return slices.Collect(maps.Keys(seen))
}

// hold takes out the business work of scopes whose charging is stopped. Webhooks,
// mails, refunds, disputes and what gateways told charge nothing and go on.
func (f *found) hold(stopped map[merchant.Scope]bool) {
	before := len(f.wall)
	f.wall = slices.DeleteFunc(f.wall, func(d record.DueItem) bool {
		return stopped[d.Scope] && !ofWall(d.Ref.Kind)
	})
	f.braked = before - len(f.wall)
}

// ofWall reports a kind that waits in wall time, whatever its scope.
func ofWall(kind record.Kind) bool {
	switch kind {
	case record.KindDelivery, record.KindReplay, record.KindMail, record.KindRefund, record.KindDispute, record.KindConnection:
		return true
	default:
		return false
	}
}

// sort puts every item into its lane.
func (f found) sort(into lanes) {
	for _, d := range f.wall {
		l := into.of(d)
		l.items = append(l.items, d)
	}
	into.test.items = append(into.test.items, f.tests...)
	for _, l := range into.all() {
		l.items = inTurn(l.items, len(l.items))
	}
}

// of is the lane of wall-time work.
func (l lanes) of(d record.DueItem) *lane {
	switch d.Ref.Kind {
	case record.KindDelivery, record.KindReplay:
		return l.deliveries
	case record.KindMail:
		return l.mail
	default:
		if d.Scope.Mode == merchant.Test {
			return l.test
		}
		return l.live
	}
}

// turn is what takes turns with others: a merchant's work of one kind.
type turn struct {
	scope merchant.Scope
	kind  record.Kind
}

// inTurn gives up to most items, every merchant's in the order in which they
// fell due and the merchants in turn, the one that waits longest first: one
// merchant's heap holds up nobody else.
func inTurn(due []record.DueItem, most int) []record.DueItem {
	queues := map[turn][]record.DueItem{}
	for _, d := range due {
		t := turn{d.Scope, d.Ref.Kind}
		queues[t] = append(queues[t], d)
	}
	for _, q := range queues {
		slices.SortFunc(q, earlier)
	}
	waiting := slices.SortedFunc(maps.Values(queues), func(a, b []record.DueItem) int { return earlier(a[0], b[0]) })
	out := make([]record.DueItem, 0, min(most, len(due)))
	for round := 0; len(out) < cap(out); round++ {
		waiting = slices.DeleteFunc(waiting, func(q []record.DueItem) bool { return round >= len(q) })
		for _, q := range waiting[:min(len(waiting), cap(out)-len(out))] {
			out = append(out, q[round])
		}
	}
	return out
}

func earlier(a, b record.DueItem) int {
	return cmp.Or(cmp.Compare(a.Due, b.Due), strings.Compare(a.Ref.ID, b.Ref.ID))
}
