package lifecycle_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"perennial/shared/billing"
	"perennial/shared/calendar"
	"perennial/shared/gateway/gatewaytest"
	"perennial/shared/lifecycle"
	"perennial/shared/lifecycle/lifecycletest"
	"perennial/shared/merchant"
	"perennial/shared/record"
)

// lagging is an agenda that shows an entry only when it was asked for it a few
// times: while an entry moves it is in neither of its places.
type lagging struct {
	agenda record.Waiting
	hides  int
	asked  map[record.DueItem]int
}

func (l lagging) DueItems(ctx context.Context, p record.Partition, until calendar.Instant, limit int) ([]record.DueItem, error) {
	all, err := l.agenda.DueItems(ctx, p, until, limit)
	return slices.DeleteFunc(all, func(d record.DueItem) bool {
		l.asked[d]++
		return l.asked[d] <= l.hides
	}), err
}

func TestTheClockDoesNotOvertakeALaggingAgenda(t *testing.T) {
	t.Parallel()
	w := lifecycletest.New(t)
	first, second := w.Active("visa_ok"), w.Active("visa_ok")
	var waited time.Duration
	w.Advancer.Agenda = lagging{w.Store, 3, map[record.DueItem]int{}}
	w.Advancer.Pause = func(_ context.Context, d time.Duration) { waited += d }
	w.Advance(100 * day)
	for _, id := range []string{first.ID, second.ID} {
		if got := w.Sub(id); got.Period.End <= w.Now() {
			t.Errorf("the clock shows %s, %s is paid until %s", w.Now(), id, got.Period.End)
		}
	}
	if waited < time.Second {
		t.Errorf("it looked for %v before it arrived", waited)
	}
	w.Reconcile()
}

// forgetful is an agenda that loses the entry of every object that moves:
// what was touched must be found without it.
type forgetful struct {
	agenda record.Waiting
	first  map[record.Ref]calendar.Instant
}

func (f forgetful) DueItems(ctx context.Context, p record.Partition, until calendar.Instant, limit int) ([]record.DueItem, error) {
	all, err := f.agenda.DueItems(ctx, p, until, limit)
	return slices.DeleteFunc(all, func(d record.DueItem) bool {
		if _, known := f.first[d.Ref]; !known {
			f.first[d.Ref] = d.Due
		}
		return f.first[d.Ref] != d.Due
	}), err
}

func TestWhatWasTouchedIsDoneInItsTurn(t *testing.T) {
	t.Parallel()
	w := lifecycletest.New(t)
	early := w.Active("visa_ok")
	w.Advance(20 * day)
	late := w.Active("visa_ok")
	w.Advancer.Agenda = forgetful{w.Store, map[record.Ref]calendar.Instant{}}
	w.Advance(100 * day)
	starts := map[string]calendar.Instant{early.ID: early.Period.Start, late.ID: late.Period.Start}
	renewals := 0
	for _, p := range lifecycletest.All[billing.Payment](w) {
		if p.Cause != billing.CauseRenewal {
			continue
		}
		renewals++
		if days := int(p.CreatedAt.Sub(starts[p.Subscription]) / day); days%28 > 9 {
			t.Errorf("%s was renewed on day %d", p.Subscription, days)
		}
	}
	if renewals != 4+3 {
		t.Errorf("%d renewals, want four of the first and three of the second", renewals)
	}
	w.Reconcile()
}

func TestItemsThatStayDueDoNotHideOthersFromTheClock(t *testing.T) {
	t.Parallel()
	w := lifecycletest.New(t)
	for range 60 {
		s := w.Subscribe()
		if _, err := w.Pay(s.Subscription.ID, "authenticate_always"); err != nil {
			t.Fatal(err)
		}
	}
	s := w.Active("visa_ok")
	w.Advance(40 * day)
	if got := w.Sub(s.ID); got.Period.End <= w.Now() {
		t.Errorf("the clock shows %s, the healthy subscription is paid until %s", w.Now(), got.Period.End)
	}
}

func TestWhatStaysStuckIsNamedOnTheClock(t *testing.T) {
	t.Parallel()
	w := lifecycletest.New(t)
	stuck, healthy := w.Active("visa_ok"), w.Active("visa_ok")
	sub := stuck
	sub.Zone = "Nowhere/Atlantis"
	w.Put(sub)
	w.Advance(40 * day)
	message := w.State().Clock.Message
	if !strings.Contains(message, stuck.ID) || strings.Contains(message, healthy.ID) {
		t.Errorf("the clock says %q", message)
	}
	if got := w.Sub(healthy.ID); got.Period.End <= w.Now() {
		t.Errorf("the healthy subscription is paid until %s", got.Period.End)
	}
	sub = w.Sub(stuck.ID)
	sub.Zone = stuck.Zone
	w.Put(sub)
	w.Advance(time.Hour) // another run tries anew
	if message := w.State().Clock.Message; message != "" || w.Sub(stuck.ID).Period.End <= w.Now() {
		t.Errorf("the clock says %q, the mended one is paid until %s", message, w.Sub(stuck.ID).Period.End)
	}
}

func TestAFailureThatPassesIsNotNamed(t *testing.T) {
	t.Parallel()
	w := lifecycletest.New(t)
	s := w.Active("visa_ok")
	broken := 0
	w.Store.Before = func(c record.Commit) error {
		if c.Cause == "renewal" && broken < 2 {
			broken++
			return errors.New("no table")
		}
		return nil
	}
	w.Advance(40 * day)
	if message := w.State().Clock.Message; message != "" || w.Sub(s.ID).Period.End <= w.Now() || broken != 2 {
		t.Errorf("the clock says %q, the subscription is paid until %s", message, w.Sub(s.ID).Period.End)
	}
}

func TestAClockThatIsInterruptedHasNotArrived(t *testing.T) {
	t.Parallel()
	w := lifecycletest.New(t)
	w.Active("visa_ok")
	target := w.Now().Add(40 * day)
	if _, err := w.Advancer.Begin(t.Context(), w.Scope, record.System, target); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if arrived, err := w.Advancer.Run(ctx, w.Scope, w.Clock.Now().Add(time.Hour)); arrived || !errors.Is(err, context.Canceled) {
		t.Errorf("an interrupted run: %v, %v", arrived, err)
	}
	if arrived, err := w.Advancer.Run(t.Context(), w.Scope, w.Clock.Now()); arrived || err != nil {
		t.Errorf("a run without time: %v, %v", arrived, err)
	}
	if !w.State().Clock.Advancing() || w.Gateway.Calls(gatewaytest.OpConfirm) != 1 {
		t.Error("the advance was ended or worked on")
	}
	if arrived, err := w.Advancer.Run(t.Context(), w.Scope, w.Clock.Now().Add(time.Hour)); !arrived || err != nil || w.Now() != target {
		t.Errorf("run again: %v, %v, the clock shows %s", arrived, err, w.Now())
	}
}

func TestTheClockOfTestModeMovesForwardOnly(t *testing.T) {
	t.Parallel()
	w := lifecycletest.New(t)
	live := merchant.Scope{Business: w.Scope.Business, Mode: merchant.Live}
	if err := w.Store.Commit(t.Context(), record.Commit{Scope: live, Cause: "test", Put: []any{merchant.State{Scope: live}}}); err != nil {
		t.Fatal(err)
	}
	begin := func(scope merchant.Scope, by time.Duration) error {
		_, err := w.Advancer.Begin(t.Context(), scope, record.System, w.Now().Add(by))
		return err
	}
	if err := begin(live, day); !errors.Is(err, lifecycle.ErrLiveClock) {
		t.Errorf("a live clock: %v", err)
	}
	if err := begin(w.Scope, -day); !errors.Is(err, lifecycle.ErrBackwards) {
		t.Errorf("backwards: %v", err)
	}
	if err := begin(w.Scope, day); err != nil {
		t.Errorf("forward: %v", err)
	}
	if err := begin(w.Scope, day); !errors.Is(err, lifecycle.ErrAdvancing) {
		t.Errorf("while advancing: %v", err)
	}
}

// A thousand items that fail end the advance with a word, in one run.
func TestTheClockStopsWhereNothingWorks(t *testing.T) {
	t.Parallel()
	w := lifecycletest.New(t)
	good := w.Active("visa_ok")
	for i := range 1000 {
		bad := good
		bad.ID, bad.Version, bad.Zone = fmt.Sprintf("sub_bad%04d", i), 0, "Nowhere/Atlantis"
		w.Put(bad)
	}
	begun := w.Now()
	calls := 0
	w.Advancer.Agenda = counting{w.Store, &calls}
	w.Advance(40 * day)
	clock := w.State().Clock
	if clock.Advancing() || !strings.Contains(clock.Message, "stopped at") || !strings.Contains(clock.Message, "more") {
		t.Errorf("the clock says %+v", clock)
	}
	if now := w.Now(); now < begun || now > good.Period.End {
		t.Errorf("it stopped at %s, the first thing failed at %s", now, good.Period.End)
	}
	if calls > 1000 {
		t.Errorf("it looked %d times", calls)
	}
}

// counting counts looks at an agenda.
type counting struct {
	record.Waiting
	calls *int
}

func (c counting) DueItems(ctx context.Context, p record.Partition, until calendar.Instant, limit int) ([]record.DueItem, error) {
	*c.calls++
	return c.Waiting.DueItems(ctx, p, until, limit)
}
