package hooks

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"perennial/shared/billing"
	"perennial/shared/calendar"
	"perennial/shared/merchant"
	"perennial/shared/record"
)

// tries is how often an endpoint is changed anew when somebody was faster.
const tries = 5

// strike counts a delivery that was given up; the endpoint may be switched
// off for it.
func (s *Service) strike(ctx context.Context, j job) error {
	return s.judge(ctx, j, func(e merchant.Endpoint) (merchant.Endpoint, bool) {
		return e.Strike(j.delivery.Created, s.Wall())
	})
}

// gone switches off an endpoint that said that it wants nothing any more.
func (s *Service) gone(ctx context.Context, j job) error {
	return s.judge(ctx, j, func(e merchant.Endpoint) (merchant.Endpoint, bool) {
		if e.Disabled {
			return e, false
		}
		e.Disabled, e.Why = true, merchant.DisabledGone
		return e, true
	})
}

func (s *Service) absolve(ctx context.Context, j job) error {
	return s.judge(ctx, j, func(e merchant.Endpoint) (merchant.Endpoint, bool) { return e.Absolve(), false })
}

// judge changes the endpoint's record. When it is switched off, the commit
// says so in an event, which the merchant is mailed about.
func (s *Service) judge(ctx context.Context, j job, change func(merchant.Endpoint) (merchant.Endpoint, bool)) error {
	var err error
	for range tries {
		var e merchant.Endpoint
		e, err = record.Get[merchant.Endpoint](ctx, s.Store, j.scope, j.endpoint.ID)
		if errors.Is(err, record.ErrNotFound) {
			return nil // deleted meanwhile
		}
		if err != nil {
			return err
		}
		now := s.Wall()
		changed, off := change(e)
		c := record.Commit{
			Scope: j.scope, Actor: record.System, Cause: "webhook health", At: calendar.At(now), Put: []any{changed},
		}
		if off {
			changed.UpdatedAt = now.Truncate(time.Microsecond)
			c.Put[0] = changed
			c.Events = []billing.Event{{Type: billing.EventWebhookOff, Object: e.ID, Reason: string(changed.Why)}}
			slog.WarnContext(ctx, "webhook switched off", "scope", j.scope.String(), "endpoint", e.ID, "why", string(changed.Why))
		}
		if err = s.Store.Commit(ctx, c); !errors.Is(err, record.ErrStale) {
			return err
		}
	}
	return fmt.Errorf("health of %s: %w", j.endpoint.ID, err)
}
