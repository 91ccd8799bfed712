package publish_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"perennial/shared/billing"
	"perennial/shared/calendar"
	"perennial/shared/clock/clocktest"
	"perennial/shared/merchant"
	"perennial/shared/publish"
	"perennial/shared/record"
	"perennial/shared/record/recordtest"
)

var (
	scope = merchant.Scope{Business: "bus_1", Mode: merchant.Test}
	noon  = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
)

// world keeps what was sent into it.
type world struct {
	sent   map[string][]string // queue to ids of due items
	flow   []string
	broken error
}

type queue struct {
	*world
	name string
}

func (q queue) SendBatch(_ context.Context, bodies []string) error {
	for _, body := range bodies {
		item, err := record.DecodeDue([]byte(body))
		if err != nil {
			return err
		}
		q.sent[q.name] = append(q.sent[q.name], fmt.Sprintf("%s %s", item.Ref.Kind, item.Ref.ID))
	}
	return q.broken
}

func (w *world) Start(_ context.Context, name string, input []byte) error {
	w.flow = append(w.flow, "start "+name+" "+string(input))
	return w.broken
}

func (w *world) Succeed(_ context.Context, token string, output []byte) (bool, error) {
	w.flow = append(w.flow, "answer "+token+" "+string(output))
	return true, w.broken
}

type bench struct {
	*publish.Service
	*world
	store *recordtest.Fake
	clock *clocktest.Clock
}

func newBench(t *testing.T, endpoints ...merchant.Endpoint) *bench {
	t.Helper()
	b := &bench{world: &world{sent: map[string][]string{}}, store: recordtest.New(), clock: clocktest.At(noon)}
	b.commit(t, record.Commit{Put: []any{merchant.State{Scope: scope}}})
	for _, e := range endpoints {
		b.commit(t, record.Commit{Put: []any{e}})
	}
	b.Service = &publish.Service{
		States:     b.store,
		Endpoints:  publish.NewEndpoints(b.store, b.clock.Now),
		Deliveries: queue{b.world, "deliveries"}, Mail: queue{b.world, "mail"}, Flow: b.world, Wall: b.clock.Now,
	}
	return b
}

// commit writes and, when there were events, publishes.
func (b *bench) commit(t *testing.T, c record.Commit) {
	t.Helper()
	c.Scope, c.Actor, c.Cause = scope, record.System, "test"
	if err := b.store.Commit(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	if len(c.Events) == 0 {
		return
	}
	all := b.store.Outboxes()
	if err := b.Publish(t.Context(), all[len(all)-1]); err != nil {
		t.Fatal(err)
	}
}

func TestOneMessagePerEndpointThatWantsAnyOfTheEvents(t *testing.T) {
	t.Parallel()
	b := newBench(t,
		merchant.Endpoint{ID: "whk_all"},
		merchant.Endpoint{ID: "whk_named", Types: []string{"hold.started"}},
		merchant.Endpoint{ID: "whk_other", Types: []string{"refund.succeeded"}},
		merchant.Endpoint{ID: "whk_off", Disabled: true},
	)
	hold := billing.Hold{Subscription: "sub_1", Epoch: 1, Run: 1}
	b.commit(t, record.Commit{
		Put: []any{billing.Subscription{ID: "sub_1"}, billing.Payment{ID: "pay_1"}, hold},
		Events: []billing.Event{
			{Type: billing.EventPaymentFailed, Object: "pay_1"},
			{Type: billing.EventSubscriptionOnHold, Object: "sub_1"},
			{Type: billing.EventHoldStarted, Object: hold.ID()},
		},
	})
	want := map[string][]string{"deliveries": {"DLV bus_1.test/SUB/sub_1/1@whk_named", "DLV bus_1.test/SUB/sub_1/1@whk_all"}}
	if diff := cmp.Diff(want, b.sent); diff != "" {
		t.Error(diff)
	}
}

// R136: one mail about the payment and one about the reactivation.
func TestAReactivationIsMailedWithItsReceiptAndWakesTheFlow(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	hold := billing.Hold{Subscription: "sub_1", Epoch: 2, Run: 1, Token: "token", TokenRun: 1, Verdict: billing.VerdictPaid}
	b.commit(t, record.Commit{
		Put: []any{billing.Subscription{ID: "sub_1"}, billing.Payment{ID: "pay_1"}, hold},
		Events: []billing.Event{
			{Type: billing.EventPaymentSucceeded, Object: "pay_1", Reason: billing.ReasonReactivated},
			{Type: billing.EventSubscriptionActive, Object: "sub_1", Reason: billing.ReasonReactivated},
			{Type: billing.EventHoldDecided, Object: hold.ID(), Reason: "paid"},
		},
	})
	key := "MAIL bus_1.test/SUB/sub_1/1"
	if diff := cmp.Diff(map[string][]string{"mail": {key + "@receipt", key + "@reactivated"}}, b.sent); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{`answer token {"outcome":"paid"}`}, b.flow); diff != "" {
		t.Error(diff)
	}
}

func TestAHoldStartsItsExecutionTheSameWayEveryTime(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	started := calendar.At(noon)
	hold := billing.Hold{
		Subscription: "sub_1", Epoch: 3, Run: 1, StartedAt: started, WindowEnds: started.Add(30 * 24 * time.Hour), Flow: billing.FlowRunning,
	}
	b.commit(t, record.Commit{Put: []any{hold}, Events: []billing.Event{{Type: billing.EventHoldStarted, Object: hold.ID()}}})
	b.clock.Advance(time.Hour)
	if err := b.Publish(t.Context(), b.store.Outboxes()[0]); err != nil {
		t.Fatal(err)
	}
	once := `start hold-sub_1-3-1 {"flow":{"v":1,"scope":"bus_1.test","subscription":"sub_1","epoch":3,"run":1},"wait_seconds":2592000}`
	if diff := cmp.Diff([]string{once, once}, b.flow); diff != "" {
		t.Error(diff)
	}
}

func TestAWindowThatIsAllButOverLeavesTimeForTheAnnouncement(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	hold := billing.Hold{Subscription: "sub_1", Epoch: 1, Run: 1, StartedAt: 5, WindowEnds: 5}
	b.commit(t, record.Commit{Put: []any{hold}, Events: []billing.Event{{Type: billing.EventHoldStarted, Object: hold.ID()}}})
	want := `start hold-sub_1-1-1 {"flow":{"v":1,"scope":"bus_1.test","subscription":"sub_1","epoch":1,"run":1},"wait_seconds":60}`
	if diff := cmp.Diff([]string{want}, b.flow); diff != "" {
		t.Error(diff)
	}
}

func TestAHoldThatWaitsNowhereOrInAnOlderRunIsNotAnswered(t *testing.T) {
	t.Parallel()
	for _, hold := range []billing.Hold{
		{Subscription: "sub_1", Epoch: 1, Run: 1, Verdict: billing.VerdictEnded},
		{Subscription: "sub_1", Epoch: 1, Run: 2, Verdict: billing.VerdictEnded, Token: "old", TokenRun: 1},
	} {
		b := newBench(t)
		b.commit(t, record.Commit{Put: []any{hold}, Events: []billing.Event{{Type: billing.EventHoldDecided, Object: hold.ID()}}})
		if len(b.flow) != 0 {
			t.Errorf("sent %v", b.flow)
		}
	}
}

func TestLiveEndpointsAreRememberedForASecondAndTestOnesAreNot(t *testing.T) {
	t.Parallel()
	for mode, seen := range map[merchant.Mode][]int{merchant.Live: {0, 0, 1}, merchant.Test: {0, 1, 1}} {
		of := merchant.Scope{Business: "bus_1", Mode: mode}
		store, clock := recordtest.New(), clocktest.At(noon)
		endpoints := publish.NewEndpoints(store, clock.Now)
		for i, want := range seen {
			if i == 1 {
				err := store.Commit(t.Context(), record.Commit{Scope: of, Cause: "test", Put: []any{merchant.Endpoint{ID: "whk_new", CreatedAt: noon}}})
				if err != nil {
					t.Fatal(err)
				}
				clock.Advance(999 * time.Millisecond)
			}
			got, err := endpoints.Of(t.Context(), of)
			if err != nil || len(got) != want {
				t.Errorf("%s, look %d: %d endpoints, want %d, %v", mode, i, len(got), want, err)
			}
			if i == 1 {
				clock.Advance(time.Millisecond)
			}
		}
	}
}

func TestMoreEndpointsThanAPageAreAllTold(t *testing.T) {
	t.Parallel()
	var endpoints []merchant.Endpoint
	for i := range record.MaxLimit + 1 {
		endpoints = append(endpoints, merchant.Endpoint{ID: fmt.Sprintf("whk_%03d", i)})
	}
	b := newBench(t, endpoints...)
	b.commit(t, record.Commit{
		Put:    []any{billing.Subscription{ID: "sub_1"}},
		Events: []billing.Event{{Type: billing.EventSubscriptionUpdated, Object: "sub_1"}},
	})
	if got := len(b.sent["deliveries"]); got != len(endpoints) {
		t.Errorf("%d of %d endpoints are told", got, len(endpoints))
	}
}

func TestWhatCouldNotBeSentIsAnError(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]record.Commit{
		"delivery": {
			Put:    []any{billing.Subscription{ID: "sub_1"}},
			Events: []billing.Event{{Type: billing.EventSubscriptionUpdated, Object: "sub_1"}},
		},
		"flow": {
			Put:    []any{billing.Hold{Subscription: "sub_1", Epoch: 1, Run: 1}},
			Events: []billing.Event{{Type: billing.EventHoldStarted, Object: "sub_1:1"}},
		},
		"mail": {
			Put:    []any{billing.Hold{Subscription: "sub_1", Epoch: 1, Run: 1}},
			Events: []billing.Event{{Type: billing.EventNotice, Object: "sub_1:1", Reason: "on_hold"}},
		},
	} {
		b := newBench(t, merchant.Endpoint{ID: "whk_1"})
		b.broken = errors.New("no answer")
		c.Scope, c.Actor, c.Cause = scope, record.System, "test"
		if err := b.store.Commit(t.Context(), c); err != nil {
			t.Fatal(err)
		}
		if err := b.Publish(t.Context(), b.store.Outboxes()[0]); !errors.Is(err, b.broken) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}
