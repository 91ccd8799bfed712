package charging

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"perennial/shared/billing"
	"perennial/shared/gateway"
	"perennial/shared/record"
)

// accept lets a late capture pay what it was made for, when exactly that is
// still due: the attempt is taken up again under the lock, as if its outcome
// had never been told, and settled. Otherwise nothing is written.
func (s *Service) accept(ctx context.Context, a *attempt, account gateway.Account, p billing.Payment, out gateway.Outcome) (Result, bool, error) {
	none := Result{}
	if a.Purchase != nil || a.Lock().Set() || a.Unwanted() || p.Returning {
		return none, false, nil
	}
	owing, dues, ok, err := s.stillDue(ctx, a, p)
	if err != nil || !ok || accountOf(p.Method) != account || out.Amount != p.Amount {
		return none, false, err
	}
	whole, err := s.whole(ctx, account, out)
	if err != nil || !whole {
		return none, false, err
	}
	wall := s.Wall()
	again := billing.Attempt{
		Payment: p.ID, Seen: p.Version, Method: p.Method, By: p.By, Keep: p.UpdatesMethod || a.Subscription.Method.IsZero(),
		Checkout: p.Checkout, At: a.state.Clock.Now(wall), Wall: wall,
	}
	open := a.Case
	open.Subscription, open.Payment = owing, &p
	locked, err := open.Begin(again, dues)
	if err != nil {
		return none, false, nil //nolint:nilerr // it is not to be paid any more: given back
	}
	a.Case = locked.Prepared(p.Intent)
	if err := s.lock(ctx, a, nil, nil); err != nil {
		return none, false, fmt.Errorf("take up late capture %s: %w", p.ID, err)
	}
	slog.WarnContext(ctx, "a late capture pays what is due", "scope", a.scope.String(), "payment", p.ID)
	r, err := s.settle(ctx, a, out)
	if errors.Is(err, record.ErrClaimed) {
		err = nil // this very event was acted on before
	}
	return r, true, err
}

// whole reports that nothing of a capture went back or is about to.
func (s *Service) whole(ctx context.Context, account gateway.Account, out gateway.Outcome) (bool, error) {
	made, err := s.Gateway.Refunds(ctx, account, out.Intent)
	if err != nil {
		return false, fmt.Errorf("refunds of a late capture: %w", err)
	}
	return !slices.ContainsFunc(made, func(r gateway.Refund) bool { return r.State != gateway.RefundFailed }), nil
}

// stillDue is what a payment was made for, when its subscription owes exactly
// that, no more and no less, and the subscription that it is to be begun on.
func (s *Service) stillDue(ctx context.Context, a *attempt, p billing.Payment) (billing.Subscription, billing.Dues, bool, error) {
	sub := a.Subscription
	failed := p.Status == billing.PaymentFailed || p.Status == billing.PaymentCancelled
	if !failed || p.Intent == "" || !p.Refunded.Nothing() || len(sub.Open) == 0 || !slices.Equal(sub.Open, p.Invoices) {
		return sub, billing.Dues{}, false, nil
	}
	refs := make([]record.Ref, len(sub.Open))
	for i, id := range sub.Open {
		refs[i] = record.RefOf[billing.Invoice](id)
	}
	found, err := s.Store.Load(ctx, a.scope, refs...)
	if err != nil {
		return sub, billing.Dues{}, false, fmt.Errorf("dues of %s: %w", sub.ID, err)
	}
	var open []billing.Invoice
	for _, obj := range found {
		if v, ok := obj.(billing.Invoice); ok {
			open = append(open, v)
		}
	}
	zone, err := zone(sub.Zone)
	if err != nil {
		return sub, billing.Dues{}, false, err
	}
	keep := time.Duration(a.state.Recovery.KeepDays) * 24 * time.Hour
	sub, dues, err := sub.Owes(open, a.state.Seller.Tax, a.state.Clock.Now(s.Wall()), keep, zone)
	return sub, dues, err == nil && dues.Total == p.Amount, err
}
