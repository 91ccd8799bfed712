// Package kms is the local stand-in for AWS KMS: one symmetric key that makes
// and unwraps data keys, bound to their encryption context.
//
// The key lies in a file beside the data that it protects, so it protects
// nothing from whoever owns the machine; it makes the functions work as in AWS.
package kms

import (
	"bytes"
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/json"
	"errors"
	"io/fs"
	"os"

	"perennial/infra/local/awsjson"
	"perennial/infra/local/identity"
)

// KeyARN names the only key.
var KeyARN = identity.ARN("kms", "key/local")

const keySize = 32

// ciphertext starts with this, so that foreign bytes are told apart.
var header = []byte("local\x01")

// Service serves GenerateDataKey and Decrypt with one key.
type Service struct{ aead cipher.AEAD }

// Open reads the key from a file and makes a new one when there is none; an
// empty name keeps the key in memory only.
func Open(file string) (*Service, error) {
	key, err := readKey(file)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return nil, err
	}
	return &Service{aead: aead}, nil
}

func readKey(file string) ([]byte, error) {
	fresh := make([]byte, keySize)
	_, _ = rand.Read(fresh) // never fails
	if file == "" {
		return fresh, nil
	}
	key, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return fresh, os.WriteFile(file, fresh, 0o600)
	}
	return key, err
}

// API is the service by operation.
func (s *Service) API() awsjson.Service {
	return awsjson.Service{
		"GenerateDataKey": awsjson.Handle(s.generateDataKey),
		"Decrypt":         awsjson.Handle(s.decrypt),
	}
}

type generateIn struct {
	KeyID   string            `json:"KeyId"`
	Spec    string            `json:"KeySpec"`
	Bytes   int               `json:"NumberOfBytes"`
	Context map[string]string `json:"EncryptionContext"`
}

type generateOut struct {
	KeyID      string `json:"KeyId"`
	Plaintext  []byte
	Ciphertext []byte `json:"CiphertextBlob"`
}

func (s *Service) generateDataKey(_ context.Context, in generateIn) (generateOut, error) {
	if err := known(in.KeyID); err != nil {
		return generateOut{}, err
	}
	size := in.Bytes
	switch in.Spec {
	case "AES_256":
		size = 32
	case "AES_128":
		size = 16
	}
	if size < 1 || size > 1024 {
		return generateOut{}, awsjson.Errorf("ValidationException", "KeySpec or NumberOfBytes from 1 to 1024 is required.")
	}
	plain := make([]byte, size)
	_, _ = rand.Read(plain) // never fails
	sealed := s.aead.Seal(nil, nil, plain, binding(in.Context))
	return generateOut{KeyID: KeyARN, Plaintext: plain, Ciphertext: append(bytes.Clone(header), sealed...)}, nil
}

type decryptIn struct {
	KeyID      string            `json:"KeyId"`
	Ciphertext []byte            `json:"CiphertextBlob"`
	Context    map[string]string `json:"EncryptionContext"`
}

type decryptOut struct {
	KeyID     string `json:"KeyId"`
	Plaintext []byte
	Algorithm string `json:"EncryptionAlgorithm"`
}

func (s *Service) decrypt(_ context.Context, in decryptIn) (decryptOut, error) {
	if in.KeyID != "" {
		if err := known(in.KeyID); err != nil {
			return decryptOut{}, err
		}
	}
	sealed, ours := bytes.CutPrefix(in.Ciphertext, header)
	if !ours {
		return decryptOut{}, awsjson.Errorf("InvalidCiphertextException", "")
	}
	plain, err := s.aead.Open(nil, nil, sealed, binding(in.Context))
	if err != nil {
		return decryptOut{}, awsjson.Errorf("InvalidCiphertextException", "")
	}
	return decryptOut{KeyID: KeyARN, Plaintext: plain, Algorithm: "SYMMETRIC_DEFAULT"}, nil
}

func known(id string) error {
	if id == KeyARN || id == "local" {
		return nil
	}
	return awsjson.Errorf("NotFoundException", "Key %q does not exist", id)
}

// binding spells an encryption context in one way; JSON sorts the names.
func binding(context map[string]string) []byte {
	b, _ := json.Marshal(context) // strings always marshal
	return b
}
