package lifecycle

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"perennial/shared/billing"
	"perennial/shared/calendar"
	"perennial/shared/merchant"
	"perennial/shared/record"
)

const (
	// crowd is how many items may stay due before the clock stops where it is:
	// few enough to be tried in one run, which remembers nothing of the last.
	crowd = 400
	// look is how many due items are read at a time, besides those given up.
	look = 25
)

// looks are the pauses between the looks at the agenda that must all find
// nothing: an entry that moves is in neither of its places for a moment.
var looks = [...]time.Duration{100 * time.Millisecond, 300 * time.Millisecond, 600 * time.Millisecond}

// walk is one run towards a clock's target. The agenda lags behind commits,
// so the walk remembers, from strong reads, when everything that it has
// touched is due next: otherwise an object could be passed over while its
// entry moves, or be done late.
type walk struct {
	*Advancer
	scope    merchant.Scope
	known    map[record.Ref]record.DueItem // what was touched, and when it is due next
	tries    map[try]int
	given    map[try]bool         // what was given up
	problems map[record.Ref]error // of the last try
}

// try is an item at the instant at which it was due.
type try struct {
	ref record.Ref
	due calendar.Instant
}

func newWalk(a *Advancer, scope merchant.Scope) *walk {
	return &walk{
		Advancer: a, scope: scope, known: map[record.Ref]record.DueItem{},
		tries: map[try]int{}, given: map[try]bool{}, problems: map[record.Ref]error{},
	}
}

// next is the earliest item that is still to be done. found is false when
// there is none: several looks at the agenda, spread over about a second, and
// a strong read of everything that was touched say so.
func (w *walk) next(ctx context.Context, target calendar.Instant) (item record.DueItem, found bool, err error) {
	for i := 0; ; i++ {
		listed, err := w.Agenda.DueItems(ctx, record.Partition{Scope: w.scope}, target, look+len(w.given))
		if err != nil {
			return item, false, err
		}
		if item, found = w.pick(listed, target); found {
			return item, true, nil
		}
		if i == len(looks) {
			break
		}
		w.wait(ctx, looks[i])
	}
	var refs []record.Ref
	for ref := range w.known {
		refs = append(refs, ref)
	}
	if err := w.read(ctx, refs...); err != nil {
		return item, false, err
	}
	item, found = w.pick(nil, target)
	return item, found, nil
}

// patience is how often one item may stay due before the walk gives up on it:
// the less, the more were given up, because then it is not the item's fault.
func (w *walk) patience() int {
	switch n := len(w.given); {
	case n < 10:
		return 5
	case n < 50:
		return 2
	}
	return 1
}

// pick is the earliest due item, listed or known, that was not given up. Of
// an object that was touched, the agenda's word may be older than ours.
func (w *walk) pick(listed []record.DueItem, target calendar.Instant) (first record.DueItem, found bool) {
	consider := func(d record.DueItem) {
		due := !d.Due.IsZero() && d.Due <= target && !w.given[try{d.Ref, d.Due}]
		if due && (!found || earlier(d, first) < 0) {
			first, found = d, true
		}
	}
	for _, d := range listed {
		if _, touched := w.known[d.Ref]; !touched {
			consider(d)
		}
	}
	for _, d := range w.known {
		consider(d)
	}
	return first, found
}

func earlier(a, b record.DueItem) int {
	return cmp.Or(cmp.Compare(a.Due, b.Due), strings.Compare(a.Ref.ID, b.Ref.ID))
}

// step stops the clock at the item's instant, does it, and looks when its
// object is due next. What fails is noted and tried again.
func (w *walk) step(ctx context.Context, state merchant.State, item record.DueItem) {
	this := try{item.Ref, item.Due}
	w.tries[this]++
	err := w.do(ctx, state, item)
	if again := w.read(ctx, item.Ref); err == nil {
		err = again
	}
	if w.tries[this] >= w.patience() && (err != nil || w.known[item.Ref].Due == item.Due) {
		w.given[this] = true
	}
	if err == nil {
		delete(w.problems, item.Ref)
		return
	}
	w.problems[item.Ref] = err
	slog.WarnContext(ctx, "clock step", "scope", w.scope.String(), "object", item.Ref.ID, "error", err)
}

func (w *walk) do(ctx context.Context, state merchant.State, item record.DueItem) error {
	if item.Due > state.Clock.Frozen {
		state.Clock = state.Clock.Stand(item.Due)
		if _, err := w.save(ctx, state, record.System, "clock step"); err != nil {
			return err
		}
	}
	return w.Life.Perform(ctx, item)
}

// read notes when objects are due next, and the holds of subscriptions that
// are on hold.
func (w *walk) read(ctx context.Context, refs ...record.Ref) error {
	if len(refs) == 0 {
		return nil
	}
	objects, err := w.Life.Store.Load(ctx, w.scope, refs...)
	if err != nil {
		return err
	}
	var holds []record.Ref
	for i, obj := range objects {
		if obj == nil {
			delete(w.known, refs[i])
			continue
		}
		entry, err := record.Describe(obj)
		if err != nil {
			return err
		}
		w.known[refs[i]] = record.DueItem{Scope: w.scope, Ref: refs[i], Customer: entry.Customer, Card: entry.Card, Due: entry.DueAt()}
		if sub, ok := obj.(billing.Subscription); ok && sub.Status == billing.StatusOnHold {
			hold := record.RefOf[billing.Hold](billing.HoldID(sub.ID, sub.HoldEpoch))
			if _, known := w.known[hold]; !known {
				holds = append(holds, hold)
			}
		}
	}
	return w.read(ctx, holds...)
}

// stuck names what was given up and is still due, with the reason.
func (w *walk) stuck(target calendar.Instant) string {
	var named []string
	for ref, err := range w.problems {
		if d := w.known[ref]; !d.Due.IsZero() && d.Due <= target || d.Ref == (record.Ref{}) {
			named = append(named, fmt.Sprintf("%s: %v", ref.ID, err))
		}
	}
	slices.Sort(named)
	if more := len(named) - 3; more > 0 {
		named = append(named[:3], fmt.Sprintf("and %d more", more))
	}
	return strings.Join(named, "; ")
}

// wait lets the agenda catch up.
func (w *walk) wait(ctx context.Context, d time.Duration) {
	if w.Pause != nil {
		w.Pause(ctx, d)
		return
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}
