// Package record is the port to storage in the words of the use cases: what
// one step wants written is one Commit, which the store turns into one
// conditional transaction with one outbox item. It also says how each kind of
// object is identified, found and waited for, so that every store agrees.
//
// Every object carries the version it was loaded with; a commit writes the
// next one and fails whole with ErrStale when any object has moved on.
package record

import (
	"context"
	"time"

	"perennial/shared/billing"
	"perennial/shared/calendar"
	"perennial/shared/fault"
	"perennial/shared/merchant"
)

// Errors of stores.
var (
	// ErrStale: an object has changed since it was loaded; load and decide again.
	ErrStale = fault.New(fault.Conflict, "CONCURRENT_CHANGE", "This was changed at the same time. Please try again.")
	// ErrClaimed: a unique claim of the commit was already taken.
	ErrClaimed = fault.New(fault.Conflict, "ALREADY_EXISTS", "This already exists.")
	// ErrNotFound: no such object in this scope.
	ErrNotFound = fault.New(fault.NotFound, "NOT_FOUND", "There is no such object.")
)

// ActorKind is who caused a commit.
type ActorKind string

// The actors.
const (
	ByKey      ActorKind = "key"
	ByCustomer ActorKind = "customer"
	ByOperator ActorKind = "operator"
	BySystem   ActorKind = "system"
	ByGateway  ActorKind = "gateway"
)

// Actor is who caused a commit: the audit trail's first half. The other half
// is the commit's cause.
type Actor struct {
	Kind ActorKind
	ID   string // key hint, customer id, operator name, gateway name

	Country string // that the edge saw the request come from; empty when unknown
}

// System is the actor of scheduled work.
var System = Actor{Kind: BySystem}

// Claim takes a name that only one commit may ever take (until it expires).
type Claim struct {
	Key     string
	Expires time.Time // wall time; zero keeps it for ever
}

// Commit is everything one step wants written, all or nothing.
type Commit struct {
	Scope  merchant.Scope
	Actor  Actor
	Cause  string // what made it happen, such as "renewal" or "POST /subscriptions"
	At     calendar.Instant
	Put    []any // objects of the kinds below, at the version they were loaded; 0 is a new one
	Delete []any // at the version they were loaded
	Claims []Claim
	Attach []any           // unchanged objects that the events speak of
	Events []billing.Event // in order; without any there is no outbox item
}

// Committer writes commits.
type Committer interface {
	Commit(ctx context.Context, c Commit) error
}

// Ref names one object of a scope.
type Ref struct {
	Kind Kind
	ID   string
}

// Loader reads objects with strong consistency, in the order of the refs.
// An object that does not exist is nil.
type Loader interface {
	Load(ctx context.Context, scope merchant.Scope, refs ...Ref) ([]any, error)
}

// Get loads one object, or ErrNotFound.
func Get[T any](ctx context.Context, l Loader, scope merchant.Scope, id string) (T, error) {
	var none T
	found, err := l.Load(ctx, scope, RefOf[T](id))
	if err != nil {
		return none, err
	}
	if found[0] == nil {
		return none, ErrNotFound
	}
	return found[0].(T), nil
}

// Several reads the objects of one kind that exist, in the order of their ids.
func Several[T any](ctx context.Context, l Loader, scope merchant.Scope, ids ...string) ([]T, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	refs := make([]Ref, len(ids))
	for i, id := range ids {
		refs[i] = RefOf[T](id)
	}
	found, err := l.Load(ctx, scope, refs...)
	if err != nil {
		return nil, err
	}
	var several []T
	for _, obj := range found {
		if t, ok := obj.(T); ok {
			several = append(several, t)
		}
	}
	return several, nil
}

// With adds an object to what a commit puts, if there is one.
func With[T any](put []any, object *T) []any {
	if object == nil {
		return put
	}
	return append(put, *object)
}

// WithAll adds objects to what a commit puts.
func WithAll[T any](put []any, objects []T) []any {
	for _, o := range objects {
		put = append(put, o)
	}
	return put
}

// Owned reads every object of the given kinds that belongs to a customer,
// newest first: the customer, its methods, subscriptions, invoices and
// payments; other kinds are refused. Customer and methods are current, the
// rest may lag behind commits by moments.
type Owned interface {
	Owned(ctx context.Context, scope merchant.Scope, customer string, kinds ...Kind) ([]any, error)
}

// Owner is one customer record somewhere on the deployment.
type Owner struct {
	Scope    merchant.Scope
	Customer string
}

// Addressed finds the customer records of an address over all businesses, in
// one mode. It is the one question that crosses tenants: only somebody whom
// we have mailed at the address may ask it (rules 19). It may lag behind
// commits by moments.
type Addressed interface {
	Everywhere(ctx context.Context, mode merchant.Mode, email string) ([]Owner, error)
}

// Finder finds an object of a global kind without knowing whose it is, or
// answers ErrNotFound.
type Finder interface {
	Find(ctx context.Context, ref Ref) (merchant.Scope, any, error)
}

// Lookup finds one object of a global kind by its credential.
func Lookup[T any](ctx context.Context, f Finder, id string) (merchant.Scope, T, error) {
	var none T
	scope, found, err := f.Find(ctx, RefOf[T](id))
	if err != nil {
		return scope, none, err
	}
	return scope, found.(T), nil
}

// Query selects objects of one kind, newest first.
type Query struct {
	Kind    Kind
	Filters map[string]string // by Entry.Filters names; all must match
	From    time.Time         // created at or after
	To      time.Time         // created at or before
	Offset  int               // at most MaxOffset
	Limit   int               // 1 to 100; 0 means 100
}

// Lister lists the objects of a scope. It may lag behind commits by moments.
type Lister interface {
	List(ctx context.Context, scope merchant.Scope, q Query) ([]any, error)
}
