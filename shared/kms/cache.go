package kms

import (
	"crypto/cipher"
	"sync"
	"time"

	"perennial/shared/clock"
)

// How long, how often and how many data keys are kept.
const (
	keepFor  = 10 * time.Minute
	keepUses = 10_000 // far below the 2^32 messages that AES-GCM allows one key
	keepKeys = 1_000
)

type dataKey struct {
	aead    cipher.AEAD
	wrapped []byte
	until   time.Time
	uses    int
}

type cache struct {
	now  clock.Wall
	mu   sync.Mutex
	keys map[string]*dataKey
}

func newCache(now clock.Wall) *cache {
	return &cache{now: now, keys: map[string]*dataKey{}}
}

// take gives a key that is neither too old nor used up, nil when there is none.
func (c *cache) take(name string) *dataKey {
	c.mu.Lock()
	defer c.mu.Unlock()
	k := c.keys[name]
	if k == nil {
		return nil
	}
	if k.uses >= keepUses || !c.now().Before(k.until) {
		delete(c.keys, name)
		return nil
	}
	k.uses++
	return k
}

// put keeps a new key, and wipes the bytes it was made from. A full cache is
// emptied, which costs one KMS call per key still needed.
func (c *cache) put(name string, plaintext, wrapped []byte) (*dataKey, error) {
	aead, err := newAEAD(plaintext)
	clear(plaintext)
	if err != nil {
		return nil, err
	}
	k := &dataKey{aead: aead, wrapped: wrapped, until: c.now().Add(keepFor), uses: 1}
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.keys) >= keepKeys {
		clear(c.keys)
	}
	c.keys[name] = k
	return k, nil
}
