// Package webhooks posts events to merchants' endpoints: it writes the body
// (package wire), signs it by the Standard Webhooks specification with a
// fresh timestamp per attempt (R316), and sends it over a client that cannot
// be led to private addresses. When to post and when again is package hooks'.
package webhooks

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"perennial/shared/clock"
	"perennial/shared/hooks"
	"perennial/shared/invoices"
	"perennial/shared/wire"
)

// Timeout is how long an endpoint may take to answer, connecting included.
const Timeout = 15 * time.Second

// Opener opens sealed secrets.
type Opener interface {
	Open(ctx context.Context, purpose, scope, sealed string) ([]byte, error)
}

// Poster makes delivery attempts.
type Poster struct {
	secrets Opener
	client  *http.Client
	private bool
	wall    clock.Wall
	links   invoices.Links
}

// Signing makes the poster name the addresses of payments' documents.
func (p *Poster) Signing(links invoices.Links) *Poster {
	p.links = links
	return p
}

// New makes a poster. private lets it reach addresses inside the network and
// plain http, for a merchant's server on a developer's machine.
func New(secrets Opener, private bool, wall clock.Wall) *Poster {
	return &Poster{secrets: secrets, client: newClient(private), private: private, wall: wall}
}

// Post makes one attempt at one event. An error is trouble of ours; an
// endpoint that is wrong, silent or unreachable is an answer.
func (p *Poster) Post(ctx context.Context, w hooks.Webhook) (hooks.Answer, error) {
	body, err := wire.EventWith(w.Outbox, w.Event, p.links)
	if err != nil {
		return hooks.Answer{}, err
	}
	now := p.wall()
	var secrets []string
	for _, sealed := range w.Endpoint.Secrets(now) {
		secret, err := p.secrets.Open(ctx, hooks.SecretPurpose(w.Endpoint.ID), w.Outbox.Scope.String(), sealed)
		if err != nil {
			return hooks.Answer{}, fmt.Errorf("secret of %s: %w", w.Endpoint.ID, err)
		}
		secrets = append(secrets, string(secret))
	}
	ctx, cancel := context.WithTimeout(ctx, Timeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, w.Endpoint.URL, bytes.NewReader(body))
	if err != nil || request.URL.Scheme != "https" && !p.private {
		return hooks.Answer{Problem: "the URL is not a valid https address"}, nil
	}
	if err := sign(request.Header, w, secrets, body, now); err != nil {
		return hooks.Answer{}, fmt.Errorf("sign for %s: %w", w.Endpoint.ID, err)
	}
	return p.send(request), nil
}

// sign sets the headers: the endpoint's own first, so that they cannot
// replace ours. Each secret signs; a receiver takes the one it knows.
func sign(h http.Header, w hooks.Webhook, secrets []string, body []byte, now time.Time) error {
	var signatures []string
	for _, secret := range secrets {
		key, err := standardwebhooks.NewWebhook(secret)
		if err != nil {
			return err
		}
		signature, err := key.Sign(w.ID, now, body)
		if err != nil {
			return err
		}
		signatures = append(signatures, signature)
	}
	for name, value := range w.Endpoint.Headers {
		h.Set(name, value)
	}
	h.Set("Content-Type", "application/json")
	h.Set("User-Agent", "Perennial-Webhooks/1")
	h.Set(standardwebhooks.HeaderWebhookID, w.ID)
	h.Set(standardwebhooks.HeaderWebhookTimestamp, strconv.FormatInt(now.Unix(), 10))
	h.Set(standardwebhooks.HeaderWebhookSignature, strings.Join(signatures, " "))
	return nil
}

// send posts and reads no more of the answer than the log shows and keeps the
// connection usable.
func (p *Poster) send(r *http.Request) hooks.Answer {
	began := p.wall()
	response, err := p.client.Do(r)
	if err != nil {
		return hooks.Answer{Problem: problem(err), Took: p.wall().Sub(began)}
	}
	defer func() { _ = response.Body.Close() }() // nothing was written to it
	body, err := io.ReadAll(io.LimitReader(response.Body, 4<<10))
	a := hooks.Answer{
		Status: response.StatusCode, RetryAfter: retryAfter(response.Header, p.wall()),
		Said: snippet(body), Took: p.wall().Sub(began),
	}
	switch {
	case isTimeout(err): // it must be read in time too
		a.Status, a.Problem = 0, problem(err)
	case !a.Accepted():
		a.Problem = "answered " + strings.TrimSpace(response.Status)
	}
	return a
}

// snippet is how a body begins, as one printable line.
func snippet(body []byte) string {
	const most = 200
	text := strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) && r != utf8.RuneError {
			return r
		}
		return ' '
	}, string(body))
	text = strings.Join(strings.Fields(text), " ")
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most], "")
}

// problem says what went wrong without repeating the URL, which may hold a
// secret of the merchant's.
func problem(err error) string {
	var resolve *net.DNSError
	switch {
	case errors.Is(err, errPrivate):
		return errPrivate.Error()
	case errors.As(err, &resolve):
		return "the host name cannot be resolved"
	case isTimeout(err):
		return "no answer within 15 seconds"
	}
	return "the endpoint cannot be reached"
}

func isTimeout(err error) bool {
	var timeout interface{ Timeout() bool }
	return errors.As(err, &timeout) && timeout.Timeout()
}

// retryAfter reads the header's two forms, seconds and an HTTP date.
func retryAfter(h http.Header, now time.Time) time.Duration {
	text := h.Get("Retry-After")
	if seconds, err := strconv.Atoi(text); err == nil && seconds >= 0 && seconds < 1e6 {
		return time.Duration(seconds) * time.Second
	}
	if at, err := http.ParseTime(text); err == nil {
		return max(0, at.Sub(now))
	}
	return 0
}
