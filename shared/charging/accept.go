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
	if a.Lock().Set() || a.Unwanted() || p.Returning {
		return none, false, nil
	}
	open, dues, ok, err := s.stillDue(ctx, a, p)
	if err != nil || !ok || accountOf(p.Method) != account || out.Amount != p.Amount {
		return none, false, err
	}
	whole, err := s.whole(ctx, account, out)
	if err != nil || !whole {
		return none, false, err
	}
	wall := s.Wall()
	again := billing.Attempt{
		Payment: p.ID, Seen: p.Version, Method: p.Method, By: p.By, Keep: p.UpdatesMethod || a.Purchase == nil && a.Subscription.Method.IsZero(),
		Checkout: p.Checkout, At: a.state.Clock.Now(wall), Wall: wall,
	}
	open.Payment = &p
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

// stillDue is what a payment was made for, when its owner owes exactly that,
// no more and no less, and the case that it is to be begun on.
func (s *Service) stillDue(ctx context.Context, a *attempt, p billing.Payment) (billing.Case, billing.Dues, bool, error) {
	owes := a.Subscription.Open
	if a.Purchase != nil {
		owes = a.Purchase.Owes(a.state.Clock.Now(s.Wall()))
	}
	failed := p.Status == billing.PaymentFailed || p.Status == billing.PaymentCancelled
	if !failed || p.Intent == "" || !p.Refunded.Nothing() || len(owes) == 0 || !slices.Equal(owes, p.Invoices) {
		return a.Case, billing.Dues{}, false, nil
	}
	refs := make([]record.Ref, len(owes))
	for i, id := range owes {
		refs[i] = record.RefOf[billing.Invoice](id)
	}
	found, err := s.Store.Load(ctx, a.scope, refs...)
	if err != nil {
		return a.Case, billing.Dues{}, false, fmt.Errorf("dues of %s: %w", a.Owner(), err)
	}
	var open []billing.Invoice
	for _, obj := range found {
		if v, ok := obj.(billing.Invoice); ok {
			open = append(open, v)
		}
	}
	owing, dues, err := s.owed(a, open)
	return owing, dues, err == nil && dues.Total == p.Amount, err
}

// owed is what open invoices ask for at this moment, and the case with its
// owner as it owes that.
func (s *Service) owed(a *attempt, open []billing.Invoice) (billing.Case, billing.Dues, error) {
	owing, now := a.Case, a.state.Clock.Now(s.Wall())
	if a.Purchase != nil {
		if len(open) != 1 {
			return owing, billing.Dues{}, nil
		}
		v, err := a.Purchase.Asks(open[0], a.state.Seller.Tax, now)
		return owing, a.Purchase.Dues(v), err
	}
	zone, err := zone(a.Subscription.Zone)
	if err != nil {
		return owing, billing.Dues{}, err
	}
	keep := time.Duration(a.state.Recovery.KeepDays) * 24 * time.Hour
	var dues billing.Dues
	owing.Subscription, dues, err = a.Subscription.Owes(open, a.state.Seller.Tax, now, keep, zone)
	return owing, dues, err
}
