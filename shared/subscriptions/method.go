package subscriptions

import (
	"context"
	"fmt"
	"time"

	"perennial/shared/billing"
	"perennial/shared/charging"
	"perennial/shared/fault"
	"perennial/shared/ids"
	"perennial/shared/lifecycle"
	"perennial/shared/merchant"
	"perennial/shared/record"
	"perennial/shared/recovery"
	"perennial/shared/wallet"
)

// pageLife is how long the customer may use a hosted page.
const pageLife = 24 * time.Hour

// Page is a hosted page on which the customer gives another payment method,
// and the payment that is to be made there when dues are open.
type Page struct {
	Checkout record.Checkout
	Payment  billing.Payment // zero when nothing is due
}

// AskMethod makes a page on which the customer gives a new payment method
// (R131). With dues open the page is for paying them.
func (s *Service) AskMethod(ctx context.Context, scope merchant.Scope, actor record.Actor, subscription, returnURL string) (Page, error) {
	if err := wallet.Sells(ctx, s.Store, scope); err != nil {
		return Page{}, err
	}
	d, err := s.open(ctx, scope, subscription)
	if err != nil {
		return Page{}, err
	}
	switch {
	case d.sub.Status.Ended(), d.sub.Status == billing.StatusPending:
		return Page{}, billing.ErrInactive
	case d.sub.Lock.Set() && d.sub.Status == billing.StatusActive:
		return Page{}, billing.ErrLocked
	}
	wall := s.Wall()
	page := Page{Checkout: record.Checkout{
		ID: ids.New(ids.CheckoutSession, wall), Subscription: d.sub.ID, Customer: d.customer.ID, Method: true,
		Replaces: d.sub.Method.ID, ReturnURL: returnURL, CreatedAt: wall, ExpiresAt: wall.Add(pageLife),
	}}
	commit := record.Commit{Scope: scope, Actor: actor, Cause: "ask for a payment method", At: d.now}
	if d.sub.Manual.On && len(d.sub.Open) > 0 {
		page.Checkout.Dues = d.sub.Open[0] // no method is kept that could tell that it was used
	}
	if len(d.sub.Open) > 0 {
		if page.Payment, err = s.planned(ctx, scope, d, page.Checkout.ID, wall); err != nil {
			return Page{}, err
		}
		page.Checkout.Payment = page.Payment.ID
		commit.Put = append(commit.Put, page.Payment)
	}
	commit.Put = append(commit.Put, page.Checkout)
	if err := s.Store.Commit(ctx, commit); err != nil {
		return Page{}, fmt.Errorf("ask for a method of %s: %w", subscription, err)
	}
	return page, nil
}

// planned is the payment of the dues that the page is for.
func (s *Service) planned(ctx context.Context, scope merchant.Scope, d dossier, checkout string, wall time.Time) (billing.Payment, error) {
	open, _, err := charging.Arrears(ctx, s.Store, scope, d.sub)
	if err != nil {
		return billing.Payment{}, err
	}
	if d.sub.Attempts >= recovery.MaxAttempts {
		return billing.Payment{}, recovery.ErrTooMany
	}
	_, dues, err := lifecycle.Owed(d.state, d.sub, open, d.now)
	if err != nil {
		return billing.Payment{}, err
	}
	return d.sub.Planned(ids.New(ids.Payment, wall), checkout, dues, d.now), nil
}

// UseMethod switches to a saved payment method. With dues open they are
// charged with it at once; a decline is a result, not an error.
func (s *Service) UseMethod(ctx context.Context, scope merchant.Scope, actor record.Actor, subscription, method string) (recovery.Result, error) {
	if err := wallet.Charges(ctx, s.Store, scope); err != nil {
		return recovery.Result{}, err
	}
	return s.use(ctx, scope, actor, subscription, method)
}

// Faults of retrying.
var (
	ErrNothingDue = fault.New(fault.Conflict, "NOTHING_DUE", "Nothing is due on this subscription.")
	ErrNoCard     = fault.New(fault.Invalid, "NO_ELIGIBLE_PAYMENT_METHODS", "This subscription has no payment method.")
)

// Retry charges the dues of a subscription now, with its own method. It waits
// for nobody: a payment in flight, such as a challenge that the customer is
// looking at, refuses it.
func (s *Service) Retry(ctx context.Context, scope merchant.Scope, actor record.Actor, subscription string) (recovery.Result, error) {
	if err := wallet.Charges(ctx, s.Store, scope); err != nil {
		return recovery.Result{}, err
	}
	d, err := s.open(ctx, scope, subscription)
	switch {
	case err != nil:
		return recovery.Result{}, err
	case d.sub.Status.Ended():
		return recovery.Result{}, billing.ErrInactive
	case d.sub.Lock.Set():
		return recovery.Result{}, billing.ErrLocked
	case len(d.sub.Open) == 0:
		return recovery.Result{}, ErrNothingDue
	case d.sub.Method.ID == "":
		return recovery.Result{}, ErrNoCard
	}
	return s.use(ctx, scope, actor, subscription, d.sub.Method.ID)
}

func (s *Service) use(ctx context.Context, scope merchant.Scope, actor record.Actor, subscription, method string) (recovery.Result, error) {
	return s.Payer.ChangeMethod(ctx, recovery.Pay{
		Scope: scope, Subscription: subscription, Method: method, By: billing.ByMerchant, Actor: actor,
	})
}
