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

// errFeedback refuses a reason for a cancellation that is not asked for.
var errFeedback = fault.New(fault.Invalid, "INVALID_REQUEST_PARAMETERS",
	"A cancellation's reason, feedback and comment are only accepted together with the cancellation.")

// Change is everything that one request wants of a subscription.
type Change struct {
	Scope        merchant.Scope
	Actor        record.Actor
	Subscription string
	Edit         billing.Edit
	CustomerName string // empty leaves it
	Cancel       lifecycle.CancelMode
	Particulars  billing.Cancellation // reason, feedback, comment
	Pause        bool
	Resume       bool
}

// Check refuses particulars of a cancellation without one.
func (c Change) Check() error {
	asked := c.Cancel == lifecycle.CancelNow || c.Cancel == lifecycle.CancelAtEnd
	if c.Particulars != (billing.Cancellation{}) && !asked {
		return errFeedback
	}
	return c.Particulars.Check()
}

// Change edits, cancels or revokes in one commit, or refuses and writes
// nothing. It is decided anew when a payment settles at the same moment.
func (s *Service) Change(ctx context.Context, c Change) (Row, error) {
	if err := c.Check(); err != nil {
		return Row{}, err
	}
	var err error
	for range tries {
		var row Row
		if row, err = s.change(ctx, c); !errors.Is(err, record.ErrStale) {
			return row, err
		}
	}
	return Row{}, fmt.Errorf("change %s: %w", c.Subscription, err)
}

func (s *Service) change(ctx context.Context, c Change) (Row, error) {
	d, err := s.open(ctx, c.Scope, c.Subscription)
	if err != nil {
		return Row{}, err
	}
	commit, err := s.decide(ctx, c, &d)
	if err != nil {
		return Row{}, err
	}
	if len(commit.Put) == 0 {
		return Row{Object: d.sub, Customer: d.customer}, nil
	}
	if err := s.Store.Commit(ctx, commit); err != nil {
		return Row{}, fmt.Errorf("change %s: %w", c.Subscription, err)
	}
	return Row{Object: record.Next(d.sub), Customer: d.customer}, nil
}

// decide applies the edit, then the cancellation, to the dossier.
func (s *Service) decide(ctx context.Context, c Change, d *dossier) (record.Commit, error) {
	commit := record.Commit{Scope: c.Scope, Actor: c.Actor, Cause: "PATCH /subscriptions", At: d.now}
	var done billing.Change
	var err error
	before := d.sub
	if !c.Edit.IsZero() {
		if !c.Edit.NextBilling.IsZero() {
			if err := s.Abilities.Move(d.sub.Method.Gateway, d.sub.Trialing()); err != nil {
				return commit, err
			}
		}
		c.Edit.Manual = d.state.Settings.Manual
		if done, err = d.sub.Edit(c.Edit, d.now, d.zone); err != nil {
			return commit, err
		}
		d.sub = done.Subscription
		if err := taxable(c.Edit, *d); err != nil {
			return commit, err
		}
	}
	switch {
	case c.Pause:
		done, err = d.sub.Pause(d.now)
	case c.Resume:
		done, err = d.sub.Resume(d.now)
	}
	if err != nil {
		return commit, err
	}
	if c.Pause || c.Resume {
		d.sub = done.Subscription
	}
	if c.Cancel != "" {
		edited := done.Events
		if done, err = s.cancel(ctx, c, *d); err != nil {
			return commit, err
		}
		if len(done.Events) == 0 {
			done.Events = edited
		}
		d.sub = done.Subscription
	}
	if len(done.Events) > 0 {
		if done, err = lifecycle.Withdrawn(d.state, d.sub, d.customer, done, s.Wall()); err == nil {
			done, err = charging.Dropped(ctx, s.Store, c.Scope, before, done)
		}
		if err != nil {
			return commit, err
		}
		if done.Customer != nil {
			d.customer, d.numbered = *done.Customer, true
			done.Customer = nil
		}
		commit.Put, commit.Events = charging.Objects(done), done.Events
	}
	return rename(commit, c.CustomerName, d)
}

// taxable refuses an address whose tax nobody knows: renewals could not be
// billed there, and the subscription would run on unpaid.
func taxable(e billing.Edit, d dossier) error {
	if e.Billing == nil {
		return nil
	}
	terms := billing.Terms{Customer: d.customer, Seller: d.state.Seller.Tax, At: d.now}
	_, err := d.sub.Draft(terms, billing.CauseRenewal, d.sub.Period).Invoice()
	return err
}

// rename changes the customer's name in the same commit; otherwise the
// events only speak of the customer.
func rename(commit record.Commit, name string, d *dossier) (record.Commit, error) {
	named := name != "" && name != d.customer.Name
	if !named && !d.numbered {
		commit.Attach = []any{d.customer}
		return commit, nil
	}
	if named {
		d.customer.Name = name
	}
	if len(commit.Put) == 0 {
		commit.Put = []any{d.sub}
		commit.Events = []billing.Event{{Type: billing.EventSubscriptionUpdated, Object: d.sub.ID}}
	}
	commit.Put = append(commit.Put, d.customer)
	return commit, d.customer.Check()
}

// cancel decides a cancellation. Revoking what is not scheduled changes
// nothing.
func (s *Service) cancel(ctx context.Context, c Change, d dossier) (billing.Change, error) {
	if c.Cancel == lifecycle.CancelRevoke {
		done, err := d.sub.Revoke()
		if errors.Is(err, billing.ErrNotScheduled) {
			return billing.Change{Subscription: d.sub}, nil
		}
		return done, err
	}
	open, hold, err := charging.Unsettled(ctx, s.Store, c.Scope, d.sub)
	if err != nil {
		return billing.Change{}, err
	}
	end := d.sub.CancelNow
	c.Particulars = c.Particulars.Kept(d.now.Add(d.state.Settings.Retention.Reasons()))
	if c.Cancel == lifecycle.CancelAtEnd {
		end = d.sub.CancelAtEnd
	}
	done, err := end(open, hold, d.now, c.Particulars)
	if err != nil {
		return done, err
	}
	return charging.Forgone(ctx, s.Store, c.Scope, d.sub, done, d.now)
}
