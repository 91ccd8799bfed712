package hooks_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"perennial/shared/hooks"
	"perennial/shared/merchant"
	"perennial/shared/record"
)

// stuck is a server that answers whk_1 only when it is let go, after 15
// seconds of the clock, and everybody else at once.
type stuck struct {
	*bench
	entered chan string
	release chan struct{}
}

func (s *stuck) Post(_ context.Context, w hooks.Webhook) (hooks.Answer, error) {
	if w.Endpoint.ID == "whk_1" {
		s.entered <- w.ID
		<-s.release
		return hooks.Answer{Problem: "no answer within 15 seconds", Took: 15 * time.Second}, nil
	}
	return hooks.Answer{Status: 200}, nil
}

func TestASlowEndpointGetsOneMessageAtATimeAndOthersGoOn(t *testing.T) {
	t.Parallel()
	b := newBench(t, merchant.Endpoint{})
	b.commit(t, record.Commit{Put: []any{merchant.Endpoint{ID: "whk_2"}}})
	s := &stuck{bench: b, entered: make(chan string, 1), release: make(chan struct{}, 9)}
	b.Poster = s
	s.release <- struct{}{}
	b.deliver(t) // now it is known to be slow
	<-s.entered
	second, third, other := b.happen(t, "sub_2"), b.happen(t, "sub_3"), b.happen(t, "sub_4")
	done := make(chan error)
	go func() { done <- b.Deliver(t.Context(), second) }()
	<-s.entered
	b.later.sent = nil
	if err := b.Deliver(t.Context(), third); err != nil { // would wait for ever if it were posted
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{third.Ref.ID + " in 20s"}, b.later.sent); diff != "" {
		t.Error(diff)
	}
	fast := hooks.First(scope, other.Ref.ID[:len(other.Ref.ID)-len("@whk_1")], "whk_2", noon)
	if err := b.Deliver(t.Context(), fast); err != nil {
		t.Fatal(err)
	}
	if d := b.delivery(t, fast); d.State() != record.DeliveryDelivered {
		t.Errorf("the other endpoint waits: %+v", d)
	}
	if d := b.delivery(t, third); d.Version != 0 {
		t.Errorf("waiting counted as an attempt: %+v", d)
	}
	s.release <- struct{}{}
	if err := <-done; err != nil {
		t.Fatal(err)
	}
}

func (b *bench) delivery(t *testing.T, item record.DueItem) record.Delivery {
	t.Helper()
	found, err := b.store.Load(t.Context(), scope, item.Ref)
	if err != nil {
		t.Fatal(err)
	}
	d, _ := found[0].(record.Delivery)
	return d
}

func TestWhatIsOverTheRateLimitWaitsInTheQueueForItsSecond(t *testing.T) {
	t.Parallel()
	b := newBench(t, merchant.Endpoint{RateLimit: 5})
	b.count.n = 3
	b.deliver(t) // two events: exactly five
	if len(b.shop.got) != 2 {
		t.Fatalf("posted %v", b.shop.got)
	}
	item := b.happen(t, "sub_2")
	b.count.n = 11
	if err := b.Deliver(t.Context(), item); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{item.Ref.ID + " in 2s"}, b.later.sent); diff != "" || len(b.shop.got) != 2 {
		t.Error(diff, b.shop.got)
	}
	if d := b.delivery(t, item); d.Version != 0 {
		t.Errorf("waiting counted as an attempt: %+v", d)
	}
}

func TestACommitLargerThanTheLimitGoesAlone(t *testing.T) {
	t.Parallel()
	b := newBench(t, merchant.Endpoint{RateLimit: 1})
	b.deliver(t)
	if len(b.shop.got) != 2 {
		t.Errorf("posted %v: it would wait for ever", b.shop.got)
	}
}

func TestAnInvocationThatIsNearlyOverKeepsItsProgress(t *testing.T) {
	t.Parallel()
	b := newBench(t, merchant.Endpoint{})
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	if err := b.Deliver(ctx, b.first); err != nil {
		t.Fatal(err)
	}
	if d := b.kept(t); len(b.shop.got) != 0 || d.State() != record.DeliveryPending || len(b.later.sent) != 1 {
		t.Errorf("posted %v, kept %+v, queued %v", b.shop.got, d, b.later.sent)
	}
	b.deliver(t)
	if len(b.shop.got) != 2 {
		t.Errorf("posted %v", b.shop.got)
	}
}
