package local

import (
	"context"
	"time"

	"perennial/infra/local/lambda"
	"perennial/infra/topology"
)

// Invoke runs a function once, whatever its usual trigger; see
// lambda.Driver.Invoke.
func (s *Stack) Invoke(ctx context.Context, function string, payload []byte) ([]byte, *lambda.FunctionError, error) {
	s.begun.Add(1)
	s.underWay.Add(1)
	defer func() {
		s.underWay.Add(-1)
		s.wakePump()
	}()
	return s.driver.Invoke(ctx, function, payload)
}

// wakePump tells the pump to look for records now.
func (s *Stack) wakePump() {
	select {
	case s.wake <- struct{}{}:
	default: // told already
	}
}

// Settle waits until nothing is going on: no invocation under way, no queue
// with a message that is due, and the stream delivered to its end. Delayed
// messages, dead letters and waiting flows do not count.
func (s *Stack) Settle(ctx context.Context) error {
	for {
		before := s.begun.Load()
		s.wakePump()
		if err := s.pump.Sync(ctx); err != nil {
			return err
		}
		if s.underWay.Load() == 0 && s.queuesIdle() && s.begun.Load() == before {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(5 * time.Millisecond):
		}
	}
}

func (s *Stack) queuesIdle() bool {
	for _, q := range topology.Queues {
		if d := s.queues.Depth(q.Name); d.Visible+d.InFlight > 0 {
			return false
		}
	}
	return true
}
