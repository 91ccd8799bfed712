package merchantapi

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"perennial/shared/clock"
	"perennial/shared/httpapi"
	"perennial/shared/ids"
	"perennial/shared/merchant"
	"perennial/shared/record"
)

// touchEvery is how often a key's last use is written.
const touchEvery = time.Hour

// mostTouched bounds what an instance remembers.
const mostTouched = 10_000

// KeyStore is what keys need of storage.
type KeyStore interface {
	record.Finder
	record.Committer
	State(ctx context.Context, scope merchant.Scope) (merchant.State, error)
}

// Keys knows API keys by the hashes that are stored of them.
type Keys struct {
	Store KeyStore
	Wall  clock.Wall

	mu      sync.Mutex
	touched map[string]time.Time // by hash: when this instance wrote the last use
}

// Authenticate implements httpapi.Authenticator.
func (k *Keys) Authenticate(ctx context.Context, secret string) (httpapi.Caller, error) {
	_, key, err := record.Lookup[merchant.APIKey](ctx, k.Store, ids.Hash(secret))
	if errors.Is(err, record.ErrNotFound) {
		return httpapi.Caller{}, httpapi.ErrUnauthorized
	}
	if err != nil {
		return httpapi.Caller{}, fmt.Errorf("look up key: %w", err)
	}
	now := k.Wall()
	if !key.RevokedAt.IsZero() && !now.Before(key.RevokedAt) {
		return httpapi.Caller{}, httpapi.ErrUnauthorized
	}
	k.touch(ctx, key, now)
	return httpapi.Caller{
		BusinessID: key.Scope.Business, Mode: string(key.Scope.Mode), Scope: key.Scope.String(),
		KeyID: key.Hint, ReadOnly: key.ReadOnly, Tier: key.Tier,
	}, nil
}

// MayWrite implements httpapi.Authenticator: a business that the operator has
// archived reads, and changes nothing.
func (k *Keys) MayWrite(ctx context.Context, c httpapi.Caller) error {
	scope := scopeOf(c)
	state, err := k.Store.State(ctx, scope)
	if err != nil {
		return fmt.Errorf("state of %s: %w", scope, err)
	}
	if state.Archived() {
		return merchant.ErrArchived
	}
	return nil
}

// touch writes the key's last use at most hourly. The key itself may come
// from a cache, so this instance remembers what it wrote. Failing to write
// concerns nobody's request: somebody else has just written it, or the next
// request tries again.
func (k *Keys) touch(ctx context.Context, key merchant.APIKey, now time.Time) {
	if now.Sub(key.LastUsed) < touchEvery || !k.claim(key.Hash, now) {
		return
	}
	key.LastUsed = now
	err := k.Store.Commit(ctx, record.Commit{
		Scope: key.Scope, Actor: record.System, Cause: "key used", Put: []any{key},
	})
	if err != nil && !errors.Is(err, record.ErrStale) {
		slog.WarnContext(ctx, "last use of key not written", "scope", key.Scope.String(), "error", err.Error())
	}
}

// claim reports whether this request is the one to write.
func (k *Keys) claim(hash string, now time.Time) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	if now.Sub(k.touched[hash]) < touchEvery {
		return false
	}
	if k.touched == nil || len(k.touched) >= mostTouched {
		k.touched = make(map[string]time.Time)
	}
	k.touched[hash] = now
	return true
}
