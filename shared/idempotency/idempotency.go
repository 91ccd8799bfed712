// Package idempotency makes a merchant's request with an Idempotency-Key
// happen at most once. The key is taken under a lease; the request's first
// commit marks it in the same transaction; its answer is kept sealed for 24
// hours and given again.
//
// A request that died before it committed anything runs anew once its lease
// has ended. One that died after is never run again: what became of it has to
// be looked up, because doing it twice may cost money.
package idempotency

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"perennial/shared/clock"
	"perennial/shared/fault"
	"perennial/shared/ids"
	"perennial/shared/merchant"
	"perennial/shared/record"
)

// Times of a request. The lease is longer than any function runs.
const (
	Life  = 24 * time.Hour
	lease = 45 * time.Second
)

// largest is the size of an answer's body that is kept, in bytes; an item of
// the store holds 400 KB, and sealing adds a third.
const largest = 250 << 10

// Faults of keys.
var (
	ErrReused  = fault.New(fault.Invalid, "IDEMPOTENCY_KEY_REUSED", "This Idempotency-Key was used for another request.")
	ErrRunning = fault.New(fault.Conflict, "IDEMPOTENCY_KEY_IN_USE", "A request with this Idempotency-Key is running. Try again shortly.")
	ErrUnknown = fault.New(fault.Conflict, "IDEMPOTENCY_OUTCOME_UNKNOWN",
		"A request with this Idempotency-Key was carried out at least in part and its answer was lost. Look at what it made, then use a new key.")
)

// Store is what idempotency needs of storage.
type Store interface {
	record.Loader
	record.Committer
}

// Sealer keeps answers unreadable at rest: they may show secrets.
type Sealer interface {
	Seal(ctx context.Context, purpose, scope string, plaintext []byte) (string, error)
	Open(ctx context.Context, purpose, scope, sealed string) ([]byte, error)
}

// Service keeps requests and their answers.
type Service struct {
	Store  Store
	Sealer Sealer
	Wall   clock.Wall
}

// Answer is what a request was answered.
type Answer struct {
	Status  int
	Type    string // content type
	Body    []byte
	Trouble bool // of ours; it is never kept
	Passing bool // a refusal that may pass; it is kept only when something was committed
}

// Asked is a request with a key.
type Asked struct {
	Scope       merchant.Scope
	Actor       record.Actor
	Key         string
	Fingerprint string // hash of route and body
}

// Run is a request under way; Context is the one to carry it out under.
type Run struct {
	Context context.Context
	asked   Asked
	mark    *record.Mark
	outer   context.Context // without the mark
}

// Begin starts a request, or gives the answer it had.
func (s *Service) Begin(ctx context.Context, in Asked) (*Run, *Answer, error) {
	now := s.Wall()
	r, err := record.Get[record.Request](ctx, s.Store, in.Scope, ids.Hash(in.Key))
	if err != nil && !errors.Is(err, record.ErrNotFound) {
		return nil, nil, fmt.Errorf("request of %s: %w", in.Scope, err)
	}
	if now.Before(r.ExpiresAt) {
		if answer, err := s.known(ctx, in, r, now); answer != nil || err != nil {
			return nil, answer, err
		}
	}
	r = record.Request{
		ID: ids.Hash(in.Key), Version: r.Version, Fingerprint: in.Fingerprint,
		Lease: now.Add(lease), CreatedAt: now, ExpiresAt: now.Add(Life),
	}
	err = s.commit(ctx, in, "begin request", r)
	if errors.Is(err, record.ErrStale) {
		return nil, nil, ErrRunning
	}
	if err != nil {
		return nil, nil, fmt.Errorf("begin request of %s: %w", in.Scope, err)
	}
	run := &Run{asked: in, outer: context.WithoutCancel(ctx)}
	run.Context, run.mark = record.WithMark(ctx, in.Scope, record.Next(r))
	return run, nil, nil
}

// known is what a key's record says; nothing when the request may run anew.
func (s *Service) known(ctx context.Context, in Asked, r record.Request, now time.Time) (*Answer, error) {
	switch {
	case r.Fingerprint != in.Fingerprint:
		return nil, ErrReused
	case r.Status != 0:
		body, err := s.Sealer.Open(ctx, purpose(r.ID), in.Scope.String(), r.Sealed)
		if err != nil {
			return nil, fmt.Errorf("answer of %s: %w", in.Scope, err)
		}
		return &Answer{Status: r.Status, Type: r.Type, Body: body}, nil
	case now.Before(r.Lease):
		return nil, ErrRunning
	case r.Touched:
		return nil, ErrUnknown
	}
	return nil, nil
}

// End keeps the answer of a request. An answer that trouble of ours made, or
// a conflict that may pass, is not kept: when nothing was committed the
// request may run again at once. Failing to keep it does not fail the
// request; the next one with the key learns what there is to know.
func (s *Service) End(run *Run, answer Answer) {
	if err := s.end(run, answer); err != nil {
		slog.WarnContext(run.outer, "answer not kept", "scope", run.asked.Scope.String(), "error", err.Error())
	}
}

func (s *Service) end(run *Run, answer Answer) error {
	r := run.mark.Request()
	passing := answer.Trouble || answer.Passing && !r.Touched
	r.Lease = time.Time{}
	switch {
	case passing && !r.Touched:
		return s.Store.Commit(run.outer, record.Commit{
			Scope: run.asked.Scope, Actor: run.asked.Actor, Cause: "release request", Delete: []any{r},
		})
	case passing, len(answer.Body) > largest:
		r.Touched = true
		return s.commit(run.outer, run.asked, "end request", r)
	}
	var err error
	r.Status, r.Type = answer.Status, answer.Type
	if r.Sealed, err = s.Sealer.Seal(run.outer, purpose(r.ID), run.asked.Scope.String(), answer.Body); err != nil {
		return err
	}
	return s.commit(run.outer, run.asked, "keep answer", r)
}

func (s *Service) commit(ctx context.Context, in Asked, cause string, r record.Request) error {
	return s.Store.Commit(ctx, record.Commit{Scope: in.Scope, Actor: in.Actor, Cause: cause, Put: []any{r}})
}

func purpose(id string) string { return "answer:" + id }
