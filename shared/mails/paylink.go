package mails

import (
	"context"
	"fmt"
	"time"

	"perennial/shared/billing"
	"perennial/shared/identity"
	"perennial/shared/ids"
	"perennial/shared/record"
)

// How long the pages of mails are there in wall time; that of a recovery link
// ends with its hold.
const (
	payLinkLife = 365 * 24 * time.Hour
	buyLinkLife = 90 * 24 * time.Hour
)

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
	return s.hosted(ctx, d, page)
}

// buyLink makes the page on which a customer who has cancelled buys the same
// again, with the code that the mail gives. The customer's details are filled
// in and shown to nobody: whoever has the address learns nothing.
func (s *Service) buyLink(ctx context.Context, d dossier, code string) (string, error) {
	wall := s.Wall()
	at := d.sub.Billing
	cart := &billing.Cart{
		Items:    []billing.CartItem{{Product: d.sub.Product, Quantity: d.sub.Quantity}},
		Customer: d.customer.ID, Billing: at, TaxID: d.sub.TaxID, BusinessName: d.sub.BusinessName,
	}
	if code != "" {
		cart.Codes = []string{code}
	}
	return s.hosted(ctx, d, record.Checkout{
		ID: ids.New(ids.CheckoutSession, wall), Cart: cart,
		Page: record.CheckoutPage{Veiled: true, NoCodes: true, Minimal: at.Street == "" || at.City == ""}, CreatedAt: wall, ExpiresAt: wall.Add(buyLinkLife),
		ReturnURL: d.state.Face(d.brand).Home,
	})
}

func (s *Service) hosted(ctx context.Context, d dossier, page record.Checkout) (string, error) {
	scope := d.outbox.Scope
	err := s.Store.Commit(ctx, record.Commit{Scope: scope, Actor: record.System, Cause: "link of a mail", Put: []any{page}})
	if err != nil {
		return "", fmt.Errorf("link of a mail about %s: %w", d.sub.ID, err)
	}
	return identity.CheckoutURL(s.Checkout, scope, page.ID), nil
}
