// Package operations is what the operator of a deployment does: found
// businesses, hand out keys, work the brake, and check that the books are
// whole.
package operations

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"perennial/shared/clock"
	"perennial/shared/fault"
	"perennial/shared/ids"
	"perennial/shared/merchant"
	"perennial/shared/record"
)

// Store is what operations need of storage.
type Store interface {
	record.Loader
	record.Committer
	record.Lister
	record.Finder
	State(ctx context.Context, scope merchant.Scope) (merchant.State, error)
}

// Service operates a deployment.
type Service struct {
	Store Store
	Wall  clock.Wall
	Actor record.Actor
}

// Founding is what a new business is made of.
type Founding struct {
	ID           string // empty makes one
	Name         string
	Email        string
	SupportEmail string
	Country      string
	Zone         string
}

// Check names everything that is wrong with a founding.
func (f Founding) Check() error {
	var check fault.Check
	check.That(strings.TrimSpace(f.Name) != "", "name", "must not be empty")
	check.That(strings.Contains(f.Email, "@"), "email", "must be an e-mail address")
	check.That(len(f.Country) == 2 && strings.ToUpper(f.Country) == f.Country, "country", "must be an ISO 3166 alpha-2 code")
	_, err := time.LoadLocation(f.Zone)
	check.That(err == nil && f.Zone != "" && f.Zone != "Local", "zone", "must be an IANA time zone such as Europe/Berlin")
	check.That(f.ID == "" || ids.Valid("bus_", f.ID), "id", "must be a bus_ id")
	return check.Fault("INVALID_REQUEST_PARAMETERS", "The business is not valid.")
}

// Found makes a business with its test and live mode. Both start with the
// default recovery policy.
func (s *Service) Found(ctx context.Context, f Founding) (merchant.Business, error) {
	if err := f.Check(); err != nil {
		return merchant.Business{}, err
	}
	wall := s.Wall()
	b := merchant.Business{
		ID: f.ID, Name: f.Name, Email: f.Email, SupportEmail: f.SupportEmail,
		Country: f.Country, Zone: f.Zone, CreatedAt: wall,
	}
	if b.ID == "" {
		b.ID = ids.New("bus_", wall)
	}
	if b.SupportEmail == "" {
		b.SupportEmail = b.Email
	}
	for _, mode := range []merchant.Mode{merchant.Live, merchant.Test} {
		scope := merchant.Scope{Business: b.ID, Mode: mode}
		put := []any{merchant.State{Scope: scope, Business: b, Recovery: merchant.DefaultRecovery()}}
		if mode == merchant.Test { // last, so that a business that exists is whole
			put = append(put, b)
		}
		err := s.commit(ctx, scope, "found business", put...)
		if mode == merchant.Live && errors.Is(err, record.ErrStale) {
			continue // a founding that died half-way is finished
		}
		if err != nil {
			return merchant.Business{}, fmt.Errorf("found %s: %w", scope, err)
		}
	}
	return b, nil
}

// Brake stops, slows or releases charging for a scope, or for the whole
// deployment with merchant.Deployment.
func (s *Service) Brake(ctx context.Context, scope merchant.Scope, brake merchant.Brake) error {
	state, err := s.Store.State(ctx, scope)
	if err != nil {
		return fmt.Errorf("state of %s: %w", scope, err)
	}
	state.Scope, state.Brake = scope, brake
	return s.commit(ctx, scope, "brake", state)
}

func (s *Service) commit(ctx context.Context, scope merchant.Scope, cause string, put ...any) error {
	return s.Store.Commit(ctx, record.Commit{Scope: scope, Actor: s.Actor, Cause: cause, Put: put})
}
