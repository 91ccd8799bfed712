package subscriptions

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"perennial/shared/billing"
	"perennial/shared/fault"
	"perennial/shared/merchant"
	"perennial/shared/record"
)

// Faults of a backup method.
var (
	ErrNoConsent  = fault.New(fault.Invalid, "CONSENT_REQUIRED", "Please agree that this method may be charged too.")
	ErrSameMethod = fault.New(fault.Invalid, "BACKUP_IS_PRIMARY", "This is the payment method that renewals are charged to. Choose another one.")
)

// Backup is the wish to keep a payment method that is charged when the
// subscription's own is dead; without one, to have none any more.
type Backup struct {
	Scope        merchant.Scope
	Actor        record.Actor
	Subscription string
	Customers    []string // the customer records that the caller may act for; empty: any
	Method       string
	Consent      bool // the customer's
}

// SetBackup keeps a backup method, or takes it away. It is charged only after
// a decline says that the first one cannot be, and becomes the subscription's
// own when it pays.
func (s *Service) SetBackup(ctx context.Context, b Backup) (Row, error) {
	for range tries {
		row, err := s.setBackup(ctx, b)
		if !errors.Is(err, record.ErrStale) {
			return row, err
		}
	}
	return Row{}, record.ErrStale
}

func (s *Service) setBackup(ctx context.Context, b Backup) (Row, error) {
	d, err := s.open(ctx, b.Scope, b.Subscription)
	if err != nil {
		return Row{}, err
	}
	if len(b.Customers) > 0 && !slices.Contains(b.Customers, d.sub.Customer) {
		return Row{}, fmt.Errorf("subscription %s: %w", b.Subscription, record.ErrNotFound)
	}
	var method billing.Method
	if b.Method != "" {
		if method, err = record.Get[billing.Method](ctx, s.Store, b.Scope, record.MethodID(d.sub.Customer, b.Method)); err != nil {
			return Row{}, fmt.Errorf("backup method %s: %w", b.Method, err)
		}
		if len(b.Customers) > 0 && method.Guest {
			return Row{}, fmt.Errorf("backup method %s of a guest: %w", b.Method, record.ErrNotFound)
		}
		switch same := method.Fingerprint != "" && method.Fingerprint == d.sub.Method.Fingerprint; {
		case !b.Consent:
			return Row{}, ErrNoConsent
		case same || method.Same(d.sub.Method):
			return Row{}, ErrSameMethod
		}
	}
	sub, events, err := d.sub.SetBackup(method, d.now)
	if err != nil {
		return Row{}, err
	}
	err = s.Store.Commit(ctx, record.Commit{
		Scope: b.Scope, Actor: b.Actor, Cause: "backup payment method", At: d.now, Put: []any{sub}, Attach: []any{d.customer}, Events: events,
	})
	return Row{Object: record.Next(sub), Customer: d.customer}, err
}
