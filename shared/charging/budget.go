package charging

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"perennial/shared/billing"
	"perennial/shared/dunning"
	"perennial/shared/fault"
	"perennial/shared/merchant"
	"perennial/shared/record"
)

// Faults of a card that may not be charged again.
var (
	ErrSpent  = fault.New(fault.Invalid, "SUBSCRIPTION_PAYMENT_RETRY_LIMIT_EXCEEDED", "This card was tried too often. Please use another payment method, or try again in a few days.")
	ErrForbid = fault.New(fault.Invalid, "CARD_REFUSED", "The bank does not allow this card to be charged again. Please use another payment method.")
)

// admit asks whether a card may be charged at all (rules 11) and once more
// (rules 14). It gives the tally with this charge counted when the charge
// repeats one that failed; it is written with the lock, so that no race can
// pass the limit. The first charge of an invoice is counted only once it is
// declined, which makes renewals that succeed cost nothing.
func (s *Service) admit(ctx context.Context, in Start) (*billing.Tally, error) {
	repeats := len(in.Dues.Invoices) > 0 && in.Dues.Invoices[0].Attempts > 0
	if in.By == billing.BySystem && !repeats {
		return nil, nil
	}
	if err := Barred(ctx, s.Store, in.Scope, in.Method); err != nil {
		return nil, err
	}
	t, err := s.tally(ctx, in.Scope, billing.TallyID(in.Method, in.Dues.Total))
	if err != nil || t == nil {
		return nil, err
	}
	wall := s.Wall()
	now := in.State.Clock.Now(wall)
	t.Network = in.Method.Brand
	switch {
	case t.Holds(now) && t.Stopped:
		return t, ErrForbid
	case !dunning.Room(*t, in.By, now):
		return t, ErrSpent
	case !repeats:
		return nil, nil
	}
	counted := t.Counted(in.Method, now, wall)
	return &counted, nil
}

// tally loads how often a card was charged, nil when nothing is counted.
func (s *Service) tally(ctx context.Context, scope merchant.Scope, id string) (*billing.Tally, error) {
	if id == "" {
		return nil, nil
	}
	found, err := s.Store.Load(ctx, scope, record.RefOf[billing.Tally](id))
	if err != nil {
		return nil, fmt.Errorf("tally: %w", err)
	}
	t, ok := found[0].(billing.Tally)
	if !ok {
		t = billing.Tally{ID: id}
	}
	return &t, nil
}

// disputeWait is how long an automatic retry waits whose card is disputed.
const disputeWait = 24 * time.Hour

// postpone puts an automatic retry off that was not admitted: until there is
// room for it, or for a day when its card is disputed. Nothing else changes:
// what the retry would have priced anew is priced when it is made.
func (s *Service) postpone(ctx context.Context, in Start, t *billing.Tally) (Result, error) {
	now := in.State.Clock.Now(s.Wall())
	sub, err := record.Get[billing.Subscription](ctx, s.Store, in.Scope, in.Subscription.ID)
	switch {
	case err != nil:
		return Result{}, fmt.Errorf("put off the retry of %s: %w", in.Subscription.ID, err)
	case sub.Version != in.Subscription.Version:
		return Result{}, record.ErrStale
	}
	at, cause := now.Add(disputeWait), "retry put off: the card is disputed"
	if t != nil {
		at, cause = dunning.Opens(*t, billing.BySystem, now), "retry put off: the card was tried too often"
	}
	if at > sub.Failure.WindowEnd {
		at = 0
	}
	sub.Failure.NextRetry = at
	err = s.Store.Commit(ctx, record.Commit{
		Scope: in.Scope, Actor: in.Actor, Cause: cause, At: now, Put: []any{sub},
	})
	slog.InfoContext(ctx, "retry put off", "scope", in.Scope.String(), "subscription", sub.ID, "until", at.String())
	return Result{Subscription: record.Next(sub)}, err
}

// counted is the tally of a declined charge as it decides about the next one,
// and what of it is to be written: a first charge that reached the bank, and
// a card that the bank forbids.
func (s *Service) counted(ctx context.Context, a *attempt, d billing.Decline) (billing.Tally, []any, error) {
	l := a.Lock()
	t, err := s.tally(ctx, a.scope, billing.TallyID(l.Method, l.Amount))
	if err != nil || t == nil {
		return billing.Tally{}, nil, err
	}
	wall := s.Wall()
	now := a.state.Clock.Now(wall)
	was := len(t.At)
	switch ours := d.Class == billing.ClassOurFault; {
	case ours && l.Retry > 0:
		*t = t.Uncounted() // it never reached the bank
	case !ours && (l.Retry == 0 || was == 0):
		*t = t.Counted(l.Method, now, wall)
	}
	stops := d.Class == billing.ClassHard && !t.Stopped
	if len(t.At) == was && !stops {
		return *t, nil, nil
	}
	t.Stopped = t.Stopped || stops
	return *t, []any{*t}, nil
}

// CustomersZone is the time zone of a customer's day, as far as the address or
// the card tells it.
func CustomersZone(s billing.Subscription, otherwise *time.Location) *time.Location {
	country := s.Billing.Country
	if country == "" {
		country = s.Method.Country
	}
	if zone, err := time.LoadLocation(dunning.ZoneOf(country, s.Zone)); err == nil {
		return zone
	}
	return otherwise
}
