package sweep_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"perennial/shared/calendar"
	"perennial/shared/merchant"
	"perennial/shared/record"
)

// heap gives a business so many subscriptions in one shard, all overdue since
// long before; there the index is read from its beginning.
func (y yard) heap(t *testing.T, scope merchant.Scope, n int, before time.Duration) {
	t.Helper()
	var objects []any
	for i := 0; len(objects) < n; i++ {
		id := fmt.Sprintf("sub_%s%d", scope.Business, i)
		e := record.Entry{ID: id, Due: calendar.At(start)}
		if record.PartitionOf(scope, e).Shard == 0 {
			objects = append(objects, sub(id, -before+time.Duration(i)*time.Microsecond))
		}
	}
	for part := range slices.Chunk(objects, 50) {
		y.put(t, scope, part...)
	}
}

func liveOf(business string) merchant.Scope {
	return merchant.Scope{Business: business, Mode: merchant.Live}
}

// of counts what was sent about a business.
func (q *queue) of(business string) int {
	n := 0
	for _, id := range q.ids() {
		if strings.HasPrefix(id, "sub_"+business) {
			n++
		}
	}
	return n
}

func TestABrakedMerchantsWorkWaitsAndHoldsUpNobody(t *testing.T) {
	t.Parallel()
	y := newYard()
	y.put(t, liveOf("braked"), merchant.State{Scope: liveOf("braked"), Brake: merchant.Brake{Stopped: true}})
	y.put(t, liveOf("braked"), record.Mail{ID: "mail", Next: start})
	y.heap(t, liveOf("braked"), 2000, 48*time.Hour)
	y.heap(t, liveOf("healthy"), 3, time.Minute)
	report := y.run(t)
	if y.live.of("braked") != 0 || y.live.of("healthy") != 3 {
		t.Errorf("sent about the braked merchant: %d, about the healthy one: %d of 3", y.live.of("braked"), y.live.of("healthy"))
	}
	if report.Oldest > time.Minute || report.Braked == 0 {
		t.Errorf("braked work counts as late: %+v", report)
	}
	if len(y.mail.sent) != 1 {
		t.Error("a brake on charging stopped a mail")
	}
	y.put(t, liveOf("braked"), merchant.State{Scope: liveOf("braked"), Version: 1})
	if y.run(t); y.live.of("braked") != 100 {
		t.Errorf("after the release %d of 100 were sent", y.live.of("braked"))
	}
}

func TestTheDeploymentsBrakeStopsAllBusinessWork(t *testing.T) {
	t.Parallel()
	y := newYard()
	y.put(t, merchant.Deployment, merchant.State{Scope: merchant.Deployment, Brake: merchant.Brake{Stopped: true}})
	y.put(t, test, merchant.State{Scope: test}, sub("sub_test", -time.Hour))
	y.put(t, live, sub("sub_live", -time.Hour), record.Mail{ID: "mail", Next: start})
	report := y.run(t)
	if len(y.live.sent) != 0 || len(y.test.sent) != 0 || len(y.mail.sent) != 1 || report.Braked != 1 {
		t.Errorf("live %v, test %v, mail %v: %+v", y.live.ids(), y.test.ids(), y.mail.ids(), report)
	}
}

// Reading what a gateway told charges nothing.
func TestABrakeHoldsUpNoReadingOfArchives(t *testing.T) {
	t.Parallel()
	y := newYard()
	y.put(t, merchant.Deployment, merchant.State{Scope: merchant.Deployment, Brake: merchant.Brake{Stopped: true}})
	for _, scope := range []merchant.Scope{live, test} {
		y.put(t, scope, merchant.Connection{ID: merchant.GatewayAccount(scope, "acct_1"), Reading: merchant.Reading{Next: start}})
		y.put(t, scope, merchant.Connection{ID: merchant.GatewayAccount(scope, "acct_2")}) // waits for nothing
	}
	if y.run(t); len(y.live.sent) != 1 || len(y.test.sent) != 1 {
		t.Errorf("live %v, test %v", y.live.ids(), y.test.ids())
	}
}

func TestABrakedTestScopeIsNotSwept(t *testing.T) {
	t.Parallel()
	y := newYard()
	y.put(t, test, merchant.State{Scope: test, Brake: merchant.Brake{Stopped: true}}, sub("sub_1", -time.Hour))
	if y.run(t); len(y.test.sent) != 0 {
		t.Errorf("sent %v", y.test.ids())
	}
}

func TestMerchantsTakeTurns(t *testing.T) {
	t.Parallel()
	y := newYard()
	y.heap(t, liveOf("stuck"), 2000, 48*time.Hour)
	y.heap(t, liveOf("small"), 2, time.Hour)
	y.heap(t, liveOf("large"), 500, time.Minute)
	y.run(t)
	if y.live.of("small") != 2 || y.live.of("stuck") != 49 || y.live.of("large") != 49 {
		t.Errorf("stuck %d, small %d, large %d of 100", y.live.of("stuck"), y.live.of("small"), y.live.of("large"))
	}
	if first := y.live.ids()[0]; !strings.HasPrefix(first, "sub_stuck") {
		t.Errorf("%s came before what waits longest", first)
	}
}

func TestAMerchantsStuckItemsDoNotHideItsOthers(t *testing.T) {
	t.Parallel()
	y := newYard()
	y.heap(t, live, 250, 48*time.Hour)
	y.put(t, live, sub("sub_healthy", -time.Minute))
	for range 3 { // the collector took all and none of them moved
		y.run(t)
		y.clock.Advance(time.Minute)
	}
	if !slices.Contains(y.live.ids(), "sub_healthy") {
		t.Error("three sweeps did not reach the healthy subscription")
	}
}

func TestAMerchantThatIsNewInALongBacklogIsSentAtOnce(t *testing.T) {
	t.Parallel()
	y := newYard()
	y.heap(t, live, 900, 48*time.Hour)
	y.run(t)
	y.live.depth, y.live.sent = 90, nil
	y.heap(t, liveOf("late"), 1, time.Second)
	if y.run(t); y.live.of("late") != 1 || len(y.live.sent) != 10 {
		t.Errorf("sent %v", y.live.ids())
	}
}
