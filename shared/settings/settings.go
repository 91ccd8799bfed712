// Package settings changes what a merchant has chosen for one mode: what
// customers may do, how the portal looks, how failed payments are recovered,
// who is told. All or nothing, with every problem named at once.
//
// Functions remember the settings of live modes for up to 30 seconds, so a
// change takes that long to reach all of them.
package settings

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"perennial/shared/clock"
	"perennial/shared/fault"
	"perennial/shared/merchant"
	"perennial/shared/record"
)

// Store is what settings need of storage.
type Store interface {
	record.Loader
	record.Committer
}

// Service reads and changes settings.
type Service struct {
	Store Store
	Wall  clock.Wall
}

// ErrMoved refuses a change that was made from an older version.
var ErrMoved = fault.New(fault.Conflict, "SETTINGS_CHANGED", "The settings were changed since this version. Read them again.")

// tries is how often a change is made anew when the state was just written.
const tries = 5

// State reads the settings as they are now, past every cache.
func (s *Service) State(ctx context.Context, scope merchant.Scope) (merchant.State, error) {
	state, err := record.Get[merchant.State](ctx, s.Store, scope, scope.String())
	if err != nil {
		return state, fmt.Errorf("state of %s: %w", scope, err)
	}
	return state, nil
}

// Update changes settings by change, which may run more than once. It may
// touch recovery, settings and the business's zone; clock, brake and archive stay.
func (s *Service) Update(ctx context.Context, scope merchant.Scope, actor record.Actor, change func(merchant.State) (merchant.State, error)) (merchant.State, error) {
	var err error
	for range tries {
		var state merchant.State
		if state, err = s.update(ctx, scope, actor, change); !errors.Is(err, record.ErrStale) || errors.Is(err, ErrMoved) {
			return state, err
		}
	}
	return merchant.State{}, err
}

func (s *Service) update(ctx context.Context, scope merchant.Scope, actor record.Actor, change func(merchant.State) (merchant.State, error)) (merchant.State, error) {
	old, err := s.State(ctx, scope)
	if err != nil {
		return old, err
	}
	next, err := change(old)
	if err != nil {
		return old, err
	}
	if err := check(next); err != nil {
		return old, err
	}
	next.Version, next.Clock, next.Brake, next.Archive = old.Version, old.Clock, old.Brake, old.Archive
	next.Settings.Revision, next.Settings.ChangedAt = old.Settings.Revision+1, s.Wall()
	next.Settings.ChangedBy = string(actor.Kind) + ":" + actor.ID
	commit := record.Commit{Scope: scope, Actor: actor, Cause: "change settings", Put: []any{next}}
	if commit.Events, err = asked(old, next); err != nil {
		return old, err
	}
	err = s.Store.Commit(ctx, commit)
	if err != nil {
		return old, fmt.Errorf("settings of %s: %w", scope, err)
	}
	return record.Next(next), nil
}

// check names everything that is wrong.
func check(s merchant.State) error {
	var c fault.Check
	s.Settings.Check(&c)
	s.Recovery.Check(&c)
	if f := fault.Of(s.Seller.Check()); f != nil {
		for _, p := range f.Problems {
			c.That(false, "seller."+strings.TrimPrefix(p.Field, "seller."), p.Message)
		}
	}
	_, err := time.LoadLocation(s.Business.Zone)
	known := err == nil && !slices.Contains([]string{"", "Local"}, s.Business.Zone)
	c.That(known, "time_zone", "must be an IANA time zone such as Europe/Berlin")
	return c.Fault("INVALID_REQUEST_PARAMETERS", "The settings are not valid.")
}
