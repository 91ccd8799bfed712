package hooks

import (
	"context"
	"errors"
	"fmt"
	"time"

	"perennial/shared/merchant"
	"perennial/shared/record"
)

// replayStep is how many outbox items one commit of a replay covers.
const replayStep = 50

// Replay queues deliveries that a merchant wants to have again, oldest first:
// they become due, and the sweeper hands them over behind what is new. What
// one step queued and how far it went is one commit, so that a crash repeats
// nothing. It goes on until it is done or the invocation's time is over.
func (s *Service) Replay(ctx context.Context, item record.DueItem) error {
	for !out(ctx) {
		more, err := s.replayStep(ctx, item)
		if err != nil {
			return fmt.Errorf("replay %s: %w", item.Ref.ID, err)
		}
		if !more {
			return nil
		}
	}
	return s.postpone(ctx, item, 0)
}

// replayStep does one step and says whether there are more.
func (s *Service) replayStep(ctx context.Context, item record.DueItem) (bool, error) {
	found, err := s.Store.Load(ctx, item.Scope, item.Ref, record.RefOf[merchant.Endpoint](item.Ref.ID))
	if err != nil {
		return false, err
	}
	r, running := found[0].(record.Replay)
	if !running || r.Next.IsZero() {
		return false, nil
	}
	endpoint, exists := found[1].(merchant.Endpoint)
	if !exists {
		return false, s.step(ctx, item.Scope, record.Commit{Delete: []any{r}})
	}
	page, last, err := s.page(ctx, item.Scope, r)
	if err != nil {
		return false, err
	}
	var put []any
	if !endpoint.Disabled {
		if put, err = s.revive(ctx, item.Scope, endpoint, r, page); err != nil {
			return false, err
		}
	}
	r.Queued += len(put)
	if last || endpoint.Disabled {
		r.Next, r.DoneAt = time.Time{}, s.Wall()
	} else {
		r.Cursor = micro(page[len(page)-1]).Add(time.Microsecond)
	}
	return !r.Next.IsZero(), s.step(ctx, item.Scope, record.Commit{Put: append(put, r)})
}

func (s *Service) step(ctx context.Context, scope merchant.Scope, c record.Commit) error {
	c.Scope, c.Actor, c.Cause = scope, record.System, "webhook replay"
	return s.Store.Commit(ctx, c)
}

// errEnough ends reading the outbox.
var errEnough = errors.New("enough")

// page reads the next outbox items; last says that none follow. The next page
// starts after the last one's instant, so a full page ends where an instant
// does.
func (s *Service) page(ctx context.Context, scope merchant.Scope, r record.Replay) (page []record.Outbox, last bool, err error) {
	err = s.Store.ReplayOutbox(ctx, scope, r.Cursor, func(o record.Outbox) error {
		if !o.Wall.Before(r.Until) {
			last = true
			return errEnough
		}
		if len(page) >= replayStep && micro(o).After(micro(page[len(page)-1])) {
			return errEnough
		}
		page = append(page, o)
		return nil
	})
	switch {
	case err == nil:
		last = true
	case errors.Is(err, errEnough):
		err = nil
	}
	return page, last, err
}

// micro is when an item was written, as precisely as the outbox is ordered.
func micro(o record.Outbox) time.Time { return o.Wall.Truncate(time.Microsecond) }

// replayGap lies between two deliveries of a replay: less than the sweeper can
// hand over in a minute becomes due in one, so that replays never look late.
const replayGap = 20 * time.Millisecond

// spread is when a replay's next delivery but more is due: in their order and
// within the endpoint's rate limit.
func spread(r record.Replay, e merchant.Endpoint, more int, now time.Time) time.Time {
	gap := replayGap
	if e.RateLimit > 0 {
		gap = max(gap, time.Second/time.Duration(e.RateLimit))
	}
	at := r.StartedAt.Add(time.Duration(r.Queued+more) * gap)
	if at.Before(now) {
		return now
	}
	return at
}

// revive makes the deliveries of a page due again. What is still being tried
// is left alone.
func (s *Service) revive(ctx context.Context, scope merchant.Scope, e merchant.Endpoint, r record.Replay, page []record.Outbox) ([]any, error) {
	var fresh []record.Delivery
	var refs []record.Ref
	for _, o := range page {
		if WantsAny(e, o.Events) {
			fresh = append(fresh, New(o, e.ID))
			refs = append(refs, record.RefOf[record.Delivery](fresh[len(fresh)-1].ID))
		}
	}
	if len(refs) == 0 {
		return nil, nil
	}
	known, err := s.Store.Load(ctx, scope, refs...)
	if err != nil {
		return nil, err
	}
	var put []any
	for i, d := range fresh {
		if old, ok := known[i].(record.Delivery); ok {
			d = old
		}
		state := d.State()
		if d.Version > 0 && (state == record.DeliveryPending || r.FailedOnly && state == record.DeliveryDelivered) {
			continue
		}
		d = d.Again(spread(r, e, len(put), s.Wall()))
		if d.At.IsZero() {
			d.At = d.Next
		}
		put = append(put, d)
	}
	return put, nil
}
