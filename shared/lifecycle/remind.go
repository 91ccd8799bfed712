package lifecycle

import (
	"context"
	"errors"
	"fmt"
	"time"

	"perennial/shared/billing"
	"perennial/shared/charging"
	"perennial/shared/record"
)

// remind notes that the customer is told of the charge to come; the mail
// follows from the commit. It moves no money, and nothing waits for it.
func (s *Service) remind(ctx context.Context, w work) error {
	before, err := s.cheaper(ctx, w)
	if errors.Is(err, billing.ErrTaxPlace) {
		before, err = nil, nil // the renewal itself tells the merchant
	}
	if err != nil {
		return err
	}
	attach := []any{w.customer}
	if before != nil {
		attach = append(attach, *before)
	}
	change := w.sub.Remind(w.state.Settings.Reminders, before != nil, w.now)
	return s.Store.Commit(ctx, record.Commit{
		Scope: w.scope, Actor: record.System, Cause: string(billing.StepRemind), At: w.now,
		Put: charging.Objects(change), Attach: attach, Events: change.Events,
	})
}

// cheaper is the payment of the running period when the next one costs more,
// other than by a change of plan, which is the customer's own doing.
func (s *Service) cheaper(ctx context.Context, w work) (*billing.Payment, error) {
	if len(w.sub.Receipts) != 1 || w.sub.Scheduled != nil {
		return nil, nil //nolint:nilnil // nothing rises
	}
	zone, err := time.LoadLocation(w.sub.Zone)
	if err != nil {
		return nil, err
	}
	next, err := w.sub.Upcoming(billing.Terms{Customer: w.customer, Seller: w.state.Seller.Tax}, 1, zone)
	if err != nil || len(next) == 0 {
		return nil, err
	}
	paid, err := record.Get[billing.Payment](ctx, s.Store, w.scope, w.sub.Receipts[0])
	if err != nil {
		return nil, fmt.Errorf("what the running period of %s cost: %w", w.sub.ID, err)
	}
	whole := paid.Cause == billing.CauseFirst || paid.Cause == billing.CauseRenewal
	if !whole || paid.Amount.Currency != next[0].Total.Currency || next[0].Own().Minor <= paid.Amount.Minor+paid.Credit.Minor {
		return nil, nil //nolint:nilnil // nothing rises
	}
	return &paid, nil
}
