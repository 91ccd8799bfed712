package httpapi

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"net/http"

	"perennial/shared/fault"
	"perennial/shared/idempotency"
	"perennial/shared/merchant"
	"perennial/shared/record"
)

// KeepAnswers makes POSTs that carry an Idempotency-Key happen at most once.
func (a *API) KeepAnswers(by *idempotency.Service) { a.answers = by }

// Limit bounds how often each key may ask.
func (a *API) Limit(by *Limits) { a.limits = by }

// guard stands before every operation: who asks, how often, and whether it
// was asked before. It runs before a request is read: who may not ask learns
// nothing about the question.
func (a *API) guard(public bool, next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		c, err := a.admit(w, r, public)
		if err != nil {
			write(w, r, err)
			return
		}
		r = r.WithContext(context.WithValue(r.Context(), callerKey{}, c))
		key, given := r.Header["Idempotency-Key"]
		if r.Method != http.MethodPost || public || !given || a.answers == nil {
			next(w, r)
			return
		}
		if err := a.once(w, r, c, key[0], next); err != nil {
			write(w, r, err)
		}
	}
}

// admit finds the caller and takes the request from the caller's budget.
func (a *API) admit(w http.ResponseWriter, r *http.Request, public bool) (Caller, error) {
	if public {
		return Caller{}, a.limits.address(w, r)
	}
	c, err := a.identify(r)
	if f := fault.Of(err); f != nil && f.Kind == fault.Unauthorized {
		return c, errors.Join(a.limits.address(w, r), err)
	}
	if err != nil {
		return c, err
	}
	return c, a.limits.key(w, c)
}

const maxIdempotencyKey = 255

var errIdempotencyKey = fault.New(fault.Malformed, codeParams, "Idempotency-Key: 1 to 255 printable ASCII characters")

func usableKey(key string) bool {
	for _, c := range []byte(key) {
		if c < ' ' || c > '~' {
			return false
		}
	}
	return key != "" && len(key) <= maxIdempotencyKey
}

// once carries a request out, or gives the answer it had. The answer is kept
// before it is given.
func (a *API) once(w http.ResponseWriter, r *http.Request, c Caller, key string, next http.HandlerFunc) error {
	if !usableKey(key) {
		return errIdempotencyKey
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, MaxBody+2)) // a longer one is refused by whoever reads it
	if err != nil {
		return fault.New(fault.Malformed, codeBody, "The request body cannot be read.")
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	scope, _ := merchant.ParseScope(c.Scope)
	run, known, err := a.answers.Begin(r.Context(), idempotency.Asked{
		Scope: scope, Actor: record.Actor{Kind: record.ByKey, ID: c.KeyID}, Key: key, Fingerprint: fingerprint(r, body),
	})
	if err != nil {
		return err
	}
	if known != nil {
		w.Header().Set("Idempotent-Replayed", "true")
		give(w, *known)
		return nil
	}
	heard := &hearing{ResponseWriter: w, status: http.StatusOK}
	next(heard, r.WithContext(run.Context))
	answer := idempotency.Answer{
		Status: heard.status, Type: w.Header().Get("Content-Type"), Body: heard.body.Bytes(),
		Trouble: heard.status >= http.StatusInternalServerError,
		Passing: heard.status == http.StatusConflict || heard.status == http.StatusTooManyRequests,
	}
	a.answers.End(run, answer)
	give(w, answer)
	return nil
}

// give writes an answer; headers that the handler has set stay.
func give(w http.ResponseWriter, answer idempotency.Answer) {
	if answer.Type != "" {
		w.Header().Set("Content-Type", answer.Type)
	}
	if answer.Status == http.StatusConflict || answer.Status == http.StatusNotImplemented {
		w.Header().Set("X-Should-Retry", "false")
	}
	w.WriteHeader(answer.Status)
	_, _ = w.Write(answer.Body) // the caller has gone; there is nobody to tell
}

// fingerprint tells requests apart.
func fingerprint(r *http.Request, body []byte) string {
	h := sha256.New()
	for _, part := range []string{r.Method, r.URL.Path, r.URL.RawQuery} {
		_, _ = io.WriteString(h, part+"\x00") // a hash never fails
	}
	_, _ = h.Write(body)
	return hex.EncodeToString(h.Sum(nil))
}

// hearing holds an answer back.
type hearing struct {
	http.ResponseWriter
	status int
	body   bytes.Buffer
}

func (h *hearing) WriteHeader(status int)      { h.status = status }
func (h *hearing) Write(p []byte) (int, error) { return h.body.Write(p) }
