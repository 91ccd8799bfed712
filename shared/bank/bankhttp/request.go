package bankhttp

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"regexp"
	"strings"
	"time"

	"perennial/shared/bank"
	"perennial/shared/bank/teller"
	"perennial/shared/fault"
)

var (
	errSetup        = errors.New("bankhttp: a secret and an http(s) base URL are needed")
	errMalformed    = fault.New(fault.Malformed, "MALFORMED", "The request body is not the JSON that was expected.")
	errUnauthorized = fault.New(fault.Unauthorized, "UNAUTHORIZED", "A valid bearer token is needed.")
	errAccount      = fault.New(fault.Malformed, "INVALID_ACCOUNT", "The Sandbox-Account header must name an account.")
)

const largestBody = 64 << 10

var accountPattern = regexp.MustCompile(`^[A-Za-z0-9_.-]{1,64}$`)

// request is an authenticated call with its body read.
type request struct {
	teller.Call
	*http.Request
	body []byte
}

func (r request) decode(into any) error {
	if err := json.Unmarshal(r.body, into); err != nil {
		return errMalformed
	}
	return nil
}

// handler does one operation and returns what to answer.
type handler func(context.Context, request) (any, error)

// open authenticates a request and reads it.
func (s *Server) open(w http.ResponseWriter, r *http.Request) (request, error) {
	token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	given, want := sha256.Sum256([]byte(token)), sha256.Sum256([]byte(s.Secret))
	if !ok || subtle.ConstantTimeCompare(given[:], want[:]) != 1 {
		return request{}, errUnauthorized
	}
	account := r.Header.Get("Sandbox-Account")
	if !accountPattern.MatchString(account) {
		return request{}, errAccount
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, largestBody))
	if err != nil {
		return request{}, errMalformed
	}
	return request{Call: teller.Call{Account: account}, Request: r, body: body}, nil
}

// plain serves an operation that no fault concerns: the operator's own.
func (s *Server) plain(do handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		req, err := s.open(w, r)
		if err != nil {
			refuse(w, r, err)
			return
		}
		out, err := do(r.Context(), req)
		answer(w, r, out, err)
	})
}

// api serves an operation of the gateway, spoilt by a fault when one is
// ordered. Faults find a call by its idempotency key, or else by the object
// that its path or query names.
func (s *Server) api(op bank.Operation, do handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		req, err := s.open(w, r)
		if err != nil {
			refuse(w, r, err)
			return
		}
		req.Key = keyOf(req.body)
		f, err := s.trouble(r, req.Account, op, firstOf(req.Key, r.PathValue("id"), r.URL.Query().Get("customer")))
		if err != nil {
			refuse(w, r, err)
			return
		}
		req.Webhooks = f.Webhooks
		if s.spoilBefore(w, r, f) {
			return
		}
		out, err := do(r.Context(), req)
		if !s.spoilAfter(w, r, f) {
			answer(w, r, out, err)
		}
	})
}

// trouble finds the fault of a call: the header's, or the first that matches
// and is not spent.
func (s *Server) trouble(r *http.Request, account string, op bank.Operation, name string) (bank.Fault, error) {
	if header := r.Header.Get("Sandbox-Fault"); header != "" {
		return bank.ParseFault(header)
	}
	faults, err := s.Switchboard.Faults(r.Context(), account)
	if err != nil {
		return bank.Fault{}, err
	}
	for _, f := range faults {
		if !f.Matches(op, name) {
			continue
		}
		if spent, err := s.Switchboard.Spend(r.Context(), f); spent || err != nil {
			return f, err
		}
	}
	return bank.Fault{}, nil
}

// spoilBefore keeps a call from taking effect and says whether it did.
func (s *Server) spoilBefore(w http.ResponseWriter, r *http.Request, f bank.Fault) bool {
	switch f.Trouble {
	case bank.Error500:
		http.Error(w, "ordered fault", http.StatusInternalServerError)
	case bank.TimeoutBefore:
		hang(r.Context(), f.Wait)
		http.Error(w, "ordered fault", http.StatusGatewayTimeout)
	default:
		return false
	}
	return true
}

// spoilAfter spoils the answer to a call that took effect, and says whether
// nothing is left to answer.
func (s *Server) spoilAfter(w http.ResponseWriter, r *http.Request, f bank.Fault) bool {
	switch f.Trouble {
	case bank.Delay:
		hang(r.Context(), f.Wait)
		return false
	case bank.TimeoutAfter:
		hang(r.Context(), f.Wait)
		http.Error(w, "ordered fault", http.StatusGatewayTimeout)
	case bank.Garbled:
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"id":"int_`) // the caller may have gone
	default:
		return false
	}
	return true
}

// hang waits, or until the caller has given up.
func hang(ctx context.Context, wait time.Duration) {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// keyOf reads the idempotency key, wherever else the body may be wrong.
func keyOf(body []byte) string {
	var in struct{ Key string }
	if json.Unmarshal(body, &in) != nil {
		return ""
	}
	return in.Key
}

func firstOf(names ...string) string {
	for _, name := range names {
		if name != "" {
			return name
		}
	}
	return ""
}
