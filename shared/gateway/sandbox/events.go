package sandbox

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"perennial/shared/gateway"
)

// SignatureHeader carries the signature of a webhook.
const SignatureHeader = "Sandbox-Signature"

// eventVersion is the schema of the events that this package reads.
const eventVersion = 1

// Errors of webhooks.
var (
	ErrSignature = errors.New("sandbox: wrong signature")
	ErrEvent     = errors.New("sandbox: not an event of a known version")
)

// Verify checks a webhook's signature header, "t=<unix>,v1=<hex>": HMAC-SHA256
// over "<unix>.<raw body>" under the account's key, which is the HMAC of the
// account under the secret. A time further than tolerance from now is refused.
func Verify(secret, account, header string, body []byte, now time.Time, tolerance time.Duration) error {
	stamp, signatures := parse(header)
	unix, err := strconv.ParseInt(stamp, 10, 64)
	if err != nil || now.Sub(time.Unix(unix, 0)).Abs() > tolerance {
		return ErrSignature
	}
	want := mac(mac([]byte(secret), []byte(account)), []byte(stamp+"."), body)
	for _, signature := range signatures {
		if given, err := hex.DecodeString(signature); err == nil && hmac.Equal(given, want) {
			return nil
		}
	}
	return ErrSignature
}

// parse splits the header; several v1 may be given while a secret changes.
func parse(header string) (stamp string, signatures []string) {
	for part := range strings.SplitSeq(header, ",") {
		switch name, value, _ := strings.Cut(strings.TrimSpace(part), "="); name {
		case "t":
			stamp = value
		case "v1":
			signatures = append(signatures, value)
		}
	}
	return stamp, signatures
}

func mac(key []byte, parts ...[]byte) []byte {
	hash := hmac.New(sha256.New, key)
	for _, part := range parts {
		hash.Write(part)
	}
	return hash.Sum(nil)
}

// Event is a webhook: what became of an intent, and the dispute about it when
// that is what it tells of. Repeated deliveries have the same ID.
type Event struct {
	ID      string
	Outcome gateway.Outcome
	Dispute *gateway.Dispute
}

// ParseEvent reads a verified webhook. Events arrive in no order, so what they
// say may be older than what Find and Dispute tell.
func ParseEvent(body []byte) (Event, error) {
	var in struct {
		Version int          `json:"version"`
		ID      string       `json:"id"`
		Intent  intentJSON   `json:"intent"`
		Dispute *disputeJSON `json:"dispute"`
	}
	if err := json.Unmarshal(body, &in); err != nil {
		return Event{}, fmt.Errorf("%w: %w", ErrEvent, err)
	}
	if in.Version != eventVersion || in.ID == "" {
		return Event{}, ErrEvent
	}
	outcome, err := in.Intent.outcome()
	if err != nil {
		return Event{}, fmt.Errorf("%w: %w", ErrEvent, err)
	}
	event := Event{ID: in.ID, Outcome: outcome}
	if in.Dispute == nil {
		return event, nil
	}
	dispute, err := in.Dispute.dispute()
	if err != nil {
		return Event{}, fmt.Errorf("%w: %w", ErrEvent, err)
	}
	event.Dispute = &dispute
	return event, nil
}
