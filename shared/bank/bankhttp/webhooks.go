package bankhttp

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"

	"perennial/shared/bank"
)

// Queue carries a text to Deliver, not before the delay is over.
type Queue interface {
	Send(ctx context.Context, body string, delay time.Duration) error
}

// Webhooks tells accounts what happened: Send queues an event, Deliver posts
// a queued one. A post that is not answered with 2xx is an error, so that the
// queue brings the event again; accounts get every event at least once, in no
// order.
type Webhooks struct {
	Queue  Queue
	Origin string       // the sandbox's own, for challenge addresses
	Target string       // base URL of the account's server
	Secret string       // the bearer token; each account's signing key derives from it
	HTTP   *http.Client // with a timeout
	Now    func() time.Time
}

// queued is the queue message.
type queued struct {
	Version int             `json:"version"`
	Account string          `json:"account"`
	Event   json.RawMessage `json:"event"` // the webhook's body, byte for byte
}

// Send implements teller.Outbox.
func (h *Webhooks) Send(ctx context.Context, e bank.Event, delay time.Duration) error {
	event, err := json.Marshal(eventToJSON(h.Origin, e))
	if err != nil {
		return fmt.Errorf("encode event %s: %w", e.ID, err)
	}
	body, err := json.Marshal(queued{Version: wireVersion, Account: e.Intent.Account, Event: event})
	if err != nil {
		return fmt.Errorf("encode event %s: %w", e.ID, err)
	}
	return h.Queue.Send(ctx, string(body), delay)
}

var errMessage = errors.New("bankhttp: not a queued event of a known version")

// Deliver posts one queued event.
func (h *Webhooks) Deliver(ctx context.Context, message string) error {
	var in queued
	if err := json.Unmarshal([]byte(message), &in); err != nil || in.Version != wireVersion || !accountPattern.MatchString(in.Account) {
		return errMessage
	}
	url := h.Target + "/gateway-events/sandbox/" + in.Account
	post, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(in.Event))
	if err != nil {
		return fmt.Errorf("deliver: %w", err)
	}
	post.Header.Set("Content-Type", "application/json")
	post.Header.Set("Sandbox-Signature", sign(h.Secret, in.Account, in.Event, h.Now()))
	answer, err := h.HTTP.Do(post)
	if err != nil {
		return fmt.Errorf("deliver: %w", err)
	}
	defer func() { _ = answer.Body.Close() }() // nothing more is read
	_, _ = io.CopyN(io.Discard, answer.Body, largestBody)
	if answer.StatusCode/100 != 2 {
		return fmt.Errorf("deliver: %s answered %d", url, answer.StatusCode)
	}
	return nil
}

// sign makes "t=<unix>,v1=<hex>": HMAC-SHA256 over "<unix>.<body>" under the
// account's key, which is the HMAC of the account under the secret.
func sign(secret, account string, body []byte, at time.Time) string {
	unix := strconv.FormatInt(at.Unix(), 10)
	key := mac([]byte(secret), []byte(account))
	return "t=" + unix + ",v1=" + hex.EncodeToString(mac(key, []byte(unix+"."), body))
}

func mac(key []byte, parts ...[]byte) []byte {
	hash := hmac.New(sha256.New, key)
	for _, part := range parts {
		hash.Write(part)
	}
	return hash.Sum(nil)
}
