// Package endpoints keeps where merchants receive webhooks: addresses, the
// sealed secrets that sign them, filters and headers. It shows the log of what
// was delivered there and has it delivered again. Delivering is hooks'.
package endpoints

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"time"

	"perennial/shared/clock"
	"perennial/shared/hooks"
	"perennial/shared/ids"
	"perennial/shared/merchant"
	"perennial/shared/record"
	"perennial/shared/register"
)

// Store is what endpoints need of storage.
type Store interface {
	record.Loader
	record.Committer
	record.Lister
	// OutboxByKey reads one outbox item, or record.ErrNotFound.
	OutboxByKey(ctx context.Context, key string) (record.Outbox, error)
}

// Sealer keeps secrets unreadable in the store.
type Sealer interface {
	Seal(ctx context.Context, purpose, scope string, plaintext []byte) (string, error)
	Open(ctx context.Context, purpose, scope, sealed string) ([]byte, error)
}

// Service keeps endpoints.
type Service struct {
	Store  Store
	Sealer Sealer
	Queue  Queue // of deliveries
	Wall   clock.Wall
}

// Queue takes messages.
type Queue interface {
	Send(ctx context.Context, body string) error
}

// tries is how often a decision is made anew when somebody was faster.
const tries = 5

// Create writes a new endpoint with a signing secret. With an idempotency key
// a second call answers with what the first one made.
func (s *Service) Create(ctx context.Context, scope merchant.Scope, actor record.Actor, e merchant.Endpoint, idempotencyKey string) (merchant.Endpoint, error) {
	if err := check(e); err != nil {
		return e, err
	}
	wall := s.Wall().Truncate(time.Microsecond) // the precision of lists and their cursors
	e.ID, e.CreatedAt, e.UpdatedAt = ids.New(ids.WebhookEndpoint, wall), wall, wall
	if idempotencyKey != "" {
		e.ID = keyed(scope, idempotencyKey)
	}
	var err error
	if e.Secret, err = s.Sealer.Seal(ctx, hooks.SecretPurpose(e.ID), scope.String(), []byte(newSecret())); err != nil {
		return e, err
	}
	err = s.Store.Commit(ctx, record.Commit{Scope: scope, Actor: actor, Cause: "create webhook", Put: []any{e}})
	if idempotencyKey != "" && errors.Is(err, record.ErrStale) {
		return s.Get(ctx, scope, e.ID)
	}
	if err != nil {
		return e, fmt.Errorf("create webhook: %w", err)
	}
	return record.Next(e), nil
}

// keyed is the id of an endpoint that was made under an idempotency key.
func keyed(scope merchant.Scope, key string) string {
	sum := sha256.Sum256([]byte(scope.String() + "#" + key))
	return ids.WebhookEndpoint + base64.RawURLEncoding.EncodeToString(sum[:])[:21]
}

// newSecret is a signing secret in the form of the Standard Webhooks
// specification.
func newSecret() string {
	var b [24]byte
	_, _ = rand.Read(b[:]) // never fails: crypto/rand ends the process instead
	return "whsec_" + base64.StdEncoding.EncodeToString(b[:])
}

// Get reads one endpoint.
func (s *Service) Get(ctx context.Context, scope merchant.Scope, id string) (merchant.Endpoint, error) {
	e, err := record.Get[merchant.Endpoint](ctx, s.Store, scope, id)
	if err != nil {
		return e, fmt.Errorf("webhook %s: %w", id, err)
	}
	return e, nil
}

// List reads a page of endpoints, newest first.
func (s *Service) List(ctx context.Context, scope merchant.Scope, q record.Query) ([]merchant.Endpoint, error) {
	q.Kind = record.KindEndpoint
	return register.List[merchant.Endpoint](ctx, s.Store, scope, q, nil)
}

// Update changes an endpoint by change, which may run more than once.
func (s *Service) Update(ctx context.Context, scope merchant.Scope, actor record.Actor, id string, change func(merchant.Endpoint) merchant.Endpoint) (merchant.Endpoint, error) {
	var err error
	for range tries {
		var e merchant.Endpoint
		if e, err = s.Get(ctx, scope, id); err != nil {
			return e, err
		}
		e = change(e)
		if err = check(e); err != nil {
			return e, err
		}
		e.UpdatedAt = s.Wall()
		err = s.Store.Commit(ctx, record.Commit{Scope: scope, Actor: actor, Cause: "update webhook", Put: []any{e}})
		if !errors.Is(err, record.ErrStale) {
			return record.Next(e), err
		}
	}
	return merchant.Endpoint{}, fmt.Errorf("update webhook %s: %w", id, err)
}

// Delete removes an endpoint; what waits to be sent to it is dropped.
func (s *Service) Delete(ctx context.Context, scope merchant.Scope, actor record.Actor, id string) error {
	e, err := s.Get(ctx, scope, id)
	if err != nil {
		return err
	}
	err = s.Store.Commit(ctx, record.Commit{Scope: scope, Actor: actor, Cause: "delete webhook", Delete: []any{e}})
	if err != nil {
		return fmt.Errorf("delete webhook %s: %w", id, err)
	}
	return nil
}

// Secret opens the signing secret, whsec_ and base64.
func (s *Service) Secret(ctx context.Context, scope merchant.Scope, id string) (string, error) {
	e, err := s.Get(ctx, scope, id)
	if err != nil {
		return "", err
	}
	secret, err := s.Sealer.Open(ctx, hooks.SecretPurpose(id), scope.String(), e.Secret)
	if err != nil {
		return "", fmt.Errorf("secret of webhook %s: %w", id, err)
	}
	return string(secret), nil
}

// overlap is how long a replaced secret signs beside the new one.
const overlap = 24 * time.Hour

// Rotate replaces the signing secret and answers with the new one. For 24
// hours deliveries carry a signature of the old one as well; of a secret that
// was old already, no longer.
func (s *Service) Rotate(ctx context.Context, scope merchant.Scope, actor record.Actor, id string) (string, merchant.Endpoint, error) {
	secret := newSecret()
	sealed, err := s.Sealer.Seal(ctx, hooks.SecretPurpose(id), scope.String(), []byte(secret))
	if err != nil {
		return "", merchant.Endpoint{}, fmt.Errorf("rotate the secret of %s: %w", id, err)
	}
	until := s.Wall().Add(overlap)
	e, err := s.Update(ctx, scope, actor, id, func(e merchant.Endpoint) merchant.Endpoint { return e.Rotate(sealed, until) })
	return secret, e, err
}
