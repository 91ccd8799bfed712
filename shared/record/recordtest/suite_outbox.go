package recordtest

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"perennial/shared/billing"
	"perennial/shared/calendar"
	"perennial/shared/merchant"
	"perennial/shared/record"
)

func testState(t *testing.T, w world) {
	for _, scope := range []merchant.Scope{w.scope, w.test} {
		if _, err := w.State(w.ctx, scope); !errors.Is(err, record.ErrNotFound) {
			t.Fatalf("a scope that does not exist answered %v", err)
		}
	}
	live, test := merchant.State{Scope: w.scope}, merchant.State{Scope: w.test}
	w.must(t, live, test)
	for _, scope := range []merchant.Scope{w.scope, w.test} {
		state, err := w.State(w.ctx, scope)
		if err != nil {
			t.Fatal(err)
		}
		state.Brake.Stopped, state.Clock.Frozen = true, calendar.Instant(5)
		if err := w.putIn(scope, state); err != nil {
			t.Fatal(err)
		}
		got, err := w.State(w.ctx, scope)
		if diff := cmp.Diff(record.Next(state), got); diff != "" || err != nil {
			t.Error("after a change by this process:", diff, err)
		}
	}
	if all, err := w.State(w.ctx, merchant.Deployment); err != nil || all.Scope != merchant.Deployment {
		t.Errorf("the deployment's state before it is written: %v, %v", all, err)
	}
	registered, err := w.TestScopes(w.ctx)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range registered {
		switch {
		case s.Scope.Mode != merchant.Test:
			t.Errorf("%s is registered as a test scope", s.Scope)
		case s.Scope == w.test && s.Clock.Frozen == 5:
			return
		}
	}
	t.Error("the test scope is not registered with its clock")
}

// commitEvent writes a subscription with one event about it.
func (w world) commitEvent(t *testing.T, s billing.Subscription, attach ...any) record.Commit {
	t.Helper()
	c := record.Commit{
		Scope: w.scope, Actor: record.Actor{Kind: record.ByKey, ID: "…abcd"}, Cause: "POST /subscriptions", At: w.at(),
		Put: []any{s}, Attach: attach, Events: []billing.Event{{Type: billing.EventSubscriptionUpdated, Object: s.ID, Reason: "x"}},
	}
	if err := w.Commit(w.ctx, c); err != nil {
		t.Fatal(err)
	}
	return c
}

func testOutbox(t *testing.T, w world) {
	customer := w.customer()
	customer.Version = 3
	s := w.subscription(customer.ID, w.at())
	session := sessionOf("secret", customer.ID, w.now)
	c := w.commitEvent(t, s, customer, s, session)
	address, err := record.AddressOf(c)
	if err != nil {
		t.Fatal(err)
	}
	got, err := w.OutboxByKey(w.ctx, address.String())
	if err != nil {
		t.Fatal(err)
	}
	want := record.Outbox{
		Key: address.String(), Scope: w.scope, Actor: c.Actor, Cause: c.Cause, At: c.At, Events: c.Events,
		State: []any{record.Next(s), customer},
	}
	if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(record.Outbox{}, "Wall")); diff != "" {
		t.Error("state as committed, attached objects unchanged, nothing private:", diff)
	}
	if _, err := w.OutboxByKey(w.ctx, address.String()+"0"); !errors.Is(err, record.ErrNotFound) {
		t.Errorf("an outbox item that does not exist answered %v", err)
	}
	if _, err := w.OutboxByKey(w.ctx, "nonsense"); err == nil {
		t.Error("nonsense was taken for an outbox key")
	}
}

func testReplay(t *testing.T, w world) {
	other := newWorld(t, w.Store)
	other.commitEvent(t, other.subscription("cus_1", w.at()))
	s := w.subscription("cus_1", w.at())
	var want []string
	for range 110 { // more than a store reads at once
		address, err := record.AddressOf(w.commitEvent(t, s))
		if err != nil {
			t.Fatal(err)
		}
		want = append(want, address.String())
		s = record.Next(s)
	}
	var got []string
	err := w.ReplayOutbox(w.ctx, w.scope, w.now.Add(-time.Minute), func(o record.Outbox) error {
		got = append(got, o.Key)
		return nil
	})
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Error(diff, err)
	}
	stop := errors.New("enough")
	if err := w.ReplayOutbox(w.ctx, w.scope, w.now.Add(-time.Minute), func(record.Outbox) error { return stop }); !errors.Is(err, stop) {
		t.Errorf("a replay that was stopped answered %v", err)
	}
	err = w.ReplayOutbox(w.ctx, w.scope, time.Now().Add(time.Hour), func(o record.Outbox) error { return errors.New(o.Key) })
	if err != nil {
		t.Errorf("a replay from the future gives %v", err)
	}
}

func testNotice(t *testing.T, w world) {
	s := w.subscription("cus_1", w.at())
	notice := record.Commit{
		Scope: w.scope, Cause: "announce", At: w.at(), Attach: []any{s},
		Claims: []record.Claim{{Key: "notice#" + s.ID + "#1#hold"}},
		Events: []billing.Event{{Type: billing.EventNotice, Object: s.ID, Reason: "hold"}},
	}
	if err := w.Commit(w.ctx, notice); err != nil {
		t.Fatal(err)
	}
	if err := w.Commit(w.ctx, notice); !errors.Is(err, record.ErrClaimed) {
		t.Errorf("the same notice again answered %v", err)
	}
	address, err := record.AddressOf(notice)
	if err != nil {
		t.Fatal(err)
	}
	got, err := w.OutboxByKey(w.ctx, address.String())
	if err != nil || len(got.Events) != 1 || len(got.State) != 1 {
		t.Errorf("the notice is %+v, %v", got, err)
	}
	notice.Claims = nil
	if err := w.Commit(w.ctx, notice); err == nil {
		t.Error("events were accepted that nothing numbers")
	}
}
