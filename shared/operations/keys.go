package operations

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"perennial/shared/fault"
	"perennial/shared/ids"
	"perennial/shared/merchant"
	"perennial/shared/record"
)

// ErrNoKey refuses to revoke a key that was never made here.
var ErrNoKey = fault.New(fault.NotFound, "NOT_FOUND", "There is no such API key.")

// tries is how often a key is revoked anew when its last use was just written.
const tries = 5

// CreateKey makes an API key. The secret is returned once and never stored.
func (s *Service) CreateKey(ctx context.Context, scope merchant.Scope, name string, readOnly bool) (string, merchant.APIKey, error) {
	if _, err := s.Store.State(ctx, scope); err != nil {
		return "", merchant.APIKey{}, fmt.Errorf("state of %s: %w", scope, err)
	}
	secret := "sk_" + string(scope.Mode) + "_" + ids.Token()
	key := merchant.APIKey{
		Hash: ids.Hash(secret), Scope: scope, Name: name, Hint: secret[len(secret)-4:],
		ReadOnly: readOnly, CreatedAt: s.Wall(),
	}
	if err := s.commit(ctx, scope, "create key", key); err != nil {
		return "", merchant.APIKey{}, fmt.Errorf("create key: %w", err)
	}
	return secret, key, nil
}

// RevokeKey ends an API key, given as its secret or as the hash that is
// stored of it. Function instances that remember the key accept it for up to
// 30 s more. Revoking twice keeps the first time.
func (s *Service) RevokeKey(ctx context.Context, secretOrHash string) (merchant.APIKey, error) {
	hash := secretOrHash
	if strings.HasPrefix(hash, "sk_") {
		hash = ids.Hash(hash)
	}
	var err error
	for range tries {
		var key merchant.APIKey
		if key, err = s.revokeKey(ctx, hash); !errors.Is(err, record.ErrStale) {
			return key, err
		}
	}
	return merchant.APIKey{}, err
}

func (s *Service) revokeKey(ctx context.Context, hash string) (merchant.APIKey, error) {
	_, key, err := record.Lookup[merchant.APIKey](ctx, s.Store, hash)
	if errors.Is(err, record.ErrNotFound) {
		return key, ErrNoKey
	}
	if err != nil {
		return key, fmt.Errorf("look up key: %w", err)
	}
	if !key.RevokedAt.IsZero() {
		return key, nil
	}
	key.RevokedAt = s.Wall()
	if err := s.commit(ctx, key.Scope, "revoke key", key); err != nil {
		return key, fmt.Errorf("revoke key …%s: %w", key.Hint, err)
	}
	return record.Next(key), nil
}
