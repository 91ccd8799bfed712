package kms

import (
	"encoding/base64"
	"encoding/binary"
	"strings"
)

// prefix is the version of the sealed form.
const prefix = "s1."

const nonceSize = 12 // of AES-GCM

// envelope is a sealed value: the data key as KMS wrapped it, and the box.
// Written as s1.<base64url of: length of wrapped (2 bytes), wrapped, nonce, box>.
type envelope struct{ wrapped, nonce, box []byte }

func (e envelope) encode() string {
	raw := binary.BigEndian.AppendUint16(nil, uint16(len(e.wrapped))) // KMS wraps a key into some 180 bytes
	raw = append(append(append(raw, e.wrapped...), e.nonce...), e.box...)
	return prefix + base64.RawURLEncoding.EncodeToString(raw)
}

func decode(sealed string) (envelope, error) {
	text, ok := strings.CutPrefix(sealed, prefix)
	if !ok {
		return envelope{}, ErrUnreadable
	}
	raw, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil || len(raw) < 2 {
		return envelope{}, ErrUnreadable
	}
	n, raw := int(binary.BigEndian.Uint16(raw)), raw[2:]
	if len(raw) < n+nonceSize {
		return envelope{}, ErrUnreadable
	}
	return envelope{raw[:n], raw[n : n+nonceSize], raw[n+nonceSize:]}, nil
}
