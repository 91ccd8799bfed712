package recordtest

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"perennial/shared/billing"
	"perennial/shared/ids"
	"perennial/shared/merchant"
	"perennial/shared/record"
)

func testForeignWrite(t *testing.T, w world) {
	other := newWorld(t, w.Store)
	for _, obj := range []any{
		merchant.State{Scope: other.scope}, merchant.Business{ID: other.scope.Business}, merchant.APIKey{Hash: ids.Hash("k"), Scope: other.test},
	} {
		if err := w.put(obj); err == nil {
			t.Errorf("a commit of %s wrote %T of %s", w.scope, obj, other.scope)
		}
	}
	session := sessionOf(ids.Hash(ids.Token()), "cus_1", w.now)
	w.must(t, session)
	if err := other.put(record.Next(session)); !errors.Is(err, record.ErrStale) {
		t.Errorf("another business's session was written over: %v", err)
	}
	if err := w.put(record.Next(session)); err != nil {
		t.Errorf("its own business could not write over it: %v", err)
	}
}

// testTenancy: whatever another scope stores, this one sees nothing of it.
func testTenancy(t *testing.T, w world) {
	other := newWorld(t, w.Store)
	samples := other.samples()
	other.must(t, samples...)
	customer := samples[4].(billing.Customer)
	rapid.Check(t, func(t *rapid.T) {
		viewer := rapid.SampledFrom([]merchant.Scope{w.scope, w.test, other.test}).Draw(t, "viewer")
		e, err := record.Describe(rapid.SampledFrom(samples).Draw(t, "object"))
		if err != nil {
			t.Fatal(err)
		}
		if viewer == other.test && (e.Kind == record.KindState || e.Kind == record.KindBusiness) {
			return // both modes of one business share these
		}
		id := rapid.SampledFrom([]string{e.ID, other.scope.String() + "#" + e.ID, "/" + e.ID, "#" + e.ID}).Draw(t, "id")
		found, err := w.Load(w.ctx, viewer, record.Ref{Kind: e.Kind, ID: id}, record.Ref{Kind: record.KindCustomer, ID: customer.ID})
		if err != nil {
			t.Fatal(err)
		}
		if found[0] != nil || found[1] != nil {
			t.Fatalf("%s sees %v of %s", viewer, found, other.scope)
		}
	})
	for _, viewer := range []merchant.Scope{w.scope, w.test, other.test} {
		owned, err := w.Owned(w.ctx, viewer, customer.ID, ownedKinds...)
		boxes, err2 := w.Customers(w.ctx, viewer, "ann@example.com")
		subs, err3 := w.List(w.ctx, viewer, record.Query{Kind: record.KindSubscription})
		if err := errors.Join(err, err2, err3); err != nil || len(owned)+len(boxes)+len(subs) > 0 {
			t.Errorf("%s finds %v %v %v, %v", viewer, owned, boxes, subs, err)
		}
	}
}

func testStrangeIDs(t *testing.T, w world) {
	c := w.customer()
	w.must(t, c)
	strange := []string{"", "#", "/", "A", c.ID + "#A", c.ID + "/", "../" + c.ID, strings.Repeat("x", 5000), "\x00"}
	for _, kind := range []record.Kind{record.KindCustomer, record.KindSubscription, record.KindMethod, record.KindMailbox, record.KindSession, record.KindState} {
		for _, id := range strange {
			found, err := w.Load(w.ctx, w.scope, record.Ref{Kind: kind, ID: id})
			if err != nil || found[0] != nil {
				t.Errorf("%s %.20q is %v, %v", kind, id, found, err)
			}
		}
	}
}

func testFind(t *testing.T, w world) {
	token := ids.Hash(ids.Token())
	key := merchant.APIKey{Hash: ids.Hash(ids.Token()), Scope: w.test, Name: "ci", CreatedAt: w.now}
	w.must(t, sessionOf(token, "cus_1", w.now), key)
	scope, session, err := record.Lookup[merchant.APIKey](w.ctx, w, key.Hash)
	if err != nil || scope != w.test {
		t.Fatalf("the key belongs to %v, %v", scope, err)
	}
	if diff := cmp.Diff(record.Next(key), session); diff != "" {
		t.Error(diff)
	}
	if scope, _, err := w.Find(w.ctx, record.Ref{Kind: record.KindSession, ID: token}); err != nil || scope != w.scope {
		t.Errorf("the session belongs to %v, %v", scope, err)
	}
	if _, _, err := w.Find(w.ctx, record.Ref{Kind: record.KindSession, ID: key.Hash}); !errors.Is(err, record.ErrNotFound) {
		t.Errorf("an unknown session answered %v", err)
	}
	if _, _, err := w.Find(w.ctx, record.Ref{Kind: record.KindCustomer, ID: "cus_1"}); err == nil {
		t.Error("a customer was looked for in all scopes")
	}
}

func testMailboxes(t *testing.T, w world) {
	one, two := w.customer(), w.customer()
	box := func(c billing.Customer) billing.Mailbox {
		return billing.Mailbox{Email: "ann+a#b@example.com", Customer: c.ID}
	}
	w.must(t, one, box(one))
	w.must(t, two, box(two))
	w.must(t, box(two)) // writing it again changes nothing
	want := []string{one.ID, two.ID}
	slices.Sort(want)
	got, err := w.Customers(w.ctx, w.scope, " Ann+A#b@Example.com ")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if err := w.Commit(w.ctx, record.Commit{Scope: w.scope, Cause: "test", Delete: []any{box(one), box(one)}[:1]}); err != nil {
		t.Fatal(err)
	}
	if got, err := w.Customers(w.ctx, w.scope, "ann+a#b@example.com"); err != nil || len(got) != 1 {
		t.Errorf("after one moved away the mailbox holds %v, %v", got, err)
	}
}

func testEverywhere(t *testing.T, w world) {
	one, two, other := w.customer(), w.customer(), newWorld(t, w.Store)
	email := strings.ToLower(one.ID) + "+a#b@example.com"
	box := func(c string) billing.Mailbox { return billing.Mailbox{Email: email, Customer: c} }
	w.must(t, box(one.ID))
	if err := errors.Join(w.putIn(w.test, box(two.ID)), other.put(box(two.ID))); err != nil {
		t.Fatal(err)
	}
	find := func(mode merchant.Mode) []record.Owner {
		t.Helper()
		got, err := w.Everywhere(w.ctx, mode, " "+strings.ToUpper(email))
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	want := []record.Owner{{Scope: w.scope, Customer: one.ID}, {Scope: other.scope, Customer: two.ID}}
	slices.SortFunc(want, func(a, b record.Owner) int { return strings.Compare(a.Scope.String(), b.Scope.String()) })
	if diff := cmp.Diff(want, find(w.scope.Mode)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]record.Owner{{Scope: w.test, Customer: two.ID}}, find(w.test.Mode)); diff != "" {
		t.Error("the modes mix: " + diff)
	}
	if err := w.Commit(w.ctx, record.Commit{Scope: w.scope, Cause: "test", Delete: []any{box(one.ID)}}); err != nil {
		t.Fatal(err)
	}
	if got := find(w.scope.Mode); len(got) != 1 {
		t.Errorf("after one moved away: %v", got)
	}
}

func testSessions(t *testing.T, w world) {
	mine, theirs := sessionOf(ids.Hash(ids.Token()), "cus_1", w.now), sessionOf(ids.Hash(ids.Token()), "cus_2", w.now)
	nobodys := mine
	nobodys.Hash, nobodys.Customers = ids.Hash(ids.Token()), nil
	w.must(t, mine, theirs, nobodys)
	got, err := w.Owned(w.ctx, w.scope, "cus_1", record.KindSession)
	if diff := cmp.Diff([]any{record.Next(mine)}, got); diff != "" || err != nil {
		t.Error(diff, err)
	}
	if got, err := w.Owned(w.ctx, w.test, "cus_1", record.KindSession); len(got) > 0 || err != nil {
		t.Errorf("the other mode finds %v, %v", got, err)
	}
}
