package hooks_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"perennial/shared/billing"
	"perennial/shared/calendar"
	"perennial/shared/clock/clocktest"
	"perennial/shared/hooks"
	"perennial/shared/merchant"
	"perennial/shared/record"
	"perennial/shared/record/recordtest"
)

var (
	scope = merchant.Scope{Business: "bus_1", Mode: merchant.Live}
	noon  = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
)

// merchantServer is an endpoint that accepts unless told otherwise.
type merchantServer struct {
	got    []string // "event type webhook-id"
	refuse map[billing.EventType]hooks.Answer
	took   time.Duration
	broken error
}

func (m *merchantServer) Post(_ context.Context, w hooks.Webhook) (hooks.Answer, error) {
	if m.broken != nil {
		return hooks.Answer{}, m.broken
	}
	event := w.Outbox.Events[w.Event].Type
	m.got = append(m.got, string(event)+" "+w.ID)
	if a, refused := m.refuse[event]; refused {
		return a, nil
	}
	return hooks.Answer{Status: 200, Said: "thanks", Took: m.took}, nil
}

// later is the queue of deliveries.
type later struct{ sent []string } // "id in wait"

func (l *later) SendAfter(_ context.Context, body string, wait time.Duration) error {
	item, err := record.DecodeDue([]byte(body))
	l.sent = append(l.sent, item.Ref.ID+" in "+wait.String())
	return err
}

// counter counts webhooks of one second.
type counter struct{ n int }

func (c *counter) Count(_ context.Context, _ merchant.Scope, _ string, more int) (int, error) {
	c.n += more
	return c.n, nil
}

type bench struct {
	*hooks.Service
	store *recordtest.Fake
	shop  *merchantServer
	later *later
	count *counter
	clock *clocktest.Clock
	key   string
	first record.DueItem
}

// newBench commits a reactivation and an endpoint that wants to hear of it.
func newBench(t *testing.T, endpoint merchant.Endpoint) *bench {
	t.Helper()
	b := &bench{store: recordtest.New(), shop: &merchantServer{}, later: &later{}, count: &counter{}, clock: clocktest.At(noon)}
	b.store.Wall = b.clock.Now
	b.Service = &hooks.Service{Store: b.store, Poster: b.shop, Queue: b.later, Limiter: b.count, Wall: b.clock.Now}
	endpoint.ID = "whk_1"
	b.commit(t, record.Commit{Put: []any{endpoint}})
	b.commit(t, record.Commit{
		Put: []any{billing.Subscription{ID: "sub_1"}, billing.Payment{ID: "pay_1"}},
		Events: []billing.Event{
			{Type: billing.EventPaymentSucceeded, Object: "pay_1"},
			{Type: billing.EventSubscriptionActive, Object: "sub_1"},
			{Type: billing.EventHoldDecided, Object: "sub_1:1"},
		},
	})
	b.key = b.store.Outboxes()[0].Key
	b.first = hooks.First(scope, b.key, "whk_1", noon)
	return b
}

func (b *bench) commit(t *testing.T, c record.Commit) {
	t.Helper()
	c.Scope, c.Actor, c.Cause = scope, record.System, "test"
	if err := b.store.Commit(t.Context(), c); err != nil {
		t.Fatal(err)
	}
}

func (b *bench) deliver(t *testing.T) {
	t.Helper()
	if err := b.Deliver(t.Context(), b.first); err != nil {
		t.Fatal(err)
	}
}

// kept is the record of the delivery; its version is 0 when there is none.
func (b *bench) kept(t *testing.T) record.Delivery {
	t.Helper()
	found, err := b.store.Load(t.Context(), scope, b.first.Ref)
	if err != nil {
		t.Fatal(err)
	}
	d, _ := found[0].(record.Delivery)
	return d
}

func (b *bench) id(event int) string { return hooks.WebhookID(b.key, event, "whk_1") }

// R314: what happened is posted, in its order.
func TestEventsOfACommitArriveInTheirOrder(t *testing.T) {
	t.Parallel()
	b := newBench(t, merchant.Endpoint{})
	b.deliver(t)
	want := []string{"payment.succeeded " + b.id(0), "subscription.active " + b.id(1)}
	if diff := cmp.Diff(want, b.shop.got); diff != "" {
		t.Error(diff)
	}
	log := record.Delivery{
		ID: hooks.DeliveryID(b.key, "whk_1"), Version: 1, Outbox: b.key, Endpoint: "whk_1", Event: 2, Status: 200,
		Types: types, Done: noon, At: noon, Created: noon,
		Log: []record.Attempt{{Event: 0, At: noon, Status: 200, Note: "thanks"}, {Event: 1, At: noon, Status: 200, Note: "thanks"}},
	}
	if diff := cmp.Diff(log, b.kept(t)); diff != "" {
		t.Error(diff)
	}
}

// types are the events of the bench's commit.
var types = []string{"payment.succeeded", "subscription.active", "hold.decided"}

func TestADuplicateOfAnAcceptedDeliveryIsLeftAlone(t *testing.T) {
	t.Parallel()
	b := newBench(t, merchant.Endpoint{})
	b.deliver(t)
	b.deliver(t)
	if len(b.shop.got) != 2 {
		t.Fatalf("posted %v", b.shop.got)
	}
}

func TestACrashBeforeTheRecordPostsAgainUnderTheSameIDs(t *testing.T) {
	t.Parallel()
	b := newBench(t, merchant.Endpoint{})
	crash := errors.New("crash")
	b.store.Before = func(record.Commit) error { return crash }
	if err := b.Deliver(t.Context(), b.first); !errors.Is(err, crash) {
		t.Fatal(err)
	}
	b.store.Before = nil
	b.deliver(t)
	if diff := cmp.Diff(b.shop.got[:2], b.shop.got[2:]); diff != "" {
		t.Error(diff)
	}
}

func TestEventsOutsideTheDocumentedListNeedToBeNamed(t *testing.T) {
	t.Parallel()
	b := newBench(t, merchant.Endpoint{Types: []string{"hold.decided", "subscription.active"}})
	b.deliver(t)
	want := []string{"subscription.active " + b.id(1), "hold.decided " + b.id(2)}
	if diff := cmp.Diff(want, b.shop.got); diff != "" {
		t.Error(diff)
	}
}

func TestARefusedEventIsKeptAndContinuedFrom(t *testing.T) {
	t.Parallel()
	b := newBench(t, merchant.Endpoint{})
	b.shop.refuse = map[billing.EventType]hooks.Answer{"subscription.active": {Status: 500, Problem: "answered 500"}}
	b.deliver(t)
	want := record.Delivery{
		ID: hooks.DeliveryID(b.key, "whk_1"), Version: 1, Outbox: b.key, Endpoint: "whk_1", Event: 1, Attempts: 1,
		Next: noon.Add(5 * time.Second), Due: noon.Add(125 * time.Second), Status: 500, Problem: "answered 500", At: noon,
		Types: types, Created: noon,
		Log: []record.Attempt{{Event: 0, At: noon, Status: 200, Note: "thanks"}, {Event: 1, At: noon, Status: 500, Note: "answered 500"}},
	}
	if diff := cmp.Diff(want, b.kept(t)); diff != "" {
		t.Fatal(diff)
	}
	if diff := cmp.Diff([]string{b.first.Ref.ID + " in 5s"}, b.later.sent); diff != "" {
		t.Error(diff)
	}
	b.deliver(t) // a duplicate before the next attempt is due
	if len(b.shop.got) != 2 {
		t.Fatalf("posted too early: %v", b.shop.got)
	}
	b.clock.Advance(5 * time.Second)
	b.shop.refuse, b.shop.got = nil, nil
	b.deliver(t)
	if diff := cmp.Diff([]string{"subscription.active " + b.id(1)}, b.shop.got); diff != "" {
		t.Error(diff)
	}
	if d := b.kept(t); d.State() != record.DeliveryDelivered || len(d.Log) != 3 {
		t.Errorf("the accepted delivery left %+v", d)
	}
}

func TestEightAttemptsOverTwentySevenHoursThenItIsGivenUpAndKept(t *testing.T) {
	t.Parallel()
	b := newBench(t, merchant.Endpoint{})
	b.shop.refuse = map[billing.EventType]hooks.Answer{"payment.succeeded": {Problem: "no answer within 15 seconds"}}
	want := []time.Duration{
		0, 5 * time.Second, 5 * time.Minute, 30 * time.Minute,
		2 * time.Hour, 5 * time.Hour, 10 * time.Hour, 10 * time.Hour,
	}
	var waits []time.Duration
	last := noon
	for range want {
		waits = append(waits, b.clock.Now().Sub(last))
		last = b.clock.Now()
		b.deliver(t)
		if next := b.kept(t).Next; !next.IsZero() {
			b.clock.Set(next)
		}
	}
	if diff := cmp.Diff(want, waits); diff != "" {
		t.Error(diff)
	}
	d := b.kept(t)
	if !d.Next.IsZero() || d.Attempts != hooks.Attempts {
		t.Fatalf("after the last attempt: %+v", d)
	}
	b.clock.Advance(1000 * time.Hour)
	b.deliver(t)
	if got := len(b.shop.got); got != hooks.Attempts {
		t.Errorf("a delivery that was given up was tried %d times", got)
	}
	items, err := b.store.DueItems(t.Context(), record.PartitionOf(scope, record.Entry{ID: d.ID}), calendar.At(b.clock.Now()), 9)
	if err != nil || len(items) != 0 {
		t.Errorf("it still waits: %v %v", items, err)
	}
}

func TestAnEndpointMayAskForMoreTime(t *testing.T) {
	t.Parallel()
	for asked, want := range map[time.Duration]time.Duration{
		time.Second: 5 * time.Second, time.Hour: time.Hour, 1000 * time.Hour: 24 * time.Hour,
	} {
		b := newBench(t, merchant.Endpoint{})
		b.shop.refuse = map[billing.EventType]hooks.Answer{"payment.succeeded": {Status: 429, RetryAfter: asked}}
		b.deliver(t)
		if got := b.kept(t).Next.Sub(noon); got != want {
			t.Errorf("asked for %v, waits %v, want %v", asked, got, want)
		}
	}
}

func TestTheNextEventHasItsOwnAttempts(t *testing.T) {
	t.Parallel()
	b := newBench(t, merchant.Endpoint{})
	b.shop.refuse = map[billing.EventType]hooks.Answer{"payment.succeeded": {Status: 500}}
	b.deliver(t)
	b.clock.Set(b.kept(t).Next)
	b.shop.refuse = map[billing.EventType]hooks.Answer{"subscription.active": {Status: 500}}
	b.deliver(t)
	if d := b.kept(t); d.Event != 1 || d.Attempts != 1 || d.Version != 2 {
		t.Errorf("got %+v", d)
	}
}

func TestAnEndpointThatIsGoneOrOffIsNotPostedTo(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(merchant.Endpoint) record.Commit{
		"deleted":      func(e merchant.Endpoint) record.Commit { return record.Commit{Delete: []any{e}} },
		"switched off": func(e merchant.Endpoint) record.Commit { e.Disabled = true; return record.Commit{Put: []any{e}} },
	} {
		b := newBench(t, merchant.Endpoint{})
		b.shop.refuse = map[billing.EventType]hooks.Answer{"payment.succeeded": {Status: 500}}
		b.deliver(t)
		endpoint, err := record.Get[merchant.Endpoint](t.Context(), b.store, scope, "whk_1")
		if err != nil {
			t.Fatal(err)
		}
		b.commit(t, change(endpoint))
		b.clock.Set(b.kept(t).Next)
		b.deliver(t)
		d := b.kept(t)
		if len(b.shop.got) != 1 || d.State() == record.DeliveryPending || (name == "deleted") != (d.Version == 0) {
			t.Errorf("%s: posted %v, kept %+v", name, b.shop.got, d)
		}
	}
}

func TestTroubleOfOurOwnIsNoAttempt(t *testing.T) {
	t.Parallel()
	b := newBench(t, merchant.Endpoint{})
	b.shop.broken = errors.New("no key")
	if err := b.Deliver(t.Context(), b.first); !errors.Is(err, b.shop.broken) {
		t.Errorf("got %v", err)
	}
	if d := b.kept(t); d.Version != 0 {
		t.Errorf("our own trouble was held against the endpoint: %+v", d)
	}
}

func TestARivalsRecordStands(t *testing.T) {
	t.Parallel()
	b := newBench(t, merchant.Endpoint{})
	b.shop.refuse = map[billing.EventType]hooks.Answer{"payment.succeeded": {Status: 500}}
	b.store.Before = func(record.Commit) error { return record.ErrStale }
	b.deliver(t)
}

func TestAnotherScopesOutboxIsNotDelivered(t *testing.T) {
	t.Parallel()
	b := newBench(t, merchant.Endpoint{})
	other := merchant.Scope{Business: "bus_2", Mode: merchant.Live}
	commit := record.Commit{Scope: other, Actor: record.System, Cause: "test", Put: []any{merchant.Endpoint{ID: "whk_2"}}}
	if err := b.store.Commit(t.Context(), commit); err != nil {
		t.Fatal(err)
	}
	if err := b.Deliver(t.Context(), hooks.First(other, b.key, "whk_2", noon)); !errors.Is(err, record.ErrNotFound) {
		t.Errorf("got %v after posting %v", err, b.shop.got)
	}
}

func TestADueItemThatIsNoDeliveryIsRefused(t *testing.T) {
	t.Parallel()
	b := newBench(t, merchant.Endpoint{})
	for _, ref := range []record.Ref{{Kind: record.KindMail, ID: "a@b"}, {Kind: record.KindDelivery, ID: "a"}} {
		if err := b.Deliver(t.Context(), record.DueItem{Scope: scope, Ref: ref}); err == nil {
			t.Errorf("%v was taken for a delivery", ref)
		}
	}
}
