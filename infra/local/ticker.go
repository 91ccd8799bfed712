package local

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"perennial/infra/local/identity"
	"perennial/infra/topology"
)

// Tick invokes the ticker's function once, as the schedule would, and waits
// for it.
func (s *Stack) Tick(ctx context.Context) error {
	payload, err := tickEvent(time.Now())
	if err != nil {
		return err
	}
	_, failure, err := s.Invoke(ctx, topology.Ticker, payload)
	if err != nil {
		return err
	}
	if failure != nil {
		return fmt.Errorf("tick: %w", failure)
	}
	return nil
}

// ticks invokes the ticker's function at an interval until ctx ends; a tick
// that takes longer swallows the next.
func (s *Stack) ticks(ctx context.Context, every time.Duration) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if err := s.Tick(context.WithoutCancel(ctx)); err != nil && ctx.Err() == nil {
			s.logf("%v", err)
		}
	}
}

// tickEvent is what EventBridge sends for a schedule.
func tickEvent(now time.Time) ([]byte, error) {
	return json.Marshal(map[string]any{
		"version": "0", "id": identity.UUID(), "detail-type": "Scheduled Event", "source": "aws.events",
		"account": identity.Account, "region": identity.Region, "time": now.UTC().Format(time.RFC3339),
		"resources": []string{identity.ARN("events", "rule/tick")}, "detail": map[string]any{},
	})
}
