package hooks_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"perennial/shared/billing"
	"perennial/shared/hooks"
	"perennial/shared/merchant"
	"perennial/shared/record"
)

func (b *bench) endpoint(t *testing.T) merchant.Endpoint {
	t.Helper()
	e, err := record.Get[merchant.Endpoint](t.Context(), b.store, scope, "whk_1")
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// exhaust tries a delivery until nothing more is tried.
func (b *bench) exhaust(t *testing.T, item record.DueItem) {
	t.Helper()
	for range hooks.Attempts + 1 {
		if err := b.Deliver(t.Context(), item); err != nil {
			t.Fatal(err)
		}
		found, err := b.store.Load(t.Context(), scope, item.Ref)
		if err != nil {
			t.Fatal(err)
		}
		d := found[0].(record.Delivery)
		if d.Next.IsZero() {
			return
		}
		b.clock.Set(d.Next)
	}
	t.Fatal("it is tried for ever")
}

// happen commits another event and gives its delivery.
func (b *bench) happen(t *testing.T, sub string) record.DueItem {
	t.Helper()
	b.commit(t, record.Commit{
		Put:    []any{billing.Subscription{ID: sub}},
		Events: []billing.Event{{Type: billing.EventSubscriptionUpdated, Object: sub}},
	})
	all := b.store.Outboxes()
	return hooks.First(scope, all[len(all)-1].Key, "whk_1", b.clock.Now())
}

func TestAnEndpointThatFailsForDaysIsSwitchedOffAndItsMerchantTold(t *testing.T) {
	t.Parallel()
	b := newBench(t, merchant.Endpoint{})
	b.shop.refuse = map[billing.EventType]hooks.Answer{"payment.succeeded": {Status: 500}, "subscription.updated": {Status: 500}}
	b.exhaust(t, b.first)
	for i := 1; i < merchant.FailingDeliveries; i++ {
		if b.endpoint(t).Disabled {
			t.Fatalf("switched off after %d deliveries", i)
		}
		b.exhaust(t, b.happen(t, "sub_"+string(rune('a'+i))))
	}
	e := b.endpoint(t)
	if !e.Disabled || e.Why != merchant.DisabledFailing || e.GivenUp != merchant.FailingDeliveries {
		t.Fatalf("got %+v", e)
	}
	all := b.store.Outboxes()
	want := []billing.Event{{Type: billing.EventWebhookOff, Object: "whk_1", Reason: "failing"}}
	if diff := cmp.Diff(want, all[len(all)-1].Events); diff != "" {
		t.Error(diff)
	}
}

func TestABurstOfFailuresInOneOutageSwitchesNothingOff(t *testing.T) {
	t.Parallel()
	b := newBench(t, merchant.Endpoint{})
	now := b.clock.Now()
	e := merchant.Endpoint{}
	for range 10 * merchant.FailingDeliveries {
		var off bool
		if e, off = e.Strike(now.Add(-30*time.Hour), now); off {
			t.Fatal("switched off within 30 hours")
		}
	}
	if _, off := e.Strike(now, now.Add(42*time.Hour)); !off {
		t.Error("72 hours without an acceptance do not switch it off")
	}
}

func TestOneAcceptanceForgivesTheFailures(t *testing.T) {
	t.Parallel()
	b := newBench(t, merchant.Endpoint{GivenUp: 9, Failing: noon.AddDate(0, 0, -9)})
	b.deliver(t)
	if e := b.endpoint(t); e.GivenUp != 0 || !e.Failing.IsZero() {
		t.Errorf("got %+v", e)
	}
}

// Standard Webhooks: 410 Gone asks the sender to stop.
func TestGoneSwitchesOffAtOnce(t *testing.T) {
	t.Parallel()
	b := newBench(t, merchant.Endpoint{})
	b.shop.refuse = map[billing.EventType]hooks.Answer{"payment.succeeded": {Status: 410}}
	b.deliver(t)
	if e, d := b.endpoint(t), b.kept(t); !e.Disabled || e.Why != merchant.DisabledGone || d.State() != record.DeliveryFailed {
		t.Errorf("got %+v, %+v", e, d)
	}
	if len(b.later.sent) != 0 {
		t.Errorf("it is tried again: %v", b.later.sent)
	}
}

func TestTwoRivalsFailuresAreBothCounted(t *testing.T) {
	t.Parallel()
	b := newBench(t, merchant.Endpoint{})
	b.shop.refuse = map[billing.EventType]hooks.Answer{"payment.succeeded": {Status: 500}}
	rival := true
	b.store.Before = func(c record.Commit) error {
		if c.Cause == "webhook health" && rival {
			rival = false
			e := b.endpoint(t)
			e.GivenUp++
			b.commit(t, record.Commit{Put: []any{e}})
		}
		return nil
	}
	b.exhaust(t, b.first)
	if e := b.endpoint(t); e.GivenUp != 2 {
		t.Errorf("counted %d", e.GivenUp)
	}
}
