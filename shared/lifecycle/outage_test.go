package lifecycle_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"perennial/shared/billing"
	"perennial/shared/calendar"
	"perennial/shared/gateway/gatewaytest"
	"perennial/shared/lifecycle/lifecycletest"
	"perennial/shared/record"
	"perennial/shared/record/recordtest"
	"perennial/shared/sweep"
)

const (
	crowded    = 2000 // renewals that fall due while the gateway is dead
	deadFor    = 60   // minutes
	watched    = 60   // minutes after its return, at most
	drainsOver = 15   // minutes, at least, over which the backlog drains
	herd       = 300  // charges in any minute after the return, at most
)

// outage is a deployment with a gateway that dies: the sweeper and its queue
// as they are, a collector that takes what is queued, and a minute hand.
type outage struct {
	*lifecycletest.World
	sweeper *sweep.Service
	queued  []string // since the last sweep
	perMin  []int    // confirmed charges, by minute
	asked   []int    // all questions to the gateway, by minute
}

// Depth implements sweep.Queue.
func (o *outage) Depth(context.Context) (int, error) { return len(o.queued), nil }

// SendBatch implements sweep.Queue.
func (o *outage) SendBatch(_ context.Context, bodies []string) error {
	o.queued = append(o.queued, bodies...)
	return nil
}

// none is a queue for work that this deployment has none of.
type none struct{}

func (none) Depth(context.Context) (int, error)        { return 0, nil }
func (none) SendBatch(context.Context, []string) error { return nil }

// agenda is the store's, without a look at live scopes, which have no work.
type agenda struct{ *recordtest.Fake }

func (a agenda) DueItems(ctx context.Context, p record.Partition, until calendar.Instant, limit int) ([]record.DueItem, error) {
	if p.Scope.Business == "" {
		return nil, nil
	}
	return a.Fake.DueItems(ctx, p, until, limit)
}

func newOutage(t *testing.T) *outage {
	o := &outage{World: lifecycletest.New(t)}
	lane := func(q sweep.Queue) sweep.Lane { return sweep.Lane{Name: "work", Queue: q, Hold: 3600} }
	o.sweeper = &sweep.Service{
		Agenda: agenda{o.Store}, Wall: o.Clock.Now, Live: lane(none{}), Test: lane(o), Deliveries: lane(none{}), Mail: lane(none{}),
	}
	return o
}

// seed makes subscriptions whose renewals fall due evenly over the dead hour.
func (o *outage) seed() []billing.Subscription {
	o.T.Helper()
	one := o.Active("visa_ok")
	begin := one.Period.End
	var all []billing.Subscription
	var objects []any
	for i := range crowded {
		s := one
		s.ID, s.Version, s.Receipts = fmt.Sprintf("sub_%04d", i), 0, nil
		s.Period.End = begin.Add(time.Duration(i) * deadFor * time.Minute / crowded)
		s.Reminders = billing.Reminders{}
		all, objects = append(all, s), append(objects, s)
	}
	for part := range slices.Chunk(objects, 50) {
		o.Put(part...)
	}
	one.Cancel.AtPeriodEnd, one.Version = true, o.Sub(one.ID).Version
	o.Put(one) // it has done its part
	o.Clock.Set(begin.Time())
	return all
}

// minute sweeps, and does all that is queued.
func (o *outage) minute() {
	o.T.Helper()
	before, asked := o.Gateway.Calls(gatewaytest.OpConfirm), o.questions()
	o.queued = nil // all of the last minute was done
	if _, err := o.sweeper.Run(o.T.Context()); err != nil {
		o.T.Fatal(err)
	}
	for _, body := range o.queued {
		item, err := record.DecodeDue([]byte(body))
		if err != nil {
			o.T.Fatal(err)
		}
		if err := o.Life.Perform(o.T.Context(), item); err != nil {
			o.T.Fatal(err)
		}
	}
	o.perMin = append(o.perMin, o.Gateway.Calls(gatewaytest.OpConfirm)-before)
	o.asked = append(o.asked, o.questions()-asked)
	o.Clock.Advance(time.Minute)
}

func (o *outage) questions() int {
	return o.Gateway.Calls(gatewaytest.OpPrepare) + o.Gateway.Calls(gatewaytest.OpConfirm) + o.Gateway.Calls(gatewaytest.OpFind)
}

// A gateway that is dead for an hour delays renewals and loses none: access is
// kept, nobody is on hold or told of a failure. When it comes back, the
// backlog drains over a quarter of an hour and more, never all at once, and
// every renewal is paid once.
func TestADeadHourDelaysRenewalsAndLosesNone(t *testing.T) {
	t.Parallel()
	o := newOutage(t)
	all := o.seed()
	o.Gateway.Down(true)
	for range deadFor {
		o.minute()
	}
	o.suffers(all)
	o.Gateway.Down(false)
	for o.minute(); len(o.queued) > 0 && len(o.perMin) < deadFor+watched; {
		o.minute()
	}
	after := o.perMin[deadFor:]
	t.Logf("questions in the dead hour: %v\ncharges after the return: %v", o.asked[:deadFor], after)
	busy := 0
	for minute, n := range after {
		if n > herd {
			t.Errorf("minute %d after the return: %d charges", minute+1, n)
		}
		if n > 0 {
			busy++
		}
	}
	if busy < drainsOver {
		t.Errorf("the backlog drained within %d minutes", busy)
	}
	o.recovered(all)
}

// suffers checks what customers notice of a dead gateway: nothing.
func (o *outage) suffers(all []billing.Subscription) {
	o.T.Helper()
	for _, s := range all {
		if got := o.Sub(s.ID); got.Status != billing.StatusActive || !got.Failure.At.IsZero() {
			o.T.Fatalf("%s is %s: %+v", s.ID, got.Status, got.Failure)
		}
	}
	told := []billing.EventType{billing.EventPaymentFailed, billing.EventSubscriptionOnHold, billing.EventSubscriptionPastDue, billing.EventDunningStarted}
	for _, e := range o.Store.Events() {
		if slices.Contains(told, e.Type) {
			o.T.Fatalf("%s was told of %s", e.Type, e.Object)
		}
	}
	for i, n := range o.asked {
		if n > crowded/2 {
			o.T.Errorf("minute %d of the dead hour: asked %d times", i+1, n)
		}
	}
}

// recovered checks that every renewal was paid, once.
func (o *outage) recovered(all []billing.Subscription) {
	o.T.Helper()
	paid := map[string]int{}
	for _, p := range lifecycletest.All[billing.Payment](o.World) {
		if p.Status == billing.PaymentSucceeded && p.Cause == billing.CauseRenewal {
			paid[p.Subscription]++
		}
	}
	for _, s := range all {
		got := o.Sub(s.ID)
		if paid[s.ID] != 1 || got.Period.Start != s.Period.End || got.Lock.Set() {
			o.T.Fatalf("%s was paid %d times, its period begins %s, lock %q", s.ID, paid[s.ID], got.Period.Start, got.Lock.State)
		}
	}
	kept := int64(0)
	for _, line := range o.Gateway.Ledger() {
		kept += line.Kept()
	}
	if want := int64(crowded+1) * 2000; kept != want {
		o.T.Errorf("the gateway kept %d, not %d", kept, want)
	}
	if o.Now() < calendar.At(o.Clock.Now()) {
		o.T.Error("the test's clock is not the scope's")
	}
}
