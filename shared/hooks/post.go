package hooks

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"perennial/shared/record"
)

// reserve is what must be left of an invocation's time for another attempt.
const reserve = 20 * time.Second

// post sends the events in order and stops at the first that is not accepted.
// It says how long the slowest answer took.
func (s *Service) post(ctx context.Context, j job) (time.Duration, error) {
	var slowest time.Duration
	for i := j.delivery.Event; i < len(j.outbox.Events); i++ {
		if !Wanted(j.endpoint, j.outbox.Events[i].Type) {
			continue
		}
		if out(ctx) {
			return slowest, s.pause(ctx, j, i)
		}
		w := Webhook{
			ID: WebhookID(j.outbox.Key, i, j.endpoint.ID), Endpoint: j.endpoint, Outbox: j.outbox, Event: i,
		}
		at := s.Wall()
		answer, err := s.Poster.Post(ctx, w)
		if err != nil {
			return slowest, err
		}
		slowest = max(slowest, answer.Took)
		j.delivery = j.delivery.Noted(lineOf(i, at, answer))
		j.delivery.At, j.delivery.Status, j.delivery.Problem = at, answer.Status, answer.Problem
		if !answer.Accepted() {
			return slowest, s.refused(ctx, j, i, answer)
		}
		j = j.at(i + 1)
	}
	return slowest, s.accepted(ctx, j)
}

// out reports that the invocation's time is nearly over.
func out(ctx context.Context) bool {
	end, limited := ctx.Deadline()
	return limited && time.Until(end) < reserve
}

// lineOf is an attempt's line in the log.
func lineOf(event int, at time.Time, a Answer) record.Attempt {
	l := record.Attempt{Event: event, At: at, Took: a.Took.Truncate(time.Millisecond), Status: a.Status, Note: a.Said}
	if l.Note == "" && !a.Accepted() {
		l.Note = a.Problem
	}
	return l
}

// at is the job with everything before an event done.
func (j job) at(event int) job {
	if event != j.delivery.Event {
		j.delivery.Event, j.delivery.Attempts = event, 0
	}
	return j
}

// pause keeps how far it went; the rest follows at once.
func (s *Service) pause(ctx context.Context, j job, event int) error {
	j = j.at(event)
	d := &j.delivery
	d.Next, d.Due = s.Wall(), time.Time{}
	if d.At.IsZero() {
		d.At = d.Next
	}
	if err := s.write(ctx, j); err != nil {
		return err
	}
	return s.postpone(ctx, First(j.scope, j.outbox.Key, j.endpoint.ID, d.Next), 0)
}

// accepted closes the delivery.
func (s *Service) accepted(ctx context.Context, j job) error {
	now := s.Wall()
	d := &j.delivery
	d.Attempts, d.Next, d.Due, d.Done = 0, time.Time{}, time.Time{}, now
	if d.At.IsZero() { // the endpoint wants none of it any more
		d.At = now
	}
	if err := s.write(ctx, j); err != nil || j.endpoint.GivenUp == 0 {
		return err
	}
	return s.absolve(ctx, j)
}

// refused records a failed attempt and when the next one is due. A short wait
// is kept by the queue, to the second; the sweeper then only looks whether the
// message was lost.
func (s *Service) refused(ctx context.Context, j job, event int, a Answer) error {
	j = j.at(event)
	d, now := &j.delivery, s.Wall()
	d.Attempts++
	d.Next, d.Due = nextAttempt(d.Attempts, a.RetryAfter, now), time.Time{}
	if a.Status == gone {
		d.Next = time.Time{}
	}
	wait := d.Next.Sub(now)
	queued := !d.Next.IsZero() && wait <= longestDelay
	if queued {
		d.Due = d.Next.Add(lostAfter)
	}
	slog.WarnContext(ctx, "webhook not accepted", "scope", j.scope.String(), "endpoint", j.endpoint.ID,
		"outbox", j.outbox.Key, "event", string(j.outbox.Events[event].Type),
		"status", a.Status, "problem", a.Problem, "attempts", d.Attempts, "given_up", d.Next.IsZero())
	if err := s.write(ctx, j); err != nil {
		return err
	}
	switch {
	case queued:
		return s.postpone(ctx, First(j.scope, j.outbox.Key, j.endpoint.ID, d.Next), wait)
	case a.Status == gone:
		return s.gone(ctx, j)
	case d.Next.IsZero():
		return s.strike(ctx, j)
	}
	return nil
}

// end stops a delivery whose endpoint is gone or switched off. The log of a
// gone one goes too.
func (s *Service) end(ctx context.Context, j job, exists bool) error {
	if j.delivery.Version == 0 || exists && j.delivery.Next.IsZero() {
		return nil
	}
	if !exists {
		return s.commit(ctx, j, record.Commit{Delete: []any{j.delivery}})
	}
	j.delivery.Next, j.delivery.Due, j.delivery.Problem = time.Time{}, time.Time{}, "the webhook is disabled"
	return s.write(ctx, j)
}

func (s *Service) write(ctx context.Context, j job) error {
	return s.commit(ctx, j, record.Commit{Put: []any{j.delivery}})
}

// commit writes; a duplicate of the message that was faster is no error.
func (s *Service) commit(ctx context.Context, j job, c record.Commit) error {
	c.Scope, c.Actor, c.Cause, c.At = j.scope, record.System, "webhook delivery", j.outbox.At
	if err := s.Store.Commit(ctx, c); !errors.Is(err, record.ErrStale) {
		return err
	}
	return nil
}
