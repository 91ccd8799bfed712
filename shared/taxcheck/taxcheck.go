// Package taxcheck finds out whether a customer's tax id is valid, by asking
// the register or remembering its answer, and keeps the proof. It never stops
// a sale: an id that cannot be checked now is pending, and taxed meanwhile.
package taxcheck

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"perennial/shared/merchant"
	"perennial/shared/record"
	"perennial/shared/tax"
	"perennial/shared/taxid"
)

// Register tells whether an id is given out, in the name of a requester who
// may be unknown.
type Register interface {
	Check(ctx context.Context, id, requester taxid.ID) taxid.Proof
}

// Store keeps proofs.
type Store interface {
	record.Loader
	record.Committer
}

// Service checks tax ids.
type Service struct {
	Store    Store
	Register Register
	Wall     func() time.Time
}

// Check is what is known of a tax id that a buyer in the country gave. Ids of
// countries whose numbers are not known stay unknown. In test mode, and where
// no register answers to strangers (the United Kingdom, Norway, Switzerland),
// form and check digits decide.
func (s *Service) Check(ctx context.Context, scope merchant.Scope, raw, country string) (taxid.Proof, error) {
	now := s.Wall()
	if strings.TrimSpace(raw) == "" {
		return taxid.Proof{}, nil
	}
	id, err := taxid.Parse(raw, country)
	switch {
	case errors.Is(err, taxid.ErrCountry):
		return taxid.Proof{ID: raw}, nil
	case err != nil:
		return taxid.Proof{ID: raw, Status: taxid.Invalid, Method: taxid.ByForm, Problem: err.Error(), At: now}, nil
	case scope.Mode == merchant.Test || !id.InVIES():
		return taxid.Proof{ID: id.String(), Status: taxid.Valid, Method: taxid.ByForm, At: now}, nil
	}
	return s.ask(ctx, scope, id)
}

// ask answers from memory where that is fresh, otherwise from the register.
func (s *Service) ask(ctx context.Context, scope merchant.Scope, id taxid.ID) (taxid.Proof, error) {
	found, err := s.Store.Load(ctx, scope, record.RefOf[taxid.Proof](id.String()), record.RefOf[merchant.State](scope.String()))
	if err != nil {
		return taxid.Proof{}, fmt.Errorf("check tax id: %w", err)
	}
	known, _ := found[0].(taxid.Proof)
	state, _ := found[1].(merchant.State)
	now := s.Wall()
	if known.Fresh(now) {
		return known, nil
	}
	next := known.After(s.Register.Check(ctx, id, requester(state.Seller.Tax, now)))
	if next == known {
		return known, nil
	}
	err = s.Store.Commit(record.Unmarked(ctx), record.Commit{
		Scope: scope, Actor: record.System, Cause: "tax id check", At: state.Clock.Now(now), Put: kept(next),
	})
	if errors.Is(err, record.ErrStale) { // somebody has just asked the same
		return next, nil
	}
	if err != nil {
		return taxid.Proof{}, fmt.Errorf("keep proof of tax id: %w", err)
	}
	return next, nil
}

// kept are the latest answer and, where it decides something, a copy that
// later answers do not replace: the proof of what was relied upon.
func kept(p taxid.Proof) []any {
	if p.Status == taxid.Pending {
		return []any{p}
	}
	history := p
	history.ID += "@" + p.At.UTC().Format(time.RFC3339)
	return []any{p, history}
}

// requester is the seller's own number in the EU, nothing when it has none.
func requester(s tax.Seller, now time.Time) taxid.ID {
	today := tax.Date(now.UTC().Format(time.DateOnly))
	for _, r := range s.Registrations {
		if r.Scheme != tax.Local || r.From > today || r.Until != "" && r.Until <= today {
			continue
		}
		if id, err := taxid.Parse(r.Number, r.Country); err == nil && id.InVIES() {
			return id
		}
	}
	return taxid.ID{}
}
