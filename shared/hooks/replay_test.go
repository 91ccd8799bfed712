package hooks_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"perennial/shared/billing"
	"perennial/shared/calendar"
	"perennial/shared/hooks"
	"perennial/shared/merchant"
	"perennial/shared/record"
)

// replay asks for what happened between the bench's noon and now.
func (b *bench) replay(t *testing.T, failedOnly bool) record.DueItem {
	t.Helper()
	b.commit(t, record.Commit{Put: []any{record.Replay{
		ID: "whk_1", From: noon.Add(-time.Hour), Until: b.clock.Now().Add(time.Second), FailedOnly: failedOnly,
		Cursor: noon.Add(-time.Hour), Next: b.clock.Now(), StartedAt: b.clock.Now(),
	}}})
	return record.DueItem{Scope: scope, Ref: record.RefOf[record.Replay]("whk_1")}
}

func (b *bench) replayed(t *testing.T) record.Replay {
	t.Helper()
	r, err := record.Get[record.Replay](t.Context(), b.store, scope, "whk_1")
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// sweep delivers what is due within the next seconds.
func (b *bench) sweep(t *testing.T) {
	t.Helper()
	b.clock.Advance(10 * time.Second)
	for shard := range record.Shards {
		items, err := b.store.DueItems(t.Context(), record.Partition{Shard: shard}, calendar.At(b.clock.Now()), 1000)
		if err != nil {
			t.Fatal(err)
		}
		for _, item := range items {
			if item.Ref.Kind != record.KindDelivery {
				continue
			}
			if err := b.Deliver(t.Context(), item); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func TestAReplayPostsEverythingAgainUnderTheSameIDs(t *testing.T) {
	t.Parallel()
	b := newBench(t, merchant.Endpoint{})
	b.deliver(t)
	for i := range 120 { // more than two steps, some in one instant
		if i%3 == 0 {
			b.clock.Advance(time.Millisecond)
		}
		if err := b.Deliver(t.Context(), b.happen(t, fmt.Sprintf("sub_x%d", i))); err != nil {
			t.Fatal(err)
		}
	}
	before := slices.Sorted(slices.Values(b.shop.got))
	b.shop.got = nil
	item := b.replay(t, false)
	for range 2 { // a duplicate of the message does nothing
		if err := b.Replay(t.Context(), item); err != nil {
			t.Fatal(err)
		}
	}
	b.sweep(t)
	if after := slices.Sorted(slices.Values(b.shop.got)); !slices.Equal(before, after) {
		t.Errorf("posted %d of %d again", len(after), len(before))
	}
	if r := b.replayed(t); r.Queued != 121 || r.DoneAt.IsZero() {
		t.Errorf("got %+v", r)
	}
}

func TestAReplayOfFailuresLeavesWhatWasAcceptedAlone(t *testing.T) {
	t.Parallel()
	b := newBench(t, merchant.Endpoint{})
	b.deliver(t)
	b.shop.refuse = map[billing.EventType]hooks.Answer{"subscription.updated": {Status: 500}}
	failed := b.happen(t, "sub_2")
	b.exhaust(t, failed)
	missed := b.happen(t, "sub_3") // never tried, as if it had been switched off
	b.shop.refuse, b.shop.got = nil, nil
	if err := b.Replay(t.Context(), b.replay(t, true)); err != nil {
		t.Fatal(err)
	}
	b.sweep(t)
	if len(b.shop.got) != 2 || b.delivery(t, failed).State() != record.DeliveryDelivered ||
		b.delivery(t, missed).State() != record.DeliveryDelivered {
		t.Errorf("posted %v", b.shop.got)
	}
}

func TestAReplayThatCrashesQueuesNothingTwice(t *testing.T) {
	t.Parallel()
	b := newBench(t, merchant.Endpoint{})
	for i := range 80 {
		b.clock.Advance(time.Millisecond)
		b.happen(t, fmt.Sprintf("sub_x%d", i))
	}
	item, crash, steps := b.replay(t, false), errors.New("crash"), 0
	b.store.After = func(c record.Commit) error { // the reply of the first step is lost
		if steps++; c.Cause == "webhook replay" && steps == 1 {
			return crash
		}
		return nil
	}
	if err := b.Replay(t.Context(), item); !errors.Is(err, crash) {
		t.Fatal(err)
	}
	b.sweep(t)
	if err := b.Replay(t.Context(), item); err != nil {
		t.Fatal(err)
	}
	b.sweep(t)
	if len(b.shop.got) != 82 || b.replayed(t).Queued != 81 {
		t.Errorf("posted %d events, queued %d deliveries", len(b.shop.got), b.replayed(t).Queued)
	}
}

func TestAReplayEndsWithItsEndpoint(t *testing.T) {
	t.Parallel()
	b := newBench(t, merchant.Endpoint{})
	item := b.replay(t, false)
	e := b.endpoint(t)
	e.Disabled = true
	b.commit(t, record.Commit{Put: []any{e}})
	if err := b.Replay(t.Context(), item); err != nil {
		t.Fatal(err)
	}
	if r := b.replayed(t); r.Queued != 0 || r.DoneAt.IsZero() {
		t.Errorf("got %+v", r)
	}
	b.commit(t, record.Commit{Delete: []any{b.endpoint(t)}, Put: []any{record.Replay{ID: "whk_1", Version: 2, Next: noon}}})
	if err := b.Replay(t.Context(), item); err != nil {
		t.Fatal(err)
	}
	if _, err := record.Get[record.Replay](t.Context(), b.store, scope, "whk_1"); !errors.Is(err, record.ErrNotFound) {
		t.Errorf("got %v", err)
	}
}

func TestAReplayKeepsToTheRateLimitAndHandsOverNoMoreThanASweepTakes(t *testing.T) {
	t.Parallel()
	for limit, want := range map[int]time.Duration{0: 20 * time.Millisecond, 2: 500 * time.Millisecond} {
		b := newBench(t, merchant.Endpoint{RateLimit: limit})
		var items []record.DueItem
		for i := range 5 {
			b.clock.Advance(time.Millisecond)
			items = append(items, b.happen(t, fmt.Sprintf("sub_x%d", i)))
		}
		if err := b.Replay(t.Context(), b.replay(t, false)); err != nil {
			t.Fatal(err)
		}
		for i := 1; i < len(items); i++ {
			if got := b.delivery(t, items[i]).Next.Sub(b.delivery(t, items[i-1]).Next); got != want {
				t.Errorf("limit %d: %s between two, want %s", limit, got, want)
			}
		}
	}
}
