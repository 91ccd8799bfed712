// Package sandbox speaks to the sandbox gateway over HTTPS: it implements the
// gateway port, and verifies and reads the gateway's webhooks.
//
// It keeps the port's promise about not knowing: a time-out, a 5xx and an
// answer that cannot be read are errors, never declines. ErrRejected alone is
// certain: the gateway understood the request and did nothing.
package sandbox

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"perennial/shared/gateway"
)

// Name is the gateway's name in gateway.Account and in webhook addresses.
const Name = "sandbox"

// ErrRejected means that the gateway refused a request as wrong, so nothing
// happened and repeating it is useless: an unknown object, a removed method, a
// reused key, a refund above the capture.
var ErrRejected = gateway.ErrRejected

const (
	defaultTimeout = 10 * time.Second
	largestAnswer  = 1 << 20
)

// Options are what a Gateway needs.
type Options struct {
	BaseURL string       // the sandbox's origin
	Secret  string       // the bearer token
	HTTP    *http.Client // nil means one with a time-out of 10 s
}

// Gateway is the sandbox gateway. It implements gateway.Payments,
// gateway.Vault, gateway.Refunder and gateway.Disputer.
type Gateway struct {
	base, secret string
	http         *http.Client
}

var (
	_ gateway.Payments = (*Gateway)(nil)
	_ gateway.Vault    = (*Gateway)(nil)
	_ gateway.Refunder = (*Gateway)(nil)
	_ gateway.Disputer = (*Gateway)(nil)

	_ gateway.Rehearser = (*Gateway)(nil)
)

// New makes a client. It keeps connections for as long as it lives.
func New(o Options) *Gateway {
	if o.HTTP == nil {
		o.HTTP = &http.Client{Timeout: defaultTimeout}
	}
	return &Gateway{base: strings.TrimRight(o.BaseURL, "/"), secret: o.Secret, http: o.HTTP}
}

// call sends in as JSON and reads the answer into out.
func (g *Gateway) call(ctx context.Context, account gateway.Account, method, path string, in, out any) error {
	body, err := json.Marshal(in)
	if err != nil {
		return fmt.Errorf("sandbox %s %s: %w", method, path, err)
	}
	request, err := http.NewRequestWithContext(ctx, method, g.base+path, bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("sandbox %s %s: %w", method, path, err)
	}
	request.Header.Set("Authorization", "Bearer "+g.secret)
	request.Header.Set("Sandbox-Account", account.ID)
	request.Header.Set("Content-Type", "application/json")
	answer, err := g.http.Do(request)
	if err != nil {
		return fmt.Errorf("sandbox %s %s: %w", method, path, err)
	}
	defer func() { _ = answer.Body.Close() }() // it was read to its end, or is given up
	raw, err := io.ReadAll(io.LimitReader(answer.Body, largestAnswer))
	if err == nil {
		err = read(answer.StatusCode, raw, out)
	}
	if err != nil {
		return fmt.Errorf("sandbox %s %s: %w", method, path, err)
	}
	return nil
}

// read tells an answer from a refusal and from not knowing.
func read(status int, raw []byte, out any) error {
	if status == http.StatusOK {
		return json.Unmarshal(raw, out)
	}
	var refusal refusalJSON
	known := json.Unmarshal(raw, &refusal) == nil && refusal.Error.Code != ""
	switch {
	case known && status == http.StatusPaymentRequired && refusal.Error.Decline.Code != "":
		return &gateway.RefusedError{Decline: gateway.Decline(refusal.Error.Decline)}
	case known && refusal.Error.Code == "AMOUNT_TOO_SMALL":
		return fmt.Errorf("%w: %s", gateway.ErrTooSmall, refusal.Error.Code)
	case known && certain[status]:
		return fmt.Errorf("%w: %s", ErrRejected, refusal.Error.Code)
	}
	return fmt.Errorf("answered %d %s", status, refusal.Error.Code)
}

// certain are the statuses with which the gateway says that it did nothing.
// 401 is not among them: a wrong secret is repaired and the call repeated.
var certain = map[int]bool{
	http.StatusBadRequest:          true,
	http.StatusNotFound:            true,
	http.StatusConflict:            true,
	http.StatusUnprocessableEntity: true,
}

func intentPath(id gateway.Intent, more string) string {
	return "/v1/intents/" + url.PathEscape(string(id)) + more
}
