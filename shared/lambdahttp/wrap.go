package lambdahttp

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"runtime/debug"

	"perennial/shared/clock"
)

const defaultMaxBody = 1 << 20

type server struct {
	next         http.Handler
	headers      http.Header
	hosts        map[string]string // surface name to host; "" when there is one
	manySurfaces bool
	guarded      bool
	secrets      []string
	maxBody      int64
	fail         func(http.ResponseWriter, *http.Request, int)
	log          *slog.Logger
	now          clock.Wall
}

// Wrap is everything that Handler adds to h except the conversion of events,
// so the same handler can be served by net/http.
func Wrap(h http.Handler, opts ...Option) http.Handler {
	s := &server{
		next: h, maxBody: defaultMaxBody, hosts: map[string]string{},
		fail: sentence, now: clock.System,
	}
	for _, o := range opts {
		o(s)
	}
	return s
}

// ServeHTTP answers one request from a buffer, so that a panic half-way still
// becomes a whole 500.
func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	started, id := s.now(), requestID(r.Context())
	ctx, notes := withNotes(r.Context(), id)
	r = r.WithContext(ctx)
	out := s.run(r, id)
	out.finish(w, r)
	s.line(r, notes, out.status, s.now().Sub(started))
}

// run lets the handler write into a buffer, or answers for it.
func (s *server) run(r *http.Request, id string) (out *buffer) {
	out = s.blank(id)
	defer func() {
		if p := recover(); p != nil {
			NoteError(r.Context(), fmt.Errorf("panic: %v\n%s", p, debug.Stack()))
			out = s.refusal(r, id, http.StatusInternalServerError)
		}
	}()
	if !s.admit(r) {
		return s.refusal(r, id, http.StatusForbidden)
	}
	if r.ContentLength > s.maxBody {
		return s.refusal(r, id, http.StatusRequestEntityTooLarge)
	}
	r.Body = http.MaxBytesReader(out, r.Body, s.maxBody)
	s.next.ServeHTTP(out, r)
	return out
}

// blank is a response that holds only what every answer carries.
func (s *server) blank(id string) *buffer {
	h := make(http.Header, len(s.headers)+4)
	maps.Copy(h, s.headers.Clone())
	h.Set("X-Request-Id", id)
	return &buffer{header: h}
}

func (s *server) refusal(r *http.Request, id string, status int) *buffer {
	out := s.blank(id)
	s.fail(out, r, status)
	return out
}

func newRequestID() string {
	var b [12]byte
	_, _ = rand.Read(b[:]) // never fails: crypto/rand ends the process instead
	return hex.EncodeToString(b[:])
}
