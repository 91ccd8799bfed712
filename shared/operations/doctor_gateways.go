package operations

import (
	"context"
	"errors"
	"time"

	"perennial/shared/billing"
	"perennial/shared/merchant"
	"perennial/shared/record"
)

// settledAt remembers when an account last settled a payment.
func (e *examination) settledAt(p billing.Payment) {
	if p.Status != billing.PaymentSucceeded || p.Intent == "" {
		return
	}
	if e.newest == nil {
		e.newest = map[string]time.Time{}
	}
	if at := p.CreatedAt.Time(); at.After(e.newest[p.Method.Account]) {
		e.newest[p.Method.Account] = at
	}
}

// unread reports connected accounts whose archive could not be read for two
// days: what a webhook did not bring is not learnt there. Archives are read in
// wall time, whatever a test clock says.
func (e *examination) unread(ctx context.Context) error {
	state, err := record.Get[merchant.State](ctx, e.store, e.scope, e.scope.String())
	if errors.Is(err, record.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	for _, g := range state.Gateways {
		if g.Status == merchant.GatewayForgotten {
			continue
		}
		c, err := record.Get[merchant.Connection](ctx, e.store, e.scope, g.Account)
		if err != nil && !errors.Is(err, record.ErrNotFound) {
			return err
		}
		if c.Silent(e.wall) {
			e.report(g.Reference, "what a gateway told is read", "events last read "+orNever(c.Reading.ReadAt)+"; the key may be revoked or lack the permission to read events")
		}
	}
	return nil
}

// silence reports connected gateways that take payments and are not heard: a
// webhook endpoint that is missing, switched off or signed with another
// secret. Business time of a moved test clock says nothing about webhooks.
func (e *examination) silence(ctx context.Context) error {
	state, err := record.Get[merchant.State](ctx, e.store, e.scope, e.scope.String())
	if errors.Is(err, record.ErrNotFound) || err == nil && state.Clock != (merchant.Clock{}) {
		return nil
	}
	if err != nil {
		return err
	}
	for _, g := range state.Gateways {
		paid := e.newest[g.Account]
		if paid.IsZero() || g.Status == merchant.GatewayForgotten {
			continue
		}
		c, err := record.Get[merchant.Connection](ctx, e.store, e.scope, g.Account)
		if err != nil && !errors.Is(err, record.ErrNotFound) {
			return err
		}
		if c.Deaf(paid, e.wall) {
			e.report(g.Reference, "a gateway that takes payments is heard", "last webhook "+orNever(c.HeardAt)+", last payment "+paid.Format(time.RFC3339))
		}
	}
	return nil
}

func orNever(at time.Time) string {
	if at.IsZero() {
		return "never"
	}
	return at.Format(time.RFC3339)
}
