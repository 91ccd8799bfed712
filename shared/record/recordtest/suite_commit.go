package recordtest

import (
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"perennial/shared/access"
	"perennial/shared/billing"
	"perennial/shared/ids"
	"perennial/shared/merchant"
	"perennial/shared/record"
)

func linkOf(hash, customer string, now time.Time) access.Link {
	return access.Link{Hash: hash, Customers: []string{customer}, ExpiresAt: now.Add(access.LinkLife)}
}

func sessionOf(hash, customer string, now time.Time) access.Session {
	return access.Session{Hash: hash, Customers: []string{customer}, CreatedAt: now, ExpiresAt: now.Add(access.SessionLife)}
}

func testRoundTrip(t *testing.T, w world) {
	c := w.customer()
	c.Metadata = map[string]any{"note": strings.Repeat("long enough to be compressed ", 60), "vip": true}
	w.must(t, c)
	got, err := record.Get[billing.Customer](w.ctx, w, w.scope, c.ID)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(record.Next(c), got); diff != "" {
		t.Error(diff)
	}
}

func testEveryKind(t *testing.T, w world) {
	samples := w.samples()
	w.must(t, samples...)
	var refs []record.Ref
	var want []any
	for _, obj := range samples {
		e, err := record.Describe(obj)
		if err != nil {
			t.Fatal(err)
		}
		refs, want = append(refs, record.Ref{Kind: e.Kind, ID: e.ID}), append(want, record.Next(obj))
	}
	missing := record.Ref{Kind: record.KindSubscription, ID: ids.New(ids.Subscription, w.now)}
	refs, want = append(refs, missing, refs[0]), append(want, nil, want[0])
	got, err := w.Load(w.ctx, w.scope, refs...)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	for i, obj := range got[:len(samples)] {
		if err := w.put(obj); err != nil {
			t.Errorf("%s is not written over the version it was read at: %v", refs[i].Kind, err)
		}
	}
}

func testNew(t *testing.T, w world) {
	c := w.customer()
	w.must(t, c)
	if err := w.put(c); !errors.Is(err, record.ErrStale) {
		t.Errorf("a second new object of the same id answered %v", err)
	}
	c.Version = 7
	c.ID = ids.New(ids.Customer, w.now)
	if err := w.put(c); !errors.Is(err, record.ErrStale) {
		t.Errorf("a later version of an object that does not exist answered %v", err)
	}
}

func testStale(t *testing.T, w world) {
	c := w.customer()
	w.must(t, c)
	first := record.Next(c)
	w.must(t, first)
	if err := w.put(first); !errors.Is(err, record.ErrStale) {
		t.Errorf("an old version alone answered %v", err)
	}
	if err := w.put(first, w.subscription(c.ID, w.at())); !errors.Is(err, record.ErrStale) {
		t.Errorf("an old version among others answered %v", err)
	}
	w.must(t, record.Next(first))
}

func testAllOrNothing(t *testing.T, w world) {
	c := w.customer()
	w.must(t, c)
	fresh := w.subscription(c.ID, w.at())
	event := billing.Event{Type: billing.EventSubscriptionUpdated, Object: fresh.ID}
	commit := record.Commit{
		Scope: w.scope, Cause: "test", At: w.at(), Put: []any{fresh, c}, Events: []billing.Event{event},
		Claims: []record.Claim{{Key: "once"}},
	}
	if err := w.Commit(w.ctx, commit); !errors.Is(err, record.ErrStale) {
		t.Fatalf("a commit with a stale customer answered %v", err)
	}
	if _, err := record.Get[billing.Subscription](w.ctx, w, w.scope, fresh.ID); !errors.Is(err, record.ErrNotFound) {
		t.Errorf("half of a refused commit was written: %v", err)
	}
	address, err := record.AddressOf(commit)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.OutboxByKey(w.ctx, address.String()); !errors.Is(err, record.ErrNotFound) {
		t.Errorf("the events of a refused commit were written: %v", err)
	}
	commit.Put[1] = record.Next(c)
	if err := w.Commit(w.ctx, commit); err != nil {
		t.Errorf("the claim of a refused commit was taken: %v", err)
	}
}

func testRace(t *testing.T, w world) {
	c := w.customer()
	w.must(t, c)
	c = record.Next(c)
	const rivals = 8
	results := make(chan error, 2*rivals)
	var start sync.WaitGroup
	start.Add(1)
	for i := range rivals {
		mine := c
		mine.InvoiceSeq = int64(i)
		go func() {
			start.Wait()
			results <- w.put(mine)
		}()
		go func() {
			start.Wait()
			results <- w.put(mine, w.subscription(c.ID, w.at()))
		}()
	}
	start.Done()
	won := 0
	for range 2 * rivals {
		switch err := <-results; {
		case err == nil:
			won++
		case !errors.Is(err, record.ErrStale):
			t.Errorf("a loser was told %v", err)
		}
	}
	if won != 1 {
		t.Errorf("%d committers won over the same version", won)
	}
}

func testClaim(t *testing.T, w world) {
	claim := func(scope merchant.Scope, key string) error {
		return w.Commit(w.ctx, record.Commit{
			Scope: scope, Cause: "test", Put: []any{w.customer()},
			Claims: []record.Claim{{Key: key}, {Key: key + "#2", Expires: w.now.Add(time.Hour)}},
		})
	}
	if err := claim(w.scope, "invoice-prefix#ACME"); err != nil {
		t.Fatal(err)
	}
	if err := claim(w.scope, "invoice-prefix#ACME"); !errors.Is(err, record.ErrClaimed) {
		t.Errorf("a taken claim answered %v", err)
	}
	if err := claim(w.test, "invoice-prefix#ACME"); err != nil {
		t.Errorf("another scope's claim was in the way: %v", err)
	}
}

func testClaimExpires(t *testing.T, w world) {
	claim := func(until time.Time) error {
		return w.Commit(w.ctx, record.Commit{
			Scope: w.scope, Cause: "test", Put: []any{w.customer()}, Claims: []record.Claim{{Key: "notice", Expires: until}},
		})
	}
	if err := claim(w.now.Add(-time.Second)); err != nil {
		t.Fatal(err)
	}
	if err := claim(w.now.Add(time.Hour)); err != nil {
		t.Errorf("an expired claim was in the way: %v", err)
	}
	if err := claim(w.now.Add(2 * time.Hour)); !errors.Is(err, record.ErrClaimed) {
		t.Errorf("a claim with an hour to go answered %v", err)
	}
}

func testTwice(t *testing.T, w world) {
	c := w.customer()
	if err := w.put(c, c); err == nil {
		t.Error("one object was written twice in one commit")
	}
	if err := w.put(); err == nil {
		t.Error("an empty commit was accepted")
	}
}

func testDelete(t *testing.T, w world) {
	c := w.customer()
	m := billing.Method{ID: ids.New(ids.PaymentMethod, w.now), Customer: c.ID, CreatedAt: w.at()}
	w.must(t, c, m)
	remove := func(m billing.Method) error {
		return w.Commit(w.ctx, record.Commit{Scope: w.scope, Cause: "test", Delete: []any{m}})
	}
	if err := remove(m); !errors.Is(err, record.ErrStale) {
		t.Errorf("deleting version 0 answered %v", err)
	}
	if err := remove(record.Next(m)); err != nil {
		t.Fatal(err)
	}
	if _, err := record.Get[billing.Method](w.ctx, w, w.scope, record.MethodID(c.ID, m.ID)); !errors.Is(err, record.ErrNotFound) {
		t.Errorf("a deleted method answered %v", err)
	}
	if err := remove(record.Next(m)); !errors.Is(err, record.ErrStale) {
		t.Errorf("deleting twice answered %v", err)
	}
}
