package lifecycle

import (
	"context"
	"fmt"
	"log/slog"

	"perennial/shared/billing"
	"perennial/shared/charging"
	"perennial/shared/merchant"
	"perennial/shared/record"
)

// purchase does what is due for a one-time purchase: it finishes a payment
// that a crash left, or ends a purchase that nobody paid.
func (s *Service) purchase(ctx context.Context, item record.DueItem) error {
	state, err := s.Store.State(ctx, item.Scope)
	if err != nil {
		return fmt.Errorf("state of %s: %w", item.Scope, err)
	}
	p, err := record.Get[billing.Purchase](ctx, s.Store, item.Scope, item.Ref.ID)
	if err != nil {
		return fmt.Errorf("purchase %s: %w", item.Ref.ID, err)
	}
	step := p.Next(state.Clock.Now(s.Wall()))
	switch step {
	case billing.StepRecover:
		_, err = s.Charger.Finish(ctx, charging.Recover{
			Scope: item.Scope, Owner: p.ID, Actor: record.System, Cause: "recover attempt",
		})
	case billing.StepFail:
		err = s.expire(ctx, item.Scope, state, p)
	default:
		return nil
	}
	if err != nil {
		return fmt.Errorf("%s %s: %w", step, p.ID, err)
	}
	slog.InfoContext(ctx, "did due work", "scope", item.Scope.String(), "purchase", p.ID, "step", string(step))
	return nil
}

// expire ends a purchase whose payment never came.
func (s *Service) expire(ctx context.Context, scope merchant.Scope, state merchant.State, p billing.Purchase) error {
	found, err := s.Store.Load(ctx, scope, record.RefOf[billing.Customer](p.Customer),
		record.RefOf[billing.Invoice](p.Invoice), record.RefOf[billing.Payment](p.FirstPayment))
	if err != nil {
		return err
	}
	customer, known := found[0].(billing.Customer)
	invoice, billed := found[1].(billing.Invoice)
	if !known || !billed {
		return fmt.Errorf("customer or invoice of %s: %w", p.ID, record.ErrNotFound)
	}
	var promised *billing.Payment
	if payment, ok := found[2].(billing.Payment); ok {
		promised = &payment
	}
	now := state.Clock.Now(s.Wall())
	change, err := p.Expire(invoice, promised, now)
	if err != nil {
		return err
	}
	counts, err := charging.Counted(ctx, s.Store, scope, p.Discounts, p.Customer)
	if err != nil {
		return err
	}
	change = change.GiveBack(counts)
	return s.Store.Commit(ctx, record.Commit{
		Scope: scope, Actor: record.System, Cause: "expire purchase", At: now,
		Put: charging.Objects(change), Attach: []any{customer}, Events: change.Events,
	})
}
