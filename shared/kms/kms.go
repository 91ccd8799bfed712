// Package kms seals merchants' secrets (webhook signing keys, gateway
// credentials) with envelope encryption: AWS KMS makes and unwraps data keys
// under one master key, AES-256-GCM seals the value here. A sealed value opens
// only for the purpose and scope it was sealed for.
//
// Data keys stay in memory for ten minutes and a limited number of uses, so a
// busy function asks KMS about once per merchant. A function with the grant to
// seal cannot open, and the other way round.
package kms

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"

	awskms "github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/kms/types"

	"perennial/shared/clock"
)

// ErrUnreadable says that a sealed value was damaged, or sealed for another
// purpose or scope.
var ErrUnreadable = errors.New("sealed value does not open for this purpose and scope")

// Calls are what a Sealer asks of KMS.
type Calls struct {
	GenerateDataKey func(context.Context, *awskms.GenerateDataKeyInput, ...func(*awskms.Options)) (*awskms.GenerateDataKeyOutput, error)
	Decrypt         func(context.Context, *awskms.DecryptInput, ...func(*awskms.Options)) (*awskms.DecryptOutput, error)
}

// CallsOf are the calls of the SDK's client. The linker leaves out its other
// operations, which it would keep for a client behind an interface.
func CallsOf(c *awskms.Client) Calls { return Calls{c.GenerateDataKey, c.Decrypt} }

// Sealer seals and opens values; safe for concurrent use.
type Sealer struct {
	calls  Calls
	key    string
	sealed *cache // data keys to seal with, by encryption context
	opened *cache // unwrapped data keys, by encryption context and wrapped key
}

// New makes a sealer under the master key with this id or ARN.
func New(calls Calls, key string, now clock.Wall) *Sealer {
	return &Sealer{calls: calls, key: key, sealed: newCache(now), opened: newCache(now)}
}

// Seal encrypts a value. Purpose says what it is and may name the object after
// a colon, such as "webhook:whk_…"; the part before the colon is what IAM
// policies see in the KMS encryption context.
func (s *Sealer) Seal(ctx context.Context, purpose, scope string, plaintext []byte) (string, error) {
	k, err := s.sealingKey(ctx, purpose, scope)
	if err != nil {
		return "", fmt.Errorf("seal %s for %s: %w", purpose, scope, err)
	}
	nonce := make([]byte, k.aead.NonceSize())
	_, _ = rand.Read(nonce) // never fails: crypto/rand ends the process instead
	box := k.aead.Seal(nil, nonce, plaintext, bound(purpose, scope))
	return envelope{wrapped: k.wrapped, nonce: nonce, box: box}.encode(), nil
}

// Open decrypts what Seal made for the same purpose and scope; ErrUnreadable
// when it was not. Any other error is KMS's.
func (s *Sealer) Open(ctx context.Context, purpose, scope, sealed string) ([]byte, error) {
	e, err := decode(sealed)
	if err != nil {
		return nil, fmt.Errorf("open %s for %s: %w", purpose, scope, err)
	}
	k, err := s.openingKey(ctx, purpose, scope, e.wrapped)
	if err != nil {
		return nil, fmt.Errorf("open %s for %s: %w", purpose, scope, err)
	}
	plaintext, err := k.aead.Open(nil, e.nonce, e.box, bound(purpose, scope))
	if err != nil {
		return nil, fmt.Errorf("open %s for %s: %w", purpose, scope, ErrUnreadable)
	}
	return plaintext, nil
}

func (s *Sealer) sealingKey(ctx context.Context, purpose, scope string) (*dataKey, error) {
	name := kind(purpose) + "|" + scope
	if k := s.sealed.take(name); k != nil {
		return k, nil
	}
	out, err := s.calls.GenerateDataKey(ctx, &awskms.GenerateDataKeyInput{
		KeyId: &s.key, KeySpec: types.DataKeySpecAes256, EncryptionContext: encryptionContext(purpose, scope),
	})
	if err != nil {
		return nil, err
	}
	return s.sealed.put(name, out.Plaintext, out.CiphertextBlob)
}

func (s *Sealer) openingKey(ctx context.Context, purpose, scope string, wrapped []byte) (*dataKey, error) {
	name := kind(purpose) + "|" + scope + "|" + string(wrapped)
	if k := s.opened.take(name); k != nil {
		return k, nil
	}
	out, err := s.calls.Decrypt(ctx, &awskms.DecryptInput{
		KeyId: &s.key, CiphertextBlob: wrapped, EncryptionContext: encryptionContext(purpose, scope),
	})
	var damaged *types.InvalidCiphertextException
	if errors.As(err, &damaged) {
		return nil, ErrUnreadable
	}
	if err != nil {
		return nil, err
	}
	return s.opened.put(name, out.Plaintext, wrapped)
}

func encryptionContext(purpose, scope string) map[string]string {
	return map[string]string{"purpose": kind(purpose), "scope": scope}
}

func kind(purpose string) string {
	k, _, _ := strings.Cut(purpose, ":")
	return k
}

// bound is what a sealed value is authenticated with.
func bound(purpose, scope string) []byte { return []byte(prefix + purpose + "|" + scope) }

func newAEAD(key []byte) (cipher.AEAD, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}
