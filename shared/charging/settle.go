package charging

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"

	"perennial/shared/billing"
	"perennial/shared/dunning"
	"perennial/shared/gateway"
	"perennial/shared/ids"
	"perennial/shared/record"
)

// tries is how often a settlement is decided anew when something else of the
// same customer changed meanwhile.
const tries = 8

// settle commits what the gateway reported. When another worker settled the
// same attempt first, its result is given.
func (s *Service) settle(ctx context.Context, a *attempt, out gateway.Outcome) (Result, error) {
	payment := a.Lock().Payment
	for range tries {
		if out.State == gateway.StateSucceeded && a.Unwanted() {
			if err := s.unwanted(ctx, a, out); err != nil {
				return s.unknown(ctx, a, err)
			}
		}
		change, counts, err := s.decide(ctx, a, out)
		if err != nil {
			return Result{}, fmt.Errorf("settle %s: %w", payment, err)
		}
		if change, err = s.borne(ctx, a, change); err != nil {
			return Result{}, fmt.Errorf("settle %s: %w", payment, err)
		}
		change, unasked, gone, err := s.dropped(ctx, a, change)
		if err != nil {
			return Result{}, fmt.Errorf("settle %s: %w", payment, err)
		}
		gave, err := s.former(ctx, a, change)
		if err != nil {
			return Result{}, fmt.Errorf("settle %s: %w", payment, err)
		}
		commit := s.commit(a, slices.Concat(Objects(change), counts, unasked, gave.put), slices.Concat(change.Events, gone, gave.events))
		commit.Claims = a.claims
		err = s.Store.Commit(ctx, commit)
		if err == nil {
			s.alert(ctx, a, change)
			s.formerRest(ctx, a, change, gave)
			return resultOf(change), nil
		}
		if !errors.Is(err, record.ErrStale) {
			return Result{}, fmt.Errorf("settle %s: %w", payment, err)
		}
		if err := s.reload(ctx, a); err != nil {
			return Result{}, fmt.Errorf("settle %s: %w", payment, err)
		}
		switch l := a.Lock(); {
		case l.Payment != payment:
			return s.settled(ctx, a, payment)
		case known(l, out.State):
			return s.waiting(a), nil
		}
	}
	return Result{}, fmt.Errorf("settle %s: %w", payment, record.ErrStale)
}

// known reports that a lock already says what the gateway says; events about
// it were told.
func known(l billing.Lock, state gateway.State) bool {
	return state == gateway.StateActionNeeded && l.State == billing.LockAction ||
		state == gateway.StateProcessing && l.State == billing.LockProcessing
}

// alert tells the operators of a decline that was our own doing: the customer
// keeps access, so nobody else would notice (rules 9).
func (s *Service) alert(ctx context.Context, a *attempt, ch billing.Change) {
	if p := ch.Payment; p != nil && p.Decline.Class == billing.ClassOurFault {
		slog.ErrorContext(ctx, "the gateway refused our request", "scope", a.scope.String(),
			"owner", p.Subscription+p.Purchase, "payment", p.ID, "code", p.Decline.Code)
	}
}

// decide turns the gateway's word into a change. What a decline adds to the
// card's tally is given beside it.
func (s *Service) decide(ctx context.Context, a *attempt, out gateway.Outcome) (billing.Change, []any, error) {
	l := a.Lock()
	if out.State == gateway.StateCancelled && l.By == billing.BySystem && !a.Unwanted() {
		out = gateway.Outcome{State: gateway.StateDeclined, Decline: gateway.Decline{Code: "try_again_later"}}
	}
	switch {
	case out.State == gateway.StateTooSmall && a.Unwanted():
		out = gateway.Outcome{State: gateway.StateCancelled}
	case out.State == gateway.StateTooSmall && !a.Carries():
		out = gateway.Outcome{State: gateway.StateDeclined, Decline: gateway.Decline{Code: "amount_too_small"}}
	}
	if out.State == gateway.StateDeclined {
		return s.declined(ctx, a, out.Decline)
	}
	change, err := s.undeclined(a, out)
	return change, nil, err
}

// undeclined decides about everything but a decline, purely.
func (s *Service) undeclined(a *attempt, out gateway.Outcome) (billing.Change, error) {
	c, err := s.ready(a)
	if err != nil {
		return billing.Change{}, err
	}
	l, wall := c.Lock(), s.Wall()
	switch out.State {
	case gateway.StateSucceeded:
		setUp := l.SetsUp() && out.Amount.Nothing()
		if out.Amount != l.Amount && !setUp {
			return billing.Change{}, fmt.Errorf("gateway captured %v for an attempt at %v", out.Amount, l.Amount)
		}
		return c.Paid(out.Charge)
	case gateway.StateCancelled:
		return c.Resumed().Abandoned()
	case gateway.StateTooSmall:
		return c.Resumed().Carried()
	case gateway.StateActionNeeded:
		return c.ActionNeeded(out.ActionURL, wall.Add(billing.LeaseChallenge)), nil
	case gateway.StateProcessing:
		return c.Processing(wall.Add(billing.LeaseChallenge)), nil
	case gateway.StatePrepared, gateway.StateDeclined:
	}
	return billing.Change{}, fmt.Errorf("gateway answered state %q to a confirmed intent", out.State)
}

// ready is the case with the time, the zone and the ids that deciding needs.
func (s *Service) ready(a *attempt) (billing.Case, error) {
	wall := s.Wall()
	name := a.Subscription.Zone
	if a.Purchase != nil {
		name = a.state.Business.Zone
	}
	location, err := zone(name)
	if err != nil {
		return billing.Case{}, err
	}
	c := a.Case
	c.At, c.Wall, c.Zone, c.Issuer = a.state.Clock.Now(wall), wall, location, billing.IssuerOf(a.state, location)
	for range c.Invoices {
		c.Fresh = append(c.Fresh, ids.New("inv_", wall))
	}
	c.Refund = refundID(c.Lock().Payment)
	return c, nil
}

func (s *Service) declined(ctx context.Context, a *attempt, d gateway.Decline) (billing.Change, []any, error) {
	c, err := s.ready(a)
	if err != nil {
		return billing.Change{}, nil, err
	}
	decline := dunning.Classify(d.Code, d.Advice)
	tally, counts, err := s.counted(ctx, a, decline)
	if err != nil {
		return billing.Change{}, nil, err
	}
	if c.Purchase != nil {
		change, err := c.Declined(decline, billing.FollowUp{})
		return change, counts, err
	}
	c = c.Resumed()
	follow := dunning.Decide(a.state.Recovery, c.Subscription, dunning.Failed{
		Decline: decline, At: c.At, Zone: CustomersZone(c.Subscription, c.Zone), Tally: tally,
	})
	change, err := c.Declined(decline, follow)
	return change, counts, err
}

// Objects lists what a change of billing writes, its owner first.
func Objects(ch billing.Change) []any {
	put := []any{owner(billing.Case{Subscription: ch.Subscription, Purchase: ch.Purchase})}
	put = record.With(put, ch.Customer)
	put = record.WithAll(put, ch.Invoices)
	put = record.With(put, ch.Payment)
	put = record.With(put, ch.Entry)
	put = record.With(put, ch.Refund)
	put = record.With(put, ch.Hold)
	put = record.With(put, ch.Said)
	put = record.WithAll(put, ch.Tickets)
	return record.WithAll(put, ch.Counts)
}

func resultOf(ch billing.Change) Result {
	left := advanced(billing.Case{Subscription: ch.Subscription, Purchase: ch.Purchase})
	r := (&attempt{Case: left}).result()
	if ch.Payment != nil {
		r.Payment = record.Next(*ch.Payment)
		r.ActionURL = ch.Payment.ActionURL
		r.Pending = ch.Payment.Status == billing.PaymentProcessing
	}
	return r
}

// settled tells what another worker made of the attempt.
func (s *Service) settled(ctx context.Context, a *attempt, payment string) (Result, error) {
	p, err := record.Get[billing.Payment](ctx, s.Store, a.scope, payment)
	if errors.Is(err, record.ErrNotFound) { // it was carried, which makes no payment
		return a.result(), nil
	}
	if err != nil {
		return Result{}, fmt.Errorf("settled %s: %w", payment, err)
	}
	slog.InfoContext(ctx, "attempt was settled by another worker", "scope", a.scope.String(), "payment", payment)
	r := a.result()
	r.Payment, r.ActionURL = p, p.ActionURL
	return r, nil
}

// reload reads everything that settling the attempt touches again.
func (s *Service) reload(ctx context.Context, a *attempt) error {
	fresh, err := s.load(ctx, a.scope, a.Owner())
	if err != nil {
		return err
	}
	a.Case = fresh
	return nil
}
