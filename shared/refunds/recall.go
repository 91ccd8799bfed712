package refunds

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"perennial/shared/billing"
	"perennial/shared/charging"
	"perennial/shared/gateway"
	"perennial/shared/merchant"
	"perennial/shared/record"
)

// named finds the refund that a gateway knows by a key: its id, or that of a
// late capture which was given back.
func (s *Service) named(ctx context.Context, scope merchant.Scope, key string) (string, error) {
	payment, late := strings.CutPrefix(key, charging.LateKey)
	if !late {
		return key, nil
	}
	p, err := record.Get[billing.Payment](ctx, s.Store, scope, payment)
	if err != nil {
		return "", err
	}
	given, err := record.Several[billing.Refund](ctx, s.Store, scope, p.Refunds...)
	if err != nil {
		return "", err
	}
	at := slices.IndexFunc(given, func(r billing.Refund) bool { return r.Cause == billing.ReasonLateCapture })
	if at < 0 {
		return "", record.ErrNotFound
	}
	return given[at].ID, nil
}

// recall looks whether the money of a refund that had succeeded came back, and
// undoes it once. Gateways say so up to a month later.
func (s *Service) recall(ctx context.Context, f file, key string) error {
	account := gateway.Account{Gateway: f.refund.Gateway, ID: f.refund.Account}
	known, err := s.Gateway.Refunds(ctx, account, gateway.Intent(f.refund.Intent))
	if err != nil {
		return fmt.Errorf("refund %s: %w", f.refund.ID, err)
	}
	problem, back := cameBack(known, key)
	for range tries {
		if !back || f.refund.Status != billing.RefundSucceeded {
			return nil
		}
		if err = s.undo(ctx, f, problem); !errors.Is(err, record.ErrStale) {
			break
		}
		if err = s.reload(ctx, &f); err != nil {
			break
		}
	}
	if err != nil {
		return fmt.Errorf("undo refund %s: %w", f.refund.ID, err)
	}
	return nil
}

// cameBack reports that all that was made under a key has failed.
func cameBack(known []gateway.Refund, key string) (problem string, back bool) {
	for _, out := range known {
		switch {
		case out.Key != key:
		case out.State != gateway.RefundFailed:
			return "", false
		default:
			problem, back = out.Problem, true
		}
	}
	return problem, back
}

// undo commits that the money is here again, with the documents that say so.
func (s *Service) undo(ctx context.Context, f file, problem string) error {
	ch, err := f.refund.Bounce(f.payment, problem, f.now(s.Wall()), s.Wall())
	if err != nil {
		return err
	}
	if ch, err = s.unnoted(ctx, f, ch); err != nil {
		return err
	}
	if ch, err = s.restored(ctx, f, ch); err != nil {
		return err
	}
	slog.ErrorContext(ctx, "the money of a refund came back", "scope", f.scope.String(), "refund", f.refund.ID, "problem", problem)
	return s.Store.Commit(ctx, s.commit(f, objects(ch), ch.Events))
}

// unnoted cancels the refund's credit notes; those of an erased customer stay.
func (s *Service) unnoted(ctx context.Context, f file, ch billing.RefundChange) (billing.RefundChange, error) {
	if len(ch.Refund.Notes) == 0 || f.customer.ID == "" {
		return ch, nil
	}
	notes, err := record.Several[billing.Invoice](ctx, s.Store, f.scope, ch.Refund.Notes...)
	if err != nil {
		return ch, err
	}
	invoices, customer, err := s.particulars(ctx, f.scope, f.payment)
	if err != nil {
		return ch, err
	}
	zone, err := time.LoadLocation(f.state.Business.Zone)
	if err != nil {
		return ch, err
	}
	return ch.Unnoted(invoices, notes, s.names(len(notes)), billing.IssuerOf(f.state, zone), customer)
}

// restored gives the subscription what is its customer's now.
func (s *Service) restored(ctx context.Context, f file, ch billing.RefundChange) (billing.RefundChange, error) {
	r := ch.Refund
	if r.Subscription == "" || len(r.Reclaimed) == 0 && r.Cause != billing.ReasonTaxCorrection {
		return ch, nil
	}
	sub, err := record.Get[billing.Subscription](ctx, s.Store, f.scope, r.Subscription)
	if err != nil {
		return ch, fmt.Errorf("subscription %s: %w", r.Subscription, err)
	}
	if ch = ch.Restored(sub); ch.Subscription != nil {
		sub = *ch.Subscription
	}
	return ch.Owed(sub), nil
}
