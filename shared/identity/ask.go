package identity

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"perennial/shared/billing"
	"perennial/shared/fault"
	"perennial/shared/merchant"
)

// Faults of asking for a link.
var (
	ErrTooMany = fault.New(fault.TooMany, "TOO_MANY_LINKS", "Too many links were asked for. Please wait a few minutes.")
	errAddress = fault.New(fault.Invalid, "INVALID_EMAIL", "Please enter an e-mail address, such as name@example.com.")
	errLetters = fault.New(fault.Invalid, "INVALID_EMAIL", "Please write the e-mail address without accents or other special letters.")
)

// wishSchema is the version of a wish's queued form.
const wishSchema = 1

// Wish is somebody's wish for a link to the portal of one business.
type Wish struct {
	Scope merchant.Scope
	Email string
	Next  string // path inside the portal
}

// wishJSON is a wish as it is queued.
type wishJSON struct {
	V     int    `json:"v"`
	Scope string `json:"scope"`
	Email string `json:"email"`
	Next  string `json:"next,omitempty"`
}

// Encode writes the wish as the message that the mailer reads.
func (w Wish) Encode() (string, error) {
	b, err := json.Marshal(wishJSON{V: wishSchema, Scope: w.Scope.String(), Email: w.Email, Next: w.Next})
	return string(b), err
}

// DecodeWish reads a queued wish; a schema newer than ours is an error.
func DecodeWish(body string) (Wish, error) {
	var m wishJSON
	if err := json.Unmarshal([]byte(body), &m); err != nil {
		return Wish{}, fmt.Errorf("link wish: %w", err)
	}
	scope, ok := merchant.ParseScope(m.Scope)
	if !ok || m.V < 1 || m.V > wishSchema {
		return Wish{}, fmt.Errorf("link wish of schema %d for scope %q", m.V, m.Scope)
	}
	return Wish{Scope: scope, Email: m.Email, Next: m.Next}, nil
}

// Ask queues the wish; whether a customer has the address is found out by the
// mailer, so nobody learns it here. An address that asks too often gets the
// same answer and no further mail; a visitor who does gets ErrTooMany.
func (s *Service) Ask(ctx context.Context, w Wish, visitor string) error {
	if !billing.IsPlainEmail(strings.TrimSpace(w.Email)) {
		return errLetters
	}
	if !isAddress(w.Email) {
		return errAddress
	}
	if !s.allow(ctx, w.Scope, "visitor "+visitor, visitorLimit) {
		return ErrTooMany
	}
	w.Email, w.Next = strings.TrimSpace(w.Email), LocalPath(w.Next)
	if !s.allow(ctx, w.Scope, addressKey(w), addressLimit) {
		return nil
	}
	body, err := w.Encode()
	if err != nil {
		return fmt.Errorf("link wish: %w", err)
	}
	if err := s.Queue.Send(ctx, body); err != nil {
		return fmt.Errorf("queue link wish: %w", err)
	}
	return nil
}

// isAddress accepts what could be an e-mail address; the mail itself is the
// test of whether it is one.
func isAddress(email string) bool {
	email = strings.TrimSpace(email)
	name, host, at := strings.Cut(email, "@")
	return at && name != "" && strings.Contains(host, ".") && len(email) <= 254 &&
		!strings.ContainsAny(email, " \t\r\n,;<>\"")
}
