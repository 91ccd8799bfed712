// Package catalog keeps what a merchant sells: products, addons, collections,
// discounts, brands and the short links to them. A subscription holds a copy
// of the price it was bought at, so nothing here ever changes one.
//
// Everything is written whole or not at all, under the versions that were
// read; what one object says of another (a product's addons, a collection's
// products) was true when it was written.
package catalog

import (
	"context"
	"errors"
	"fmt"

	"perennial/shared/calendar"
	"perennial/shared/clock"
	"perennial/shared/fault"
	"perennial/shared/merchant"
	"perennial/shared/record"
)

// Store is what the catalog needs of storage.
type Store interface {
	record.Loader
	record.Committer
	record.Lister
	State(ctx context.Context, scope merchant.Scope) (merchant.State, error)
}

// Assets signs addresses of uploaded files, each valid for a short time. A
// key is a path below the scope's own.
type Assets interface {
	Upload(ctx context.Context, key string) (url string, err error)   // takes one PUT
	Download(ctx context.Context, key string) (url string, err error) // takes a GET
}

// Service keeps the catalog.
type Service struct {
	Store  Store
	Assets Assets
	Wall   clock.Wall
}

// By is whose catalog is worked on, and who does.
type By struct {
	Scope merchant.Scope
	Actor record.Actor
}

// tries is how often a decision is made anew when somebody was faster.
const tries = 5

// now is the business time of a scope.
func (s *Service) now(ctx context.Context, scope merchant.Scope) (calendar.Instant, error) {
	state, err := s.Store.State(ctx, scope)
	if err != nil {
		return 0, fmt.Errorf("state of %s: %w", scope, err)
	}
	return state.Clock.Now(s.Wall()), nil
}

// get reads one object.
func get[T any](ctx context.Context, s *Service, scope merchant.Scope, id string) (T, error) {
	obj, err := record.Get[T](ctx, s.Store, scope, id)
	if err != nil {
		return obj, fmt.Errorf("%s: %w", id, err)
	}
	return obj, nil
}

// create commits a new object.
func create[T any](ctx context.Context, s *Service, by By, cause string, at calendar.Instant, obj T, more ...any) (T, error) {
	err := s.Store.Commit(ctx, record.Commit{
		Scope: by.Scope, Actor: by.Actor, Cause: cause, At: at, Put: append([]any{obj}, more...),
	})
	if err != nil {
		return obj, fmt.Errorf("%s: %w", cause, err)
	}
	return record.Next(obj), nil
}

// edit loads, decides and commits, anew when somebody was faster.
func edit[T any](ctx context.Context, s *Service, by By, id, cause string, decide func(T, calendar.Instant) (T, error)) (T, error) {
	return again(func() (T, error) {
		obj, err := get[T](ctx, s, by.Scope, id)
		if err != nil {
			return obj, err
		}
		at, err := s.now(ctx, by.Scope)
		if err != nil {
			return obj, err
		}
		if obj, err = decide(obj, at); err != nil {
			return obj, err
		}
		return create(ctx, s, by, cause, at, obj)
	})
}

// again decides anew while somebody was faster.
func again[T any](decide func() (T, error)) (obj T, err error) {
	for range tries {
		if obj, err = decide(); !errors.Is(err, record.ErrStale) {
			break
		}
	}
	return obj, err
}

// problems joins what a rule found to what references show, so that one
// answer names everything; an error that is no list of problems is passed on.
func problems(rule error, check *fault.Check, message string) error {
	more := fault.Of(check.Fault("INVALID_REQUEST_PARAMETERS", message))
	found := fault.Of(rule)
	if rule == nil && more == nil {
		return nil
	}
	if more == nil || rule != nil && (found == nil || len(found.Problems) == 0) {
		return rule
	}
	var all fault.Check
	all.Add(rule)
	all.Add(more)
	return all.Fault("INVALID_REQUEST_PARAMETERS", message)
}
