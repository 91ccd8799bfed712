package lifecycle

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"perennial/shared/billing"
	"perennial/shared/ids"
	"perennial/shared/merchant"
	"perennial/shared/record"
)

// BillNow issues the invoice of a manual subscription's next period before
// its time, because its customer wants to pay (R240). One that is open
// already is as good.
func (s *Service) BillNow(ctx context.Context, scope merchant.Scope, actor record.Actor, subscription string, customers ...string) error {
	for range 5 {
		w, err := s.open(ctx, record.DueItem{Scope: scope, Ref: record.RefOf[billing.Subscription](subscription)})
		switch {
		case err != nil:
			return err
		case len(customers) > 0 && !slices.Contains(customers, w.sub.Customer):
			return fmt.Errorf("subscription %s: %w", subscription, record.ErrNotFound)
		case w.sub.Manual.On && len(w.sub.Open) > 0:
			return nil
		}
		if err = s.bill(ctx, w, actor, "asked for by the customer"); !errors.Is(err, record.ErrStale) {
			return err
		}
	}
	return fmt.Errorf("bill %s: %w", subscription, record.ErrStale)
}

// bill issues the invoice of a manual subscription's next period; the mail
// with its link follows from the commit.
func (s *Service) bill(ctx context.Context, w work, actor record.Actor, cause string) error {
	zone, err := time.LoadLocation(w.sub.Zone)
	if err != nil {
		return err
	}
	if w.sub.TaxIDStatus, err = s.status(ctx, w.scope, w.sub.TaxID, w.sub.Billing.Country); err != nil {
		return err
	}
	terms := billing.Terms{
		Invoice: ids.New(ids.Invoice, s.Wall()), Customer: w.customer, Seller: w.state.Seller.Tax, Gateway: Payee(w.state, w.sub).Gateway,
	}
	change, err := w.sub.Bill(terms, billing.IssuerOf(w.state, zone), w.customer, w.now, zone)
	if err != nil && errors.Is(err, billing.ErrTaxPlace) && actor == record.System {
		return unpriced{err}
	}
	if err != nil {
		return err
	}
	return s.put(ctx, w, actor, cause, change)
}

// Withdrawn adds to a change the credit notes of invoices that were issued
// and are given up.
func Withdrawn(state merchant.State, sub billing.Subscription, c billing.Customer, change billing.Change, wall time.Time) (billing.Change, error) {
	zone, err := time.LoadLocation(sub.Zone)
	if err != nil {
		return change, err
	}
	notes := make([]string, len(change.Invoices))
	for i := range notes {
		notes[i] = ids.New(ids.Invoice, wall)
	}
	return change.Withdrawn(notes, billing.IssuerOf(state, zone), c, state.Clock.Now(wall))
}
