package customers

import (
	"context"
	"errors"
	"fmt"
	"time"

	"perennial/shared/billing"
	"perennial/shared/merchant"
	"perennial/shared/record"
)

// MailStatus is whether mails reach a customer, and which are wanted.
type MailStatus struct {
	Customer billing.Customer
	Address  record.Suppression // what is known of the customer's address
}

// MailStatus reads whether mails reach a customer.
func (s *Service) MailStatus(ctx context.Context, scope merchant.Scope, id string) (MailStatus, error) {
	c, err := s.Get(ctx, scope, id)
	if err != nil {
		return MailStatus{}, err
	}
	known, err := record.Get[record.Suppression](ctx, s.Store, scope, record.SuppressionID(c.Email))
	if err != nil && !errors.Is(err, record.ErrNotFound) {
		return MailStatus{}, fmt.Errorf("address of %s: %w", id, err)
	}
	return MailStatus{c, known}, nil
}

// MailWish changes what may be mailed to a customer. What is nil stays.
type MailWish struct {
	Optional *bool // mails that nothing obliges us to send
	Consent  *bool // mails to win the customer back: the merchant has it recorded
	Lift     bool  // the address works again; a complaint stays
}

// SetMails changes what may be mailed to a customer.
func (s *Service) SetMails(ctx context.Context, scope merchant.Scope, actor record.Actor, id string, w MailWish) (MailStatus, error) {
	now := s.Wall()
	if w.Optional != nil || w.Consent != nil {
		_, err := s.Update(ctx, scope, actor, id, func(c billing.Customer) billing.Customer {
			c.OptedOut = since(c.OptedOut, negated(w.Optional), now)
			c.ConsentedAt = since(c.ConsentedAt, w.Consent, now)
			return c
		})
		if err != nil {
			return MailStatus{}, err
		}
	}
	status, err := s.MailStatus(ctx, scope, id)
	if err != nil || !w.Lift || status.Address.BouncedAt.IsZero() {
		return status, err
	}
	status.Address.BouncedAt = time.Time{}
	err = s.Store.Commit(ctx, record.Commit{Scope: scope, Actor: actor, Cause: "mails reach an address again", Put: []any{status.Address}})
	return status, err
}

func negated(b *bool) *bool {
	if b == nil {
		return nil
	}
	not := !*b
	return &not
}

// since is when something began that is so from now on, or zero when it is
// not; the first time counts.
func since(was time.Time, is *bool, now time.Time) time.Time {
	switch {
	case is == nil, *is && !was.IsZero():
		return was
	case *is:
		return now
	}
	return time.Time{}
}
