package subscriptions

import (
	"context"
	"errors"
	"fmt"

	"perennial/shared/billing"
	"perennial/shared/charging"
	"perennial/shared/merchant"
	"perennial/shared/record"
)

// Extend gives a subscription more time before its next billing date, never
// less (R222, R224). It is decided anew when something else happens meanwhile.
func (s *Service) Extend(ctx context.Context, scope merchant.Scope, actor record.Actor, subscription string, e billing.Extension) (Row, error) {
	var err error
	for range tries {
		var row Row
		if row, err = s.extend(ctx, scope, actor, subscription, e); !errors.Is(err, record.ErrStale) {
			return row, err
		}
	}
	return Row{}, fmt.Errorf("extend %s: %w", subscription, err)
}

func (s *Service) extend(ctx context.Context, scope merchant.Scope, actor record.Actor, subscription string, e billing.Extension) (Row, error) {
	d, err := s.open(ctx, scope, subscription)
	if err != nil {
		return Row{}, err
	}
	if err := s.Abilities.Move(d.sub.Method.Gateway, d.sub.Trialing()); err != nil {
		return Row{}, err
	}
	change, err := d.sub.Extend(e, d.now, d.zone)
	if err != nil {
		return Row{}, err
	}
	err = s.Store.Commit(ctx, record.Commit{
		Scope: scope, Actor: actor, Cause: "extend", At: d.now,
		Put: charging.Objects(change), Attach: []any{d.customer}, Events: change.Events,
	})
	if err != nil {
		return Row{}, fmt.Errorf("extend %s: %w", subscription, err)
	}
	return Row{Object: record.Next(change.Subscription), Customer: d.customer}, nil
}
