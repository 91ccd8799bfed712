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
	"perennial/shared/register"
)

// ErrNoKey refuses to revoke a key that was never made here.
var ErrNoKey = fault.New(fault.NotFound, "NOT_FOUND", "There is no such API key.")

// tries is how often a key is revoked anew when its last use was just written.
const tries = 5

// KeyOrder is what a new key is to be.
type KeyOrder struct {
	Name     string
	ReadOnly bool
	Tier     merchant.Tier
}

// CreateKey makes an API key. The secret is returned once and never stored.
func (s *Service) CreateKey(ctx context.Context, scope merchant.Scope, name string, readOnly bool) (string, merchant.APIKey, error) {
	return s.MakeKey(ctx, scope, KeyOrder{Name: name, ReadOnly: readOnly})
}

// MakeKey makes an API key of a tier.
func (s *Service) MakeKey(ctx context.Context, scope merchant.Scope, o KeyOrder) (string, merchant.APIKey, error) {
	if _, err := s.Store.State(ctx, scope); err != nil {
		return "", merchant.APIKey{}, fmt.Errorf("state of %s: %w", scope, err)
	}
	secret := "sk_" + string(scope.Mode) + "_" + ids.Token()
	key := merchant.APIKey{
		Hash: ids.Hash(secret), Scope: scope, Name: o.Name, Hint: secret[len(secret)-4:],
		ReadOnly: o.ReadOnly, Tier: o.Tier, CreatedAt: s.Wall(),
	}
	if err := s.commit(ctx, scope, "create key", key); err != nil {
		return "", merchant.APIKey{}, fmt.Errorf("create key: %w", err)
	}
	return secret, key, nil
}

// Keys lists a page of a scope's API keys, revoked ones too, newest first.
// Keys made before lists existed appear once they are used again.
func (s *Service) Keys(ctx context.Context, scope merchant.Scope, q record.Query) ([]merchant.APIKey, error) {
	q.Kind = record.KindKey
	return register.List[merchant.APIKey](ctx, s.Store, scope, q, nil)
}

// KeyOf finds a scope's key by its id.
func (s *Service) KeyOf(ctx context.Context, scope merchant.Scope, id string) (merchant.APIKey, error) {
	named := func(k merchant.APIKey) bool { return k.ID() == id }
	found, err := register.List(ctx, s.Store, scope, record.Query{Kind: record.KindKey, Limit: 1}, named)
	if err != nil {
		return merchant.APIKey{}, err
	}
	if len(found) == 0 {
		return merchant.APIKey{}, ErrNoKey
	}
	return found[0], nil
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
