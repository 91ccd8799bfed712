package settings

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"perennial/shared/billing"
	"perennial/shared/fault"
	"perennial/shared/i18n"
	"perennial/shared/merchant"
	"perennial/shared/record"
)

// Sequences are the mail sequences of a mode: its own, with the announcements
// that they lack, or the defaults.
func Sequences(ctx context.Context, l record.Loader, scope merchant.Scope) (merchant.Sequences, error) {
	q, err := record.Get[merchant.Sequences](ctx, l, scope, merchant.SequencesID)
	if errors.Is(err, record.ErrNotFound) {
		return merchant.DefaultSequences(), nil
	}
	if err != nil {
		return q, fmt.Errorf("mail sequences of %s: %w", scope, err)
	}
	return q.Complete(), nil
}

// Sequences are the mail sequences of a mode.
func (s *Service) Sequences(ctx context.Context, scope merchant.Scope) (merchant.Sequences, error) {
	return Sequences(ctx, s.Store, scope)
}

// SetSequences replaces the mail sequences of a mode. Steps without an id get
// one; who writes to several steps at once keeps the version that was read, or
// gives none to replace whatever there is.
func (s *Service) SetSequences(ctx context.Context, scope merchant.Scope, actor record.Actor, q merchant.Sequences) (merchant.Sequences, error) {
	q = named(q)
	if err := q.Check(i18n.Codes()); err != nil {
		return q, err
	}
	if err := s.discounts(ctx, scope, q); err != nil {
		return q, err
	}
	old, err := s.Sequences(ctx, scope)
	if err != nil {
		return q, err
	}
	if q.Version != 0 && q.Version != old.Version {
		return q, ErrMoved
	}
	q.Version = old.Version
	err = s.Store.Commit(ctx, record.Commit{Scope: scope, Actor: actor, Cause: "change mail sequences", Put: []any{q}})
	if errors.Is(err, record.ErrStale) {
		return q, ErrMoved
	}
	if err != nil {
		return q, fmt.Errorf("mail sequences of %s: %w", scope, err)
	}
	return record.Next(q).Complete(), nil
}

// named gives steps without an id the first free one of their trigger.
func named(q merchant.Sequences) merchant.Sequences {
	steps := append([]merchant.MailStep(nil), q.Steps...)
	q.Steps = steps
	for i := range steps {
		for n := 1; steps[i].ID == ""; n++ {
			id := string(steps[i].Trigger) + "_" + strconv.Itoa(n)
			if _, taken := q.Step(id); !taken {
				steps[i].ID = id
			}
		}
	}
	return q
}

// discounts refuses steps whose discount nobody can redeem.
func (s *Service) discounts(ctx context.Context, scope merchant.Scope, q merchant.Sequences) error {
	var check fault.Check
	for i, step := range q.Steps {
		if step.Discount == "" {
			continue
		}
		d, err := record.Get[billing.Discount](ctx, s.Store, scope, step.Discount)
		if err != nil && !errors.Is(err, record.ErrNotFound) {
			return fmt.Errorf("discount of a mail: %w", err)
		}
		check.That(err == nil && !d.Deleted, "steps["+strconv.Itoa(i)+"].discount_id", "is not a discount")
	}
	return check.Fault("INVALID_REQUEST_PARAMETERS", "The mail sequences are not valid.")
}
