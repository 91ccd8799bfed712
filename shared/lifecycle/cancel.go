package lifecycle

import (
	"context"
	"errors"
	"fmt"

	"perennial/shared/billing"
	"perennial/shared/charging"
	"perennial/shared/merchant"
	"perennial/shared/record"
)

// Cancel is a wish to end a subscription.
type Cancel struct {
	Scope        merchant.Scope
	Actor        record.Actor
	Subscription string
	Mode         CancelMode
	Particulars  billing.Cancellation // reason, feedback, comment
}

// CancelMode is when a cancellation takes effect.
type CancelMode string

// The modes.
const (
	CancelNow    CancelMode = "now"
	CancelAtEnd  CancelMode = "at_next_billing_date"
	CancelRevoke CancelMode = "revoke"
)

// Cancel ends a subscription now or at its next billing date, or takes a
// scheduled cancellation back. It is decided anew when a payment settles at
// the same moment.
func (s *Service) Cancel(ctx context.Context, in Cancel) (billing.Subscription, error) {
	for range 5 {
		sub, err := s.cancel(ctx, in)
		if !errors.Is(err, record.ErrStale) {
			return sub, err
		}
	}
	return billing.Subscription{}, fmt.Errorf("cancel %s: %w", in.Subscription, record.ErrStale)
}

func (s *Service) cancel(ctx context.Context, in Cancel) (billing.Subscription, error) {
	ref := record.RefOf[billing.Subscription](in.Subscription)
	w, err := s.open(ctx, record.DueItem{Scope: in.Scope, Ref: ref})
	if err != nil {
		return billing.Subscription{}, err
	}
	open, hold, err := charging.Unsettled(ctx, s.Store, in.Scope, w.sub)
	if err != nil {
		return billing.Subscription{}, err
	}
	var change billing.Change
	switch in.Mode {
	case CancelNow:
		change, err = w.sub.CancelNow(open, hold, w.now, in.Particulars)
	case CancelAtEnd:
		change, err = w.sub.CancelAtEnd(open, hold, w.now, in.Particulars)
	case CancelRevoke:
		change, err = w.sub.Revoke()
	}
	if err == nil {
		change, err = charging.Forgone(ctx, s.Store, w.scope, w.sub, change, w.now)
	}
	if err != nil {
		return w.sub, err
	}
	err = s.put(ctx, w, in.Actor, "cancel "+string(in.Mode), change)
	return record.Next(change.Subscription), err
}
