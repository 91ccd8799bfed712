package operations

import (
	"context"
	"errors"
	"fmt"
	"time"

	"perennial/shared/billing"
	"perennial/shared/gateways"
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

// Checker asks a gateway what is not right with a connected account.
type Checker interface {
	Check(ctx context.Context, scope merchant.Scope, reference string) (gateways.Checked, error)
}

// AskGateways has every connected account of a scope looked at, at its
// gateway. That an account is not heard is left to Examine, which sees all
// payments.
func (s *Service) AskGateways(ctx context.Context, scope merchant.Scope, checker Checker) ([]Finding, error) {
	state, err := s.Store.State(ctx, scope)
	if err != nil {
		return nil, fmt.Errorf("state of %s: %w", scope, err)
	}
	var all []Finding
	for _, g := range state.Gateways {
		if g.Status == merchant.GatewayForgotten {
			continue
		}
		checked, err := checker.Check(ctx, scope, g.Reference)
		if err != nil {
			return nil, fmt.Errorf("check %s: %w", g.Account, err)
		}
		for _, f := range checked.Findings {
			if f.Code != gateways.CodeNotHeard {
				all = append(all, Finding{scope, g.Reference, f.Message, f.Remedy})
			}
		}
	}
	return all, nil
}
