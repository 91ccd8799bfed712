package subscriptions

import (
	"context"
	"errors"
	"fmt"

	"perennial/shared/billing"
	"perennial/shared/charging"
	"perennial/shared/fault"
	"perennial/shared/lifecycle"
	"perennial/shared/merchant"
	"perennial/shared/record"
)

// Keep is a customer's wish to keep a subscription that is cancelled for its
// next billing date.
type Keep struct {
	Scope        merchant.Scope
	Actor        record.Actor
	Subscription string
	Offer        string // id of the offered discount that the customer was shown; empty for none
}

// Kept is what keeping a subscription comes to.
type Kept struct {
	Subscription billing.Subscription // as it would be
	Offer        billing.Applied      // what it takes on; zero for nothing
	Refused      *fault.Fault         // why it does not take on what was offered
}

// PreviewKeep tells what keeping a subscription comes to, and writes nothing.
// What was offered and cannot be had any more is named with its reason.
func (s *Service) PreviewKeep(ctx context.Context, scope merchant.Scope, subscription string) (Kept, error) {
	d, err := s.open(ctx, scope, subscription)
	if err != nil {
		return Kept{}, err
	}
	out := Kept{}
	taken, err := s.offered(ctx, d)
	var done billing.Change
	if err == nil {
		done, err = d.sub.Keep(applied(taken))
	}
	if out.Refused = lifecycle.Refusal(err); out.Refused != nil {
		done, err = d.sub.Revoke()
	} else if len(taken) > 0 {
		out.Offer = taken[0].Applied
	}
	out.Subscription = done.Subscription
	return out, err
}

// Keep takes the cancellation back. The discount that was mailed for staying
// is redeemed in the same commit, once, and reduces the renewals from the next
// one on. A customer who was shown it does not lose it silently: when it
// cannot be had any more, nothing is changed.
func (s *Service) Keep(ctx context.Context, k Keep) (Row, error) {
	var err error
	for range tries {
		var row Row
		if row, err = s.keep(ctx, k); !errors.Is(err, record.ErrStale) {
			return row, err
		}
	}
	return Row{}, fmt.Errorf("keep %s: %w", k.Subscription, err)
}

func (s *Service) keep(ctx context.Context, k Keep) (Row, error) {
	d, err := s.open(ctx, k.Scope, k.Subscription)
	if err != nil {
		return Row{}, err
	}
	var taken []lifecycle.Counted
	if k.Offer != "" {
		if d.sub.Offered() != k.Offer {
			return Row{}, billing.ErrDiscountUnknown
		}
		if taken, err = s.offered(ctx, d); err != nil {
			return Row{}, err
		}
	}
	done, err := d.sub.Keep(applied(taken))
	if err != nil {
		return Row{}, err
	}
	for _, c := range taken {
		done.Counts = append(done.Counts, c.Uses...)
	}
	err = s.Store.Commit(ctx, record.Commit{
		Scope: k.Scope, Actor: k.Actor, Cause: "keep a subscription", At: d.now,
		Put: charging.Objects(done), Events: done.Events, Attach: []any{d.customer},
	})
	if err != nil {
		return Row{}, fmt.Errorf("keep %s: %w", k.Subscription, err)
	}
	return Row{Object: record.Next(done.Subscription), Customer: d.customer}, nil
}

// offered is the discount that a subscription gets when it is kept, if any.
func (s *Service) offered(ctx context.Context, d dossier) ([]lifecycle.Counted, error) {
	id := d.sub.Offered()
	if id == "" {
		return nil, nil
	}
	c, err := lifecycle.Promised(ctx, s.Store, lifecycle.Promise{Scope: d.state.Scope, Discount: id, Customer: d.customer, At: d.now})
	return []lifecycle.Counted{c}, err
}

func applied(taken []lifecycle.Counted) []billing.Applied {
	var out []billing.Applied
	for _, c := range taken {
		out = append(out, c.Applied)
	}
	return out
}
