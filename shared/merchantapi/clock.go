package merchantapi

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"perennial/shared/calendar"
	"perennial/shared/fault"
	"perennial/shared/httpapi"
	"perennial/shared/lifecycle"
	"perennial/shared/merchant"
)

const aboutClock = "A test mode has its own business time. Advancing it does everything that falls due on the way, " +
	"in order: renewals, retries, mails, webhooks. It runs in the background; ask for the clock until its status is no longer `advancing`. " +
	"A frozen clock moves by advances alone."

// furthest is how far from the wall a clock may be set.
const furthest = 50 * 366 * 24 * time.Hour

// TestClock is the business time of a test mode.
type TestClock struct {
	Time    string  `json:"time"`
	Status  string  `json:"status" enum:"ready,frozen,advancing" doc:"ready: it runs; frozen: it stands until it is advanced or let go."`
	Message *string `json:"message" doc:"Why the last advance left something undone."`
}

// ToAPIClock converts a scope's clock at a wall time.
func ToAPIClock(c merchant.Clock, wall time.Time) TestClock {
	out := TestClock{Time: c.Now(wall).String(), Status: "ready"}
	switch {
	case c.Advancing():
		out.Status = "advancing"
	case c.Held:
		out.Status = "frozen"
	}
	if c.Message != "" {
		out.Message = &c.Message
	}
	return out
}

func (s *server) getClock(ctx context.Context, c httpapi.Caller, _ httpapi.None) (TestClock, error) {
	if merchant.Mode(c.Mode) != merchant.Test {
		return TestClock{}, lifecycle.ErrLiveClock
	}
	state, err := s.Advancer.Life.Store.State(ctx, scopeOf(c))
	return ToAPIClock(state.Clock, s.Wall()), err
}

func (s *server) freezeClock(ctx context.Context, c httpapi.Caller, _ httpapi.None) (TestClock, error) {
	state, err := s.Advancer.Freeze(ctx, scopeOf(c), actorOf(c), true)
	return ToAPIClock(state.Clock, s.Wall()), err
}

func (s *server) unfreezeClock(ctx context.Context, c httpapi.Caller, _ httpapi.None) (TestClock, error) {
	state, err := s.Advancer.Freeze(ctx, scopeOf(c), actorOf(c), false)
	return ToAPIClock(state.Clock, s.Wall()), err
}

type advanceClock struct {
	Body struct {
		To httpapi.Time `json:"to"`
	}
}

// clockWork is what the collector reads.
type clockWork struct {
	V     int    `json:"v"`
	Clock string `json:"clock"`
}

func (s *server) advanceClock(ctx context.Context, c httpapi.Caller, in advanceClock) (TestClock, error) {
	scope, to := scopeOf(c), calendar.At(in.Body.To.Time())
	if scope.Mode != merchant.Test {
		return TestClock{}, lifecycle.ErrLiveClock
	}
	var check fault.Check
	check.That(in.Body.To.Time().Before(s.Wall().Add(furthest)), "to", "must be within fifty years from now")
	if err := invalid(&check); err != nil {
		return TestClock{}, err
	}
	state, err := s.Advancer.Begin(ctx, scope, actorOf(c), to)
	repeated := errors.Is(err, lifecycle.ErrAdvancing) && state.Clock.Target == to // its message may be lost
	if err != nil && !repeated {
		return TestClock{}, err
	}
	message, err := json.Marshal(clockWork{V: 1, Clock: scope.String()})
	if err != nil {
		return TestClock{}, err
	}
	return ToAPIClock(state.Clock, s.Wall()), s.ClockWork.Send(ctx, string(message))
}
