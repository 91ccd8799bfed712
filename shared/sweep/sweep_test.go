package sweep_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"perennial/shared/billing"
	"perennial/shared/calendar"
	"perennial/shared/clock/clocktest"
	"perennial/shared/merchant"
	"perennial/shared/record"
	"perennial/shared/record/recordtest"
	"perennial/shared/sweep"
)

// queue remembers what it was sent, in order.
type queue struct {
	mu    sync.Mutex
	depth int
	fail  error
	sent  []record.DueItem
}

func (q *queue) Depth(context.Context) (int, error) { return q.depth, q.fail }

func (q *queue) SendBatch(_ context.Context, bodies []string) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, body := range bodies {
		d, err := record.DecodeDue([]byte(body))
		if err != nil {
			return err
		}
		q.sent = append(q.sent, d)
	}
	return nil
}

func (q *queue) ids() []string {
	var all []string
	for _, d := range q.sent {
		all = append(all, d.Ref.ID)
	}
	return all
}

// yard is a store with a sweeper and its four queues.
type yard struct {
	*sweep.Service
	store                        *recordtest.Fake
	clock                        *clocktest.Clock
	live, test, deliveries, mail *queue
}

var start = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func newYard() yard {
	y := yard{
		store: recordtest.New(), clock: clocktest.At(start),
		live: &queue{}, test: &queue{}, deliveries: &queue{}, mail: &queue{},
	}
	y.Service = &sweep.Service{
		Agenda: y.store, Wall: y.clock.Now,
		Live: sweep.Lane{Name: "live", Queue: y.live, Hold: 100}, Test: sweep.Lane{Name: "test", Queue: y.test, Hold: 100},
		Deliveries: sweep.Lane{Name: "deliveries", Queue: y.deliveries, Hold: 100}, Mail: sweep.Lane{Name: "mail", Queue: y.mail, Hold: 100},
	}
	return y
}

func (y yard) put(t *testing.T, scope merchant.Scope, objects ...any) {
	t.Helper()
	if err := y.store.Commit(t.Context(), record.Commit{Scope: scope, Cause: "test", Put: objects}); err != nil {
		t.Fatal(err)
	}
}

// sub is a subscription whose period ends so long after the start.
func sub(id string, after time.Duration) billing.Subscription {
	return billing.Subscription{
		ID: id, Customer: "cus_1", Status: billing.StatusActive, CreatedAt: calendar.At(start),
		Period: calendar.Period{Start: calendar.At(start), End: calendar.At(start.Add(after))},
	}
}

func (y yard) run(t *testing.T) sweep.Report {
	t.Helper()
	report, err := y.Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return report
}

var (
	live = merchant.Scope{Business: "bus_1", Mode: merchant.Live}
	test = merchant.Scope{Business: "bus_1", Mode: merchant.Test}
)

func TestWorkGoesToItsQueueInTheOrderItFellDue(t *testing.T) {
	t.Parallel()
	y := newYard()
	y.put(t, live, sub("sub_c", -time.Minute), sub("sub_a", -time.Hour), sub("sub_b", -time.Second), sub("sub_later", time.Hour))
	y.put(t, test, merchant.State{Scope: test}, sub("sub_test", -time.Minute))
	y.put(t, test, record.Delivery{ID: "delivery", Next: start, At: start}, record.Replay{ID: "replay", Next: start})
	y.put(t, test, billing.Refund{ID: "ref_test", Status: billing.RefundPending, Next: start.Add(-time.Minute)})
	y.put(t, live, record.Mail{ID: "mail", Next: start.Add(-time.Minute)})
	report := y.run(t)
	want := []string{"sub_a", "sub_c", "sub_b"}
	if diff := cmp.Diff(want, y.live.ids()); diff != "" {
		t.Error("live:", diff)
	}
	others := [][]string{y.test.ids(), y.deliveries.ids(), y.mail.ids()}
	if diff := cmp.Diff([][]string{{"ref_test", "sub_test"}, {"delivery", "replay"}, {"mail"}}, others); diff != "" {
		t.Error(diff)
	}
	if y.live.sent[0].Customer != "cus_1" || y.live.sent[0].Scope != live {
		t.Errorf("a message says %+v", y.live.sent[0])
	}
	if report.Oldest != time.Hour || report.Queued["live"] != 3 {
		t.Errorf("the report is %+v", report)
	}
}

func TestATestScopeIsSweptByItsOwnClock(t *testing.T) {
	t.Parallel()
	y := newYard()
	scope := func(n string) merchant.Scope { return merchant.Scope{Business: n, Mode: merchant.Test} }
	hour := calendar.At(start.Add(time.Hour))
	for _, c := range []struct {
		name  string
		clock merchant.Clock
	}{
		{"wall", merchant.Clock{}},
		{"ahead", merchant.Clock{Offset: 2 * time.Hour}},
		{"frozen", merchant.Clock{Frozen: hour}},
		{"advancing", merchant.Clock{Frozen: hour, Target: hour + 1}},
	} {
		y.put(t, scope(c.name), merchant.State{Scope: scope(c.name), Clock: c.clock}, sub("sub_"+c.name, time.Hour))
	}
	report := y.run(t)
	got := y.test.ids()
	slices.Sort(got)
	if diff := cmp.Diff([]string{"sub_ahead", "sub_frozen"}, got); diff != "" {
		t.Error(diff)
	}
	if report.Oldest != 0 {
		t.Errorf("test work counts as late: %v", report.Oldest)
	}
}

func TestAQueueIsOnlyToppedUp(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name        string
		depth, want int
		first       string
	}{
		{"an empty queue takes the rest, then everything again", 0, 100, "sub_100"},
		{"a few messages may be failing ones: nothing waits behind them", 10, 90, "sub_100"},
		{"what is queued is not queued again", 60, 40, "sub_100"},
		{"a long queue takes only what is new", 26, 50, "sub_100"},
		{"a full queue takes nothing", 100, 0, ""},
		{"an overfull one neither", 500, 0, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			y := newYard()
			for i := range 150 {
				y.put(t, live, sub(fmt.Sprintf("sub_%03d", i), time.Duration(i-1000)*time.Second))
			}
			y.run(t)
			if len(y.live.sent) != 100 || y.live.ids()[0] != "sub_000" {
				t.Fatalf("first %v were sent", y.live.ids())
			}
			y.live.depth, y.live.sent = c.depth, nil
			y.run(t)
			if len(y.live.sent) != c.want || c.want > 0 && y.live.ids()[0] != c.first {
				t.Errorf("%d were sent: %v", len(y.live.sent), y.live.ids())
			}
		})
	}
}

func TestTestScopesTakeTurns(t *testing.T) {
	t.Parallel()
	y := newYard()
	y.Test.Hold = 4
	for _, business := range []string{"busy", "quiet"} {
		scope := merchant.Scope{Business: business, Mode: merchant.Test}
		y.put(t, scope, merchant.State{Scope: scope})
		for i := range map[string]int{"busy": 20, "quiet": 2}[business] {
			y.put(t, scope, sub(fmt.Sprintf("sub_%s%d", business, i), -time.Hour))
		}
	}
	y.run(t)
	quiet := slices.DeleteFunc(y.test.ids(), func(id string) bool { return id[:8] != "sub_quie" })
	if len(quiet) != 2 || len(y.test.sent) != 4 {
		t.Errorf("the quiet scope got %v of %v", quiet, y.test.ids())
	}
}

func TestOneQueueThatFailsDoesNotStopTheOthers(t *testing.T) {
	t.Parallel()
	y := newYard()
	y.live.fail = errors.New("no such queue")
	y.put(t, live, sub("sub_1", -time.Hour), record.Mail{ID: "mail", Next: start})
	_, err := y.Run(t.Context())
	if !errors.Is(err, y.live.fail) || len(y.live.sent) != 0 {
		t.Errorf("it answered %v and sent %v", err, y.live.ids())
	}
	if len(y.mail.sent) != 1 {
		t.Errorf("mail got %v", y.mail.ids())
	}
}

// slow is an agenda that never answers for some shards.
type slow struct{ sweep.Agenda }

func (s slow) DueItems(ctx context.Context, p record.Partition, until calendar.Instant, limit int) ([]record.DueItem, error) {
	if p.Shard == 63 {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	return s.Agenda.DueItems(ctx, p, until, limit)
}

func TestWhatWasFoundIsSentBeforeTheTimeIsOver(t *testing.T) {
	t.Parallel()
	y := newYard()
	y.Agenda, y.Wall = slow{y.store}, func() time.Time { return time.Now().UTC() }
	for i := range 100 {
		y.put(t, live, sub(fmt.Sprintf("sub_%d", i), -time.Hour))
	}
	ctx, cancel := context.WithTimeout(t.Context(), 400*time.Millisecond)
	defer cancel()
	report, err := y.Run(ctx)
	if err != nil || !report.Cut {
		t.Errorf("a sweep that ran out of time: %+v, %v", report, err)
	}
	if n := len(y.live.sent); n < 80 || ctx.Err() != nil {
		t.Errorf("only %d of 100 were sent, %v", n, ctx.Err())
	}
}
