package register

import (
	"context"
	"slices"
	"time"

	"perennial/shared/billing"
	"perennial/shared/calendar"
	"perennial/shared/dunning"
	"perennial/shared/merchant"
	"perennial/shared/record"
)

// mostFailures bounds a report; a larger one says that it is cut.
const mostFailures = 1000

// defaultSpan is how far back a report looks that names no beginning.
const defaultSpan = 180 * 24 * time.Hour

// Uplift compares how failures were recovered that were paced differently.
type Uplift struct {
	From, To calendar.Instant
	Groups   map[billing.Pacing]dunning.Group
	Cut      bool // there are more failures than were looked at, the newest first
}

// Uplift reads the failed renewals of a span and what became of each within
// its recovery window. A failure whose window still runs does not count: those
// that recover early would count for more than those that never do.
func (s *Service) Uplift(ctx context.Context, scope merchant.Scope, state merchant.State, from, to time.Time, now calendar.Instant) (Uplift, error) {
	window := time.Duration(state.Recovery.WindowDays) * merchant.Day
	ripe := now.Add(-window).Time()
	if to.IsZero() || to.After(ripe) {
		to = ripe
	}
	if from.IsZero() {
		from = to.Add(-defaultSpan)
	}
	u := Uplift{From: calendar.At(from), To: calendar.At(to), Groups: map[billing.Pacing]dunning.Group{}}
	failures, cut, err := s.failures(ctx, scope, from, to)
	if err != nil {
		return u, err
	}
	u.Cut = cut
	for _, f := range failures {
		paid, err := s.paid(ctx, scope, f, window)
		if err != nil {
			return u, err
		}
		group := u.Groups[f.Pacing]
		group.Failures++
		if paid {
			group.Recovered++
		}
		u.Groups[f.Pacing] = group
	}
	return u, nil
}

// failures are the first failed attempts at renewals, the newest first.
func (s *Service) failures(ctx context.Context, scope merchant.Scope, from, to time.Time) (found []billing.Payment, cut bool, err error) {
	q := record.Query{
		Kind: record.KindPayment, Filters: map[string]string{"status": string(billing.PaymentFailed)},
		From: from, To: to, Limit: record.MaxLimit,
	}
	for ; q.Offset <= record.MaxOffset; q.Offset += q.Limit {
		page, err := List[billing.Payment](ctx, s.Store, scope, q, nil)
		if err != nil {
			return nil, false, err
		}
		for _, p := range page {
			if p.By == billing.BySystem && p.Retry == 0 && p.Pacing != "" {
				found = append(found, p)
			}
		}
		if len(found) >= mostFailures {
			return found[:mostFailures], true, nil
		}
		if len(page) < q.Limit {
			return found, false, nil
		}
	}
	return found, true, nil
}

// paid reports that the dues of a failure were paid within the window, by
// whoever it was.
func (s *Service) paid(ctx context.Context, scope merchant.Scope, f billing.Payment, window time.Duration) (bool, error) {
	later, err := List[billing.Payment](ctx, s.Store, scope, record.Query{
		Kind: record.KindPayment, From: f.CreatedAt.Time(), To: f.CreatedAt.Add(window).Time(), Limit: record.MaxLimit,
		Filters: map[string]string{"subscription_id": f.Subscription, "status": string(billing.PaymentSucceeded)},
	}, nil)
	return slices.ContainsFunc(later, func(p billing.Payment) bool { return p.Pacing == f.Pacing }), err
}
