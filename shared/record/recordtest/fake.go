// Package recordtest holds the fake store that use cases are tested with, and
// the contract that every store keeps. The fake is a small real store: every
// object goes through its document, versions are checked, claims expire, and
// a commit happens whole or not at all.
package recordtest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"perennial/shared/clock"
	"perennial/shared/merchant"
	"perennial/shared/record"
)

// Fake keeps everything in memory; safe for concurrent use. The exported
// fields are set before use.
type Fake struct {
	// Wall decides when claims expire; New sets it to the system's clock.
	Wall clock.Wall
	// Before may refuse a commit before its effect. It runs unlocked, so a
	// test may let a rival commit in here.
	Before func(record.Commit) error
	// After may lose the reply of a commit that has happened.
	After func(record.Commit) error

	mu      sync.Mutex
	items   map[place]item
	claims  map[claim]time.Time
	order   []string // outbox keys as they were committed
	outbox  map[string][]byte
	commits []record.Commit
}

// place is where an object is kept. Kinds that are found without a scope
// have none in it.
type place struct {
	scope string
	ref   record.Ref
}

type claim struct {
	scope merchant.Scope
	key   string
}

// item is one stored document.
type item struct {
	scope   merchant.Scope
	version int64
	doc     []byte
	entry   record.Entry
}

// New makes an empty store.
func New() *Fake {
	return &Fake{
		Wall:  clock.System,
		items: map[place]item{}, claims: map[claim]time.Time{}, outbox: map[string][]byte{},
	}
}

// placeOf finds an object's place.
func placeOf(scope merchant.Scope, ref record.Ref) place {
	if ref.Kind.Global() || ref.Kind == record.KindBusiness || ref.Kind == record.KindState {
		return place{"", ref}
	}
	return place{scope.String(), ref}
}

// visible reports whether an item may be shown to a scope.
func (i item) visible(scope merchant.Scope) bool {
	if i.entry.Kind == record.KindBusiness || i.entry.Kind == record.KindState {
		return i.scope.Business == scope.Business
	}
	return i.scope == scope
}

func (i item) object() (any, error) { return record.Decode(i.entry.Kind, record.Schema, i.doc) }

// Load implements record.Loader.
func (f *Fake) Load(ctx context.Context, scope merchant.Scope, refs ...record.Ref) ([]any, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	found := make([]any, len(refs))
	for i, ref := range refs {
		stored, ok := f.items[placeOf(scope, ref)]
		if !ok || !stored.visible(scope) {
			continue
		}
		var err error
		if found[i], err = stored.object(); err != nil {
			return nil, err
		}
	}
	return found, nil
}

// Find implements record.Finder.
func (f *Fake) Find(_ context.Context, ref record.Ref) (merchant.Scope, any, error) {
	if !ref.Kind.Global() {
		return merchant.Scope{}, nil, fmt.Errorf("find %s: it is not a global kind", ref.Kind)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	stored, ok := f.items[place{"", ref}]
	if !ok {
		return merchant.Scope{}, nil, record.ErrNotFound
	}
	obj, err := stored.object()
	return stored.scope, obj, err
}

// State gives a scope's settings, clock and brake; the deployment's is zero
// until it is written.
func (f *Fake) State(ctx context.Context, scope merchant.Scope) (merchant.State, error) {
	state, err := record.Get[merchant.State](ctx, f, scope, scope.String())
	if errors.Is(err, record.ErrNotFound) && scope == merchant.Deployment {
		return merchant.State{Scope: scope}, nil
	}
	return state, err
}
