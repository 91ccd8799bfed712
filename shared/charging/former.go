package charging

import (
	"context"
	"fmt"
	"log/slog"
	"slices"

	"perennial/shared/billing"
	"perennial/shared/merchant"
	"perennial/shared/record"
)

// mostFormer keeps a first payment within one transaction of a hundred items:
// each former subscription is three to five of them. Those beyond are ended in
// commits of their own.
const mostFormer = 60

// ended are the former subscriptions that one commit ends.
type ended struct {
	put    []any
	events []billing.Event
	counts []billing.DiscountUse // that the commit moves, each once
	more   bool                  // there are others, for another commit
}

// formerRest ends the former subscriptions that the purchase's own commit had
// no room for. What is lost by a crash stays on hold, as it was.
func (s *Service) formerRest(ctx context.Context, a *attempt, bought billing.Change, e ended) {
	bought.Counts = nil
	for e.more {
		var err error
		if e, err = s.former(ctx, a, bought); err == nil && len(e.put) == 0 {
			return
		}
		if err == nil {
			err = s.Store.Commit(ctx, s.commit(a, e.put, e.events))
		}
		if err != nil {
			slog.WarnContext(ctx, "former subscriptions not ended", "scope", a.scope.String(), "customer", a.Customer.ID, "error", err)
			return
		}
	}
}

// add takes one more subscription's end, if the commit has room for it and
// moves none of its counts yet.
func (e *ended) add(ch billing.Change) {
	put := Objects(ch)
	twice := slices.ContainsFunc(ch.Counts, func(u billing.DiscountUse) bool {
		return slices.ContainsFunc(e.counts, func(o billing.DiscountUse) bool { return o.ID == u.ID })
	})
	if twice || len(e.put)+len(put) > mostFormer {
		e.more = true
		return
	}
	e.put, e.events, e.counts = append(e.put, put...), append(e.events, ch.Events...), append(e.counts, ch.Counts...)
}

// former ends the failing subscriptions of a customer who has just bought the
// same product anew, or another of its collection, as a cancellation would (rules 10): nobody pays twice
// for one thing. What it gives belongs into the commit of that purchase.
func (s *Service) former(ctx context.Context, a *attempt, bought billing.Change) (ended, error) {
	e, p := ended{counts: slices.Clone(bought.Counts)}, bought.Payment
	if a.Purchase != nil || p == nil || p.Status != billing.PaymentSucceeded || !buys(a.Subscription, *p) || !bought.Subscription.Status.Access() {
		return e, nil
	}
	owned, err := s.Store.Owned(ctx, a.scope, p.Customer, record.KindSubscription)
	if err != nil {
		return e, fmt.Errorf("former subscriptions: %w", err)
	}
	for _, found := range owned {
		sub, ok := found.(billing.Subscription)
		if !ok || !failing(sub) || sub.ID == bought.Subscription.ID {
			continue
		}
		change, err := s.end(ctx, a, sub.ID, bought)
		if err != nil {
			return e, err
		}
		if change.Subscription.ID != "" {
			e.add(change)
		}
	}
	return e, nil
}

// buys reports the first money that a subscription brings, which follows a free
// trial. What costs nothing is no purchase: anybody can begin it who knows the
// customer's address, and the customer would be rid of what is due.
func buys(before billing.Subscription, p billing.Payment) bool {
	tried := !before.TrialEnd.IsZero() && before.TrialEnd == before.Period.End
	return !p.Amount.Nothing() && (p.Cause == billing.CauseFirst || tried)
}

// failing reports a subscription whose renewal is unpaid. One that is
// disputed is left to the dispute, and a manual one, which charges nobody, to
// its days of grace.
func failing(s billing.Subscription) bool {
	return (s.Status == billing.StatusOnHold || s.Status == billing.StatusPastDue) && len(s.Disputes) == 0 && !s.Manual.On
}

// alike reports whether two products are one, or choices of one collection.
func alike(ctx context.Context, l record.Loader, scope merchant.Scope, one, other string) (bool, error) {
	if one == other {
		return true, nil
	}
	found, err := l.Load(ctx, scope, record.RefOf[billing.Product](one), record.RefOf[billing.Product](other))
	if err != nil {
		return false, fmt.Errorf("products %s and %s: %w", one, other, err)
	}
	a, okA := found[0].(billing.Product)
	b, okB := found[1].(billing.Product)
	return okA && okB && a.Collection != "" && a.Collection == b.Collection, nil
}

// end cancels a former subscription as it is now, which the list may not show
// yet. The change is empty when there is nothing to end.
func (s *Service) end(ctx context.Context, a *attempt, id string, bought billing.Change) (billing.Change, error) {
	sub, err := record.Get[billing.Subscription](ctx, s.Store, a.scope, id)
	if err != nil || !failing(sub) {
		return billing.Change{}, err
	}
	if same, err := alike(ctx, s.Store, a.scope, sub.Product, bought.Subscription.Product); err != nil || !same {
		return billing.Change{}, err
	}
	open, hold, err := Unsettled(ctx, s.Store, a.scope, sub)
	if err != nil {
		return billing.Change{}, err
	}
	why := billing.Cancellation{Reason: billing.CancelledByCustomer, Comment: "bought anew"}
	change, err := sub.CancelNow(open, hold, bought.Payment.UpdatedAt, why)
	if err != nil {
		return change, err
	}
	change.Subscription.Mails = change.Subscription.Mails.Ended(billing.CampaignResubscribed)
	return Dropped(ctx, s.Store, a.scope, sub, change)
}

// Resubscribed reports that the customer of a cancelled subscription has
// bought its product, or another of its collection, since.
func Resubscribed(ctx context.Context, l Reader, scope merchant.Scope, cancelled billing.Subscription) (bool, error) {
	owned, err := l.Owned(ctx, scope, cancelled.Customer, record.KindSubscription)
	if err != nil {
		return false, fmt.Errorf("subscriptions of %s: %w", cancelled.Customer, err)
	}
	for _, found := range owned {
		sub, ok := found.(billing.Subscription)
		if !ok || sub.ID == cancelled.ID || sub.Status.Ended() || sub.Status == billing.StatusPending || sub.Cancel.AtPeriodEnd {
			continue
		}
		if same, err := alike(ctx, l, scope, sub.Product, cancelled.Product); err != nil || same {
			return same, err
		}
	}
	return false, nil
}

// Reader reads what a customer has.
type Reader interface {
	record.Loader
	record.Owned
}
