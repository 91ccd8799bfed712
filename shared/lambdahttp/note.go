package lambdahttp

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"sync"
	"time"
)

// notes are what a request's one log line will say.
type notes struct {
	mu    sync.Mutex
	id    string
	attrs []slog.Attr
	err   error
}

type notesKey struct{}

func withNotes(ctx context.Context, id string) (context.Context, *notes) {
	n := &notes{id: id}
	return context.WithValue(ctx, notesKey{}, n), n
}

// RequestID is the id that the answer carries as X-Request-Id, empty outside a
// request.
func RequestID(ctx context.Context) string {
	if n, ok := ctx.Value(notesKey{}).(*notes); ok {
		return n.id
	}
	return ""
}

// Note adds an attribute to the request's log line: the scope and ids of
// objects, never tokens, query strings, addresses or bodies. A second value
// for a key replaces the first.
func Note(ctx context.Context, key, value string) {
	n, ok := ctx.Value(notesKey{}).(*notes)
	if !ok {
		return
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	for i := range n.attrs {
		if n.attrs[i].Key == key {
			n.attrs[i].Value = slog.StringValue(value)
			return
		}
	}
	n.attrs = append(n.attrs, slog.String(key, value))
}

// NoteError keeps the error that explains the answer for the request's log
// line. Outside a request it is logged at once.
func NoteError(ctx context.Context, err error) {
	n, ok := ctx.Value(notesKey{}).(*notes)
	if !ok {
		slog.ErrorContext(ctx, "request", "error", err.Error())
		return
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.err = errors.Join(n.err, err)
}

// line writes the request's one log line. It shows the route's pattern, not
// the path, because the id in a path may be the credential.
func (s *server) line(r *http.Request, n *notes, status int, took time.Duration) {
	n.mu.Lock()
	defer n.mu.Unlock()
	attrs := append([]slog.Attr{
		slog.String("method", r.Method),
		slog.String("route", r.Pattern),
		slog.Int("status", status),
		slog.Float64("ms", float64(took.Microseconds())/1000),
		slog.String("request_id", n.id),
	}, n.attrs...)
	if n.err != nil {
		attrs = append(attrs, slog.String("error", n.err.Error()))
	}
	level := slog.LevelInfo
	if status >= http.StatusInternalServerError {
		level = slog.LevelError
	}
	log := s.log
	if log == nil {
		log = slog.Default()
	}
	log.LogAttrs(r.Context(), level, "request", attrs...)
}
