package mails

import (
	"context"
	"fmt"
	"time"

	"perennial/shared/identity"
	"perennial/shared/ids"
	"perennial/shared/record"
)

// payLinkLife bounds a recovery link in wall time; its hold ends before.
const payLinkLife = 365 * 24 * time.Hour

// payLink makes the page on which the dues of a hold are paid without signing
// in (rules 20). It can be opened any number of times and by whoever has it,
// shows amount, plan and card, can only pay or replace the method, and dies
// with the hold, or with the one invoice that it names instead. A mail that is
// sent again has a page of its own.
func (s *Service) payLink(ctx context.Context, d dossier, portal, invoice string) (string, error) {
	if s.Checkout == "" {
		return portal, nil
	}
	wall := s.Wall()
	page := record.Checkout{
		ID: ids.New(ids.CheckoutSession, wall), Subscription: d.sub.ID, Customer: d.customer.ID, Method: true,
		Replaces: d.sub.Method.ID, Hold: d.sub.HoldEpoch, CreatedAt: wall, ExpiresAt: wall.Add(payLinkLife),
		ReturnURL: d.state.Face(d.brand).Home,
	}
	if invoice != "" {
		page.Hold, page.Dues = 0, invoice
	}
	scope := d.outbox.Scope
	err := s.Store.Commit(ctx, record.Commit{Scope: scope, Actor: record.System, Cause: "recovery link", Put: []any{page}})
	if err != nil {
		return "", fmt.Errorf("recovery link of %s: %w", d.sub.ID, err)
	}
	return identity.CheckoutURL(s.Checkout, scope, page.ID), nil
}
