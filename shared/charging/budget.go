package charging

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"perennial/shared/billing"
	"perennial/shared/calendar"
	"perennial/shared/dunning"
	"perennial/shared/fault"
	"perennial/shared/merchant"
	"perennial/shared/money"
	"perennial/shared/record"
)

// Faults of a card that may not be charged again.
var (
	ErrSpent  = fault.New(fault.Invalid, "SUBSCRIPTION_PAYMENT_RETRY_LIMIT_EXCEEDED", "This card was tried too often. Please use another payment method, or try again in a few days.")
	ErrForbid = fault.New(fault.Invalid, "CARD_REFUSED", "The bank does not allow this card to be charged again. Please use another payment method.")
)

// declineSpent and declineDisputed are the codes with which a charge of the
// system fails that was not made: beyond a network's limit, or while a dispute
// about the card is open.
const (
	declineSpent    = "card_tried_too_often"
	declineDisputed = "card_disputed"
)

// admission is what a charge may do: go on, with the tally that is written
// with its lock, or fail without being made.
type admission struct {
	tally   *billing.Tally
	refused billing.Decline
}

// admit asks whether a card may be charged at all (rules 11) and once more
// (rules 14). It gives the tally with this charge counted when the charge
// repeats one that failed; it is written with the lock, so that no race can
// pass the limit. The first charge of an invoice is counted only once it is
// declined, and the system's asks nobody while the card's bar, which is read
// with the subscription, tells of no trouble: renewals that succeed cost
// nothing. What the system may not charge fails as a decline, and no network
// hears of it: of a stopped card as the bank has put it; a first charge for
// which there is no room, or whose card is disputed, as what passes.
func (s *Service) admit(ctx context.Context, in Start) (admission, error) {
	repeats := len(in.Dues.Invoices) > 0 && in.Dues.Invoices[0].Attempts > 0
	bySystem := in.By == billing.BySystem
	wall := s.Wall()
	now := in.State.Clock.Now(wall)
	if bySystem && !repeats && (in.Dues.Total.Nothing() || in.Bar != nil && in.Bar.Free(now)) {
		return admission{}, nil
	}
	bar, t, err := s.standing(ctx, in.Scope, in.Method, in.Dues.Total)
	if err != nil {
		return admission{}, err
	}
	refusal := refusalOf(bar, t, in, now)
	switch {
	case refusal == nil && !repeats:
		return admission{}, nil
	case refusal == nil && t != nil:
		counted := t.Counted(in.Method, now, wall)
		return admission{tally: &counted}, nil
	case bySystem && errors.Is(refusal, ErrForbid):
		return admission{refused: stopOf(bar)}, nil
	case bySystem && !repeats && errors.Is(refusal, ErrBarred):
		return admission{refused: dunning.Classify(declineDisputed, "")}, nil
	case bySystem && !repeats && refusal != nil:
		return admission{refused: dunning.Classify(declineSpent, "")}, nil
	}
	if errors.Is(refusal, ErrBarred) { // no tally tells when that is over
		return admission{}, refusal
	}
	return admission{tally: t}, refusal
}

// refusalOf is why a card may not be charged, nil when it may.
func refusalOf(bar billing.Bar, t *billing.Tally, in Start, now calendar.Instant) error {
	switch {
	case len(bar.Disputes) > 0:
		return ErrBarred
	case bar.Stopped.Code != "", t != nil && t.Stopped && t.Holds(now):
		return ErrForbid
	case t != nil && !dunning.Room(*t, in.By, now):
		return ErrSpent
	}
	return nil
}

// stopOf is the decline that has stopped a card. Of those that were stopped
// before bars told of it only the fact is known.
func stopOf(bar billing.Bar) billing.Decline {
	if bar.Stopped.Code == "" {
		return dunning.Classify("previously_declined_do_not_retry", "")
	}
	return bar.Stopped
}

// standing loads what bars a card and how often an amount was charged to it;
// no tally where nothing is counted.
func (s *Service) standing(ctx context.Context, scope merchant.Scope, m billing.Method, amount money.Amount) (billing.Bar, *billing.Tally, error) {
	bar, id := billing.Bar{Card: m.CardID()}, billing.TallyID(m, amount)
	var refs []record.Ref
	if bar.Card != "" {
		refs = append(refs, record.RefOf[billing.Bar](bar.Card))
	}
	if id != "" {
		refs = append(refs, record.RefOf[billing.Tally](id))
	}
	if len(refs) == 0 {
		return bar, nil, nil
	}
	found, err := s.Store.Load(ctx, scope, refs...)
	if err != nil {
		return bar, nil, fmt.Errorf("tally: %w", err)
	}
	var t *billing.Tally
	if id != "" {
		t = &billing.Tally{ID: id}
	}
	for _, obj := range found {
		switch o := obj.(type) {
		case billing.Bar:
			bar = o
		case billing.Tally:
			t = &o
		}
	}
	if t != nil {
		t.Network = m.Brand
	}
	return bar, t, nil
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
// a card that the bank forbids. What was refused without a charge counts for
// nothing.
func (s *Service) counted(ctx context.Context, a *attempt, d billing.Decline) (billing.Tally, []any, error) {
	l := a.Lock()
	bar, t, err := s.standing(ctx, a.scope, l.Method, l.Amount)
	if err != nil || t == nil {
		return billing.Tally{}, nil, err
	}
	if l.Barred() {
		return *t, nil, nil
	}
	wall := s.Wall()
	now := a.state.Clock.Now(wall)
	var put []any
	was := len(t.At)
	switch ours := d.Class == billing.ClassOurFault; {
	case ours && l.Retry > 0:
		*t = t.Uncounted() // it never reached the bank
	case !ours && (l.Retry == 0 || was == 0):
		*t = t.Counted(l.Method, now, wall)
	}
	stops := d.Class == billing.ClassHard
	if len(t.At) != was || stops && !t.Stopped {
		t.Stopped = t.Stopped || stops
		put = append(put, *t)
	}
	after := bar
	if d.Class != billing.ClassOurFault {
		after = bar.Watch(now)
	}
	if stops {
		after = after.Stop(d)
	}
	if bar.Card != "" && (after.Watched != bar.Watched || after.Stopped != bar.Stopped) {
		put = append(put, after)
	}
	return *t, put, nil
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
