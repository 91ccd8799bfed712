// Package sweep finds the work that is due and queues it, a little at a time:
// a queue is only topped up to a few minutes of work, so that what happens
// next is decided late and a stop is felt soon. It performs nothing; whoever
// takes a message reads the object again, so a message too many does no harm.
//
// No merchant waits for another's heap of work: merchants take turns, work that
// was sent and is still due goes behind work that was not, and merchants whose
// charging is stopped are left out until it is released.
package sweep

import (
	"context"
	"errors"
	"fmt"
	"time"

	"perennial/shared/calendar"
	"perennial/shared/clock"
	"perennial/shared/merchant"
	"perennial/shared/record"
)

// Agenda finds due work.
type Agenda interface {
	record.Waiting
	// State gives a scope's brake, not more than half a minute old.
	State(ctx context.Context, scope merchant.Scope) (merchant.State, error)
	// TestScopes lists the state of every test scope.
	TestScopes(ctx context.Context) ([]merchant.State, error)
}

// Queue takes work.
type Queue interface {
	// Depth is about how many messages it holds, those in work included.
	Depth(ctx context.Context) (int, error)
	SendBatch(ctx context.Context, bodies []string) error
}

// Lane is a queue and how many messages it should hold: a few minutes of
// work at the speed at which it is drained.
type Lane struct {
	Name  string // for reports
	Queue Queue
	Hold  int
}

// Service sweeps. It runs one sweep at a time.
type Service struct {
	Agenda     Agenda
	Live       Lane // business time of live scopes
	Test       Lane // business time of test scopes
	Deliveries Lane // webhooks that are sent again
	Mail       Lane // mails that are sent again
	Wall       clock.Wall

	sent sent
}

// Report is what one sweep found and did.
type Report struct {
	Queued map[string]int // messages by lane
	Oldest time.Duration  // how long the oldest item of live scopes and wall time has waited, braked ones aside
	Braked int            // items of live scopes that were left where they are because charging is stopped
	Cut    bool           // time ran out before everything was read
}

// lane is a lane during one sweep.
type lane struct {
	Lane
	have  int // messages in the queue before
	items []record.DueItem
}

// Run sweeps once. Reading takes at most half of the time that ctx leaves, so
// that what was found can be sent. One part that fails does not stop the
// others; every failure is in the error.
func (s *Service) Run(ctx context.Context) (Report, error) {
	wall := s.Wall()
	lanes, failed := s.open(ctx)
	reading, stop := half(ctx, wall)
	defer stop()
	due, err := s.read(reading, wall)
	failed = errors.Join(failed, err)
	report := Report{Queued: map[string]int{}, Oldest: due.oldest(wall), Braked: due.braked, Cut: due.cut}
	due.sort(lanes)
	if s.sent == nil {
		s.sent = sent{}
	}
	s.sent.forget(wall)
	for _, l := range lanes.all() {
		n, err := l.topUp(ctx, s.sent, wall)
		report.Queued[l.Name] = n
		failed = errors.Join(failed, err)
	}
	return report, failed
}

// half is ctx with half of its time left; without a deadline there is none.
func half(ctx context.Context, wall time.Time) (context.Context, context.CancelFunc) {
	end, ok := ctx.Deadline()
	if !ok {
		return context.WithCancel(ctx)
	}
	return context.WithTimeout(ctx, end.Sub(wall)/2)
}

// lanes of one sweep, by what they carry.
type lanes struct{ live, test, deliveries, mail *lane }

func (l lanes) all() []*lane { return []*lane{l.live, l.test, l.deliveries, l.mail} }

// open reads the depth of every queue. A lane whose depth is unknown takes
// nothing in this sweep.
func (s *Service) open(ctx context.Context) (lanes, error) {
	var failed error
	depth := func(l Lane) *lane {
		have, err := l.Queue.Depth(ctx)
		if err != nil {
			failed = errors.Join(failed, fmt.Errorf("queue %s: %w", l.Name, err))
			have = l.Hold
		}
		return &lane{Lane: l, have: have}
	}
	all := lanes{depth(s.Live), depth(s.Test), depth(s.Deliveries), depth(s.Mail)}
	return all, failed
}

// oldest is how long the longest-waiting item of live scopes and wall time
// has waited.
func (f found) oldest(wall time.Time) time.Duration {
	now := calendar.At(wall)
	first := now
	for _, d := range f.wall {
		first = min(first, d.Due)
	}
	return now.Sub(first)
}
