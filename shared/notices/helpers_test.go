package notices_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"perennial/shared/calendar"
	"perennial/shared/charging"
	"perennial/shared/gateway"
	"perennial/shared/merchant"
	"perennial/shared/notices"
	"perennial/shared/record"
	"perennial/shared/record/recordtest"
)

var (
	live    = merchant.Scope{Business: "bus_1", Mode: merchant.Live}
	account = merchant.GatewayAccount(live, "acct_1")
	errGone = errors.New("no answer")
)

// archive is a gateway's: a page holds a hundred.
type archive struct {
	told    []gateway.Told
	err     error
	broken  map[string]bool // events that cannot be asked about
	foreign map[string]bool // events that are none of our business
	asked   []string
}

func (a *archive) Told(_ context.Context, _ gateway.Account, after gateway.Mark, until time.Time) ([]gateway.Told, gateway.Mark, bool, error) {
	if a.err != nil {
		return nil, after, false, a.err
	}
	var found []gateway.Told
	for _, t := range a.told {
		if !t.At.Before(after.At) && t.At.Before(until) && t.ID > after.Event {
			found = append(found, t)
		}
	}
	page := found[:min(100, len(found))]
	if len(page) == 0 {
		return nil, after, false, nil
	}
	last := page[len(page)-1]
	return page, gateway.Mark{At: last.At, Event: last.ID}, len(page) < len(found), nil
}

func (a *archive) Again(_ context.Context, _ gateway.Account, id string) (gateway.Told, error) {
	at := slices.IndexFunc(a.told, func(t gateway.Told) bool { return t.ID == id })
	return a.told[at], a.err
}

func (a *archive) Recall(_ context.Context, _ gateway.Account, t gateway.Told) (gateway.Event, bool, error) {
	a.asked = append(a.asked, t.ID)
	if a.broken[t.ID] {
		return gateway.Event{}, false, errGone
	}
	return gateway.Event{ID: t.ID}, !a.foreign[t.ID], nil
}

// bench is a service over the fake store with one connected account.
type bench struct {
	*testing.T
	*archive
	store *recordtest.Fake
	now   time.Time
	heard []string
}

func (b *bench) Hear(_ context.Context, n charging.Notice) error {
	b.heard = append(b.heard, n.Event)
	return nil
}

func start(t *testing.T) *bench {
	t.Helper()
	b := &bench{T: t, archive: &archive{broken: map[string]bool{}, foreign: map[string]bool{}}, store: recordtest.New(), now: time.Date(2031, 3, 1, 12, 0, 0, 0, time.UTC)}
	state := merchant.State{Scope: live, Gateways: []merchant.Gateway{{Name: "stripe", Account: account}}}
	b.put(state, merchant.Connection{ID: account, Secret: "sealed"}.Watch(b.now, b.now))
	b.now = b.now.Add(2 * time.Hour)
	return b
}

func (b *bench) put(objects ...any) {
	b.Helper()
	if err := b.store.Commit(b.Context(), record.Commit{Scope: live, Actor: record.System, Cause: "test", Put: objects}); err != nil {
		b.Fatal(err)
	}
}

func (b *bench) connection() merchant.Connection {
	b.Helper()
	c, err := record.Get[merchant.Connection](b.Context(), b.store, live, account)
	if err != nil {
		b.Fatal(err)
	}
	return c
}

// tell writes n entries, a second apart, the last one an hour old.
func (b *bench) tell(n int) {
	for i := range n {
		at := b.now.Add(-time.Hour - time.Duration(n-i)*time.Second)
		b.told = append(b.told, gateway.Told{ID: fmt.Sprintf("evt_%04d", len(b.told)+1), At: at})
	}
}

// run does what is due now, as sweeper and collector do.
func (b *bench) run() (ran int, err error) {
	b.Helper()
	for shard := range record.Shards {
		due, err := b.store.DueItems(b.Context(), record.Partition{Shard: shard}, calendar.At(b.now), 10)
		if err != nil {
			b.Fatal(err)
		}
		for _, item := range due {
			ran++
			s := &notices.Service{
				Store: b.store, Archives: map[string]gateway.Archive{"stripe": b.archive}, Listener: b, Wall: func() time.Time { return b.now },
			}
			if err := s.Perform(b.Context(), item); err != nil {
				return ran, err
			}
		}
	}
	return ran, nil
}

// ran does what is due, which must be something, without an error.
func (b *bench) ran() {
	b.Helper()
	if n, err := b.run(); n != 1 || err != nil {
		b.Fatalf("%d runs, %v", n, err)
	}
}

// rests is for how long nothing is due.
func (b *bench) rests() time.Duration { return b.connection().Reading.Next.Sub(b.now) }

func (b *bench) hears(from, to int) {
	b.Helper()
	var want []string
	for i := from; i <= to; i++ {
		want = append(want, fmt.Sprintf("evt_%04d", i))
	}
	if diff := cmp.Diff(want, b.heard); diff != "" {
		b.Error(diff)
	}
}
