package gateways

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"perennial/shared/clock"
	"perennial/shared/gateway"
	"perennial/shared/merchant"
	"perennial/shared/record"
)

// keepFor is how long opened keys are remembered: so long do functions use a
// key that was replaced or forgotten.
const keepFor = 30 * time.Second

// freshFor is how long opened keys count as just opened.
const freshFor = time.Second

// Keyring opens the keys of accounts, for adapters. It is safe for concurrent
// use and asks the store at most every 30 seconds for each account, but for
// Fresh.
type Keyring struct {
	Store  Store
	Sealer Sealer
	Wall   clock.Wall

	mu   sync.Mutex
	kept map[gateway.Account]opened
}

// Keys are the opened secrets of an account.
type Keys struct {
	Secret   string
	Webhooks []string // signing secrets, newest first
}

// errGone says both to whoever asks for keys.
var errGone = fmt.Errorf("%w: %w", ErrNotConnected, gateway.ErrGone)

type opened struct {
	Keys
	at time.Time
}

// Keys opens the keys of an account. One that is not connected, or whose keys
// were forgotten, is ErrNotConnected and gateway.ErrGone: whether a payment
// there was made is then not known.
func (k *Keyring) Keys(ctx context.Context, account gateway.Account) (Keys, error) {
	now := k.Wall()
	if known, ok := k.known(account); ok && now.Before(known.at.Add(keepFor)) {
		return known.Keys, nil
	}
	return k.reopen(ctx, account, now)
}

// Fresh opens the keys of an account as they are now: for a webhook that is
// signed with a secret that is not known, which may have been replaced a moment
// ago. What was opened within a second is given again, so that made-up
// signatures cost little.
func (k *Keyring) Fresh(ctx context.Context, account gateway.Account) (Keys, error) {
	now := k.Wall()
	if known, ok := k.known(account); ok && now.Before(known.at.Add(freshFor)) {
		return known.Keys, nil
	}
	return k.reopen(ctx, account, now)
}

func (k *Keyring) known(account gateway.Account) (opened, bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	known, ok := k.kept[account]
	return known, ok
}

func (k *Keyring) reopen(ctx context.Context, account gateway.Account, now time.Time) (Keys, error) {
	keys, err := k.open(ctx, account, now)
	if err != nil {
		return Keys{}, err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.kept == nil || len(k.kept) >= 1000 {
		k.kept = map[gateway.Account]opened{}
	}
	k.kept[account] = opened{keys, now}
	return keys, nil
}

func (k *Keyring) open(ctx context.Context, account gateway.Account, now time.Time) (Keys, error) {
	c, scope, err := k.connection(ctx, account)
	if err != nil {
		return Keys{}, err
	}
	var keys Keys
	for i, sealed := range append([]string{c.Secret}, c.Signers(now)...) {
		plain, err := k.Sealer.Open(ctx, purpose(c.ID), scope.String(), sealed)
		if err != nil {
			return Keys{}, fmt.Errorf("keys of %s: %w", account.ID, err)
		}
		if i == 0 {
			keys.Secret = string(plain)
		} else {
			keys.Webhooks = append(keys.Webhooks, string(plain))
		}
	}
	return keys, nil
}

// connection reads the secret side of an account, which names its scope.
func (k *Keyring) connection(ctx context.Context, account gateway.Account) (merchant.Connection, merchant.Scope, error) {
	scope, _, ok := merchant.ParseGatewayAccount(account.ID)
	if !ok {
		return merchant.Connection{}, scope, errGone
	}
	c, err := record.Get[merchant.Connection](ctx, k.Store, scope, account.ID)
	if errors.Is(err, record.ErrNotFound) || err == nil && c.Secret == "" {
		return c, scope, errGone
	}
	if err != nil {
		return c, scope, fmt.Errorf("connection %s: %w", account.ID, err)
	}
	return c, scope, nil
}

// Heard notes, at most hourly, that a genuine webhook of an account came.
func (k *Keyring) Heard(ctx context.Context, account gateway.Account) {
	c, scope, err := k.connection(ctx, account)
	if err != nil {
		return // whoever reads the webhook tells of it
	}
	now := k.Wall()
	heard, worth := c.Heard(now)
	if !worth {
		return
	}
	heard = heard.Watch(now.Add(-merchant.LongestArchive), now) // one that was connected before archives were read
	err = k.Store.Commit(ctx, record.Commit{
		Scope: scope, Actor: record.Actor{Kind: record.ByGateway, ID: account.Gateway}, Cause: "webhook heard", Put: []any{heard},
	})
	if err != nil && !errors.Is(err, record.ErrStale) {
		slog.WarnContext(ctx, "webhook not noted", "account", account.ID, "error", err)
	}
}
