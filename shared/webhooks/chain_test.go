package webhooks_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"pgregory.net/rapid"

	"perennial/shared/billing"
	"perennial/shared/calendar"
	"perennial/shared/clock"
	"perennial/shared/clock/clocktest"
	"perennial/shared/hooks"
	"perennial/shared/merchant"
	"perennial/shared/publish"
	"perennial/shared/record"
	"perennial/shared/record/recordtest"
	"perennial/shared/webhooks"
	"perennial/shared/wire"
)

// chain is everything from a commit to the endpoints, with a queue that the
// test empties.
type chain struct {
	store   *recordtest.Fake
	clock   *clocktest.Clock
	publish *publish.Service
	deliver *hooks.Service
	queued  []string
	seen    int // outbox items that were published
}

func (c *chain) SendBatch(_ context.Context, bodies []string) error {
	c.queued = append(c.queued, bodies...)
	return nil
}

func (c *chain) SendAfter(context.Context, string, time.Duration) error { return nil } // the sweeper is quick enough

func newChain(poster hooks.Poster) *chain {
	c := &chain{store: recordtest.New(), clock: clocktest.At(time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC))}
	c.store.Wall = c.clock.Now
	c.publish = &publish.Service{
		Endpoints: publish.NewEndpoints(c.store, c.clock.Now), Deliveries: c, Mail: c, Wall: c.clock.Now,
	}
	c.deliver = &hooks.Service{Store: c.store, Poster: poster, Queue: c, Wall: c.clock.Now}
	return c
}

func (c *chain) commit(t fataler, scope merchant.Scope, commit record.Commit) {
	commit.Scope, commit.Actor, commit.Cause, commit.At = scope, record.System, "test", calendar.At(c.clock.Now())
	if err := c.store.Commit(context.Background(), commit); err != nil {
		t.Fatal(err)
	}
}

type fataler interface{ Fatal(args ...any) }

// run publishes what was committed, then delivers what is queued and due.
func (c *chain) run(t fataler, ctx context.Context) {
	all := c.store.Outboxes()
	for _, o := range all[c.seen:] {
		if err := c.publish.Publish(ctx, o); err != nil {
			t.Fatal(err)
		}
	}
	c.seen = len(all)
	for _, body := range c.queued {
		item, err := record.DecodeDue([]byte(body))
		if err == nil && item.Ref.Kind == record.KindDelivery {
			err = c.deliver.Deliver(ctx, item)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	c.queued = nil
	for shard := range record.Shards {
		due, err := c.store.DueItems(ctx, record.Partition{Shard: shard}, calendar.At(c.clock.Now()), 1000)
		if err != nil {
			t.Fatal(err)
		}
		for _, item := range due {
			do := c.deliver.Deliver
			if item.Ref.Kind == record.KindReplay {
				do = c.deliver.Replay
			}
			if err := do(ctx, item); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// Two merchants' programs one after the other in one scope: the first leaves
// its endpoint behind, dead; the second's must hear of the first event after
// it was made, though the publisher has just looked at the endpoints.
func TestANewEndpointIsHeardAtOnceBesideADeadOne(t *testing.T) {
	t.Parallel()
	for _, mode := range []merchant.Mode{merchant.Test, merchant.Live} {
		of := merchant.Scope{Business: "bus_1", Mode: mode}
		c := newChain(webhooks.New(open{}, true, clock.System))
		for round := range 2 {
			var got receiver
			server := httptest.NewServer(&got)
			c.commit(t, of, record.Commit{Put: []any{merchant.Endpoint{
				ID: fmt.Sprintf("whk_%d", round), URL: server.URL, Secret: "sealed", CreatedAt: c.clock.Now(),
			}}})
			c.clock.Advance(time.Second)
			sub := fmt.Sprintf("sub_%d", round)
			c.commit(t, of, record.Commit{
				Put:    []any{billing.Subscription{ID: sub, Customer: "cus_1"}},
				Events: []billing.Event{{Type: billing.EventSubscriptionActive, Object: sub}},
			})
			c.run(t, t.Context())
			if got.header.Get("webhook-id") == "" {
				t.Errorf("%s, round %d: nothing came", mode, round)
			}
			server.Close()
		}
	}
}

// open opens any secret.
type open struct{}

func (open) Open(context.Context, string, string, string) ([]byte, error) { return []byte(secret), nil }

// shelf is an endpoint that remembers bodies by webhook-id and is at times
// out of order.
type shelf struct {
	t      *rapid.T
	broken bool
	bodies map[string]string
	taken  map[string]bool
	order  map[string]int // outbox key to the first event that was not accepted
}

func (s *shelf) Post(_ context.Context, w hooks.Webhook) (hooks.Answer, error) {
	body, err := wire.Event(w.Outbox, w.Event)
	if err != nil {
		return hooks.Answer{}, err
	}
	if old, known := s.bodies[w.ID]; known && old != string(body) {
		s.t.Fatalf("%s was %s and is %s", w.ID, old, body)
	}
	s.bodies[w.ID] = string(body)
	if at := w.Outbox.Key; w.Event > s.order[at] {
		s.t.Fatalf("event %d of %s before event %d was accepted", w.Event, at, s.order[at])
	}
	if s.broken {
		return hooks.Answer{Status: http.StatusServiceUnavailable}, nil
	}
	s.taken[w.ID] = true
	s.order[w.Outbox.Key] = max(s.order[w.Outbox.Key], w.Event+1)
	return hooks.Answer{Status: http.StatusOK}, nil
}

// R315: whatever fails, comes twice or is asked for again: one webhook-id
// never has two bodies, the events of a change arrive in their order, and
// everything arrives.
func TestOneIDHasOneBodyAndChangesArriveInTheirOrder(t *testing.T) {
	t.Parallel()
	of := merchant.Scope{Business: "bus_1", Mode: merchant.Live}
	rapid.Check(t, func(r *rapid.T) {
		s := &shelf{t: r, bodies: map[string]string{}, taken: map[string]bool{}, order: map[string]int{}}
		c := newChain(s)
		c.commit(r, of, record.Commit{Put: []any{merchant.Endpoint{ID: "whk_1", CreatedAt: c.clock.Now()}}})
		subs := map[string]int64{}
		ctx := context.Background()
		r.Repeat(map[string]func(*rapid.T){
			"a change": func(r *rapid.T) {
				id := rapid.SampledFrom([]string{"sub_1", "sub_2"}).Draw(r, "subscription")
				c.commit(r, of, record.Commit{
					Put: []any{billing.Subscription{ID: id, Version: subs[id], Quantity: subs[id] + 1, Customer: "cus_1"}},
					Events: []billing.Event{
						{Type: billing.EventSubscriptionRenewed, Object: id}, {Type: billing.EventSubscriptionUpdated, Object: id},
					},
				})
				subs[id]++
			},
			"the endpoint breaks or is mended": func(*rapid.T) { s.broken = !s.broken },
			"time passes": func(r *rapid.T) {
				c.clock.Advance(time.Duration(rapid.IntRange(1, 20_000).Draw(r, "seconds")) * time.Second)
			},
			"the queue is worked on": func(r *rapid.T) { c.run(r, ctx) },
			"a message comes twice": func(r *rapid.T) {
				for _, o := range c.store.Outboxes() {
					if err := c.publish.Publish(ctx, o); err != nil {
						r.Fatal(err)
					}
				}
			},
			"a replay": func(r *rapid.T) { c.replay(r, of) },
		})
		s.broken = false
		c.enable(r, of)
		c.run(r, ctx)
		c.replay(r, of)
		for range 3 {
			c.clock.Advance(24 * time.Hour)
			c.run(r, ctx)
		}
		if want := 2 * int(subs["sub_1"]+subs["sub_2"]); len(s.taken) != want {
			r.Fatalf("%d of %d events arrived", len(s.taken), want)
		}
	})
}

// replay asks for everything again, unless that is under way.
func (c *chain) replay(t fataler, of merchant.Scope) {
	found, err := c.store.Load(context.Background(), of, record.RefOf[record.Replay]("whk_1"))
	if err != nil {
		t.Fatal(err)
	}
	r, _ := found[0].(record.Replay)
	if !r.Next.IsZero() {
		return
	}
	now := c.clock.Now()
	c.commit(t, of, record.Commit{Put: []any{record.Replay{
		ID: "whk_1", Version: r.Version, Cursor: now.AddDate(0, 0, -90), Until: now.Add(time.Second), Next: now, StartedAt: now,
	}}})
}

// enable switches the endpoint on again, as its merchant would.
func (c *chain) enable(t fataler, of merchant.Scope) {
	e, err := record.Get[merchant.Endpoint](context.Background(), c.store, of, "whk_1")
	if err != nil {
		t.Fatal(err)
	}
	c.commit(t, of, record.Commit{Put: []any{e.Enable(true)}})
}
