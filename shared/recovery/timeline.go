package recovery

import (
	"context"
	"fmt"
	"time"

	"perennial/shared/billing"
	"perennial/shared/charging"
	"perennial/shared/dunning"
	"perennial/shared/lifecycle"
	"perennial/shared/merchant"
	"perennial/shared/record"
	"perennial/shared/settings"
)

// Timeline tells how a failing subscription came to where it is, and what
// will happen if nobody pays: to merchants and to the customer alike. With
// customers given, somebody else's subscription does not exist.
func (s *Service) Timeline(ctx context.Context, scope merchant.Scope, subscription string, customers []string) (dunning.Timeline, error) {
	d, err := s.open(ctx, scope, subscription, customers)
	if err != nil {
		return dunning.Timeline{}, err
	}
	sequences, err := settings.Sequences(ctx, s.Store, scope)
	if err != nil {
		return dunning.Timeline{}, err
	}
	if d.sub.Failure.At.IsZero() {
		return dunning.Foretell(dunning.Outlook{Sub: d.sub, Mails: sequences, At: d.now}), nil
	}
	owned, err := s.Store.Owned(ctx, scope, d.sub.Customer, record.KindPayment)
	if err != nil {
		return dunning.Timeline{}, fmt.Errorf("payments of %s: %w", subscription, err)
	}
	o := dunning.Outlook{Mails: sequences, Policy: d.state.Recovery, Sub: d.sub, At: d.now, Zone: charging.CustomersZone(d.sub, time.UTC)}
	for _, obj := range owned {
		if p, ok := obj.(billing.Payment); ok {
			o.Payments = append(o.Payments, p)
		}
	}
	_, dues, err := lifecycle.Owed(d.state, d.sub, d.open, d.now)
	if err != nil {
		return dunning.Timeline{}, err
	}
	method, _ := d.sub.RetryMethod()
	if id := billing.TallyID(method, dues.Total); id != "" {
		found, err := s.Store.Load(ctx, scope, record.RefOf[billing.Tally](id))
		if err != nil {
			return dunning.Timeline{}, fmt.Errorf("tally of %s: %w", subscription, err)
		}
		o.Tally, _ = found[0].(billing.Tally)
	}
	return dunning.Foretell(o), nil
}
