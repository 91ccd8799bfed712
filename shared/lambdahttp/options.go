package lambdahttp

import (
	"log/slog"
	"net/http"
	"net/url"

	"perennial/shared/clock"
)

// Sentence is what a caller reads when something of ours broke.
const Sentence = "Something went wrong on our side. Please try again in a moment."

// Option adjusts how a handler is served.
type Option func(*server)

// Headers sets response headers before the handler runs, which may change
// them; see PageHeaders and APIHeaders.
func Headers(h http.Header) Option { return func(s *server) { s.headers = h } }

// URL is the handler's own public base URL. Requests get its host; the Host
// header that arrived is never used.
func URL(base string) Option {
	return func(s *server) { s.hosts[""] = hostOf(base) }
}

// Surfaces gives a handler that serves several origins the base URL of each,
// by surface name. The edge names the surface in SurfaceHeader, which counts
// only beside a valid origin secret; a request without a known name is
// refused.
func Surfaces(bases map[string]string) Option {
	return func(s *server) {
		s.manySurfaces = true
		for name, base := range bases {
			s.hosts[name] = hostOf(base)
		}
	}
}

// OriginSecret refuses requests that did not come through the edge: one of the
// secrets must be in OriginHeader. Two are given while one replaces the other.
// Without any secret every request is refused.
func OriginSecret(secrets ...string) Option {
	return func(s *server) { s.guarded, s.secrets = true, secrets }
}

// MaxBody limits the request body in bytes; the default is 1 MiB.
func MaxBody(n int64) Option { return func(s *server) { s.maxBody = n } }

// Failures writes the answers that this package gives by itself: 403 for a
// wrong origin, 413, and 500 after a panic. The default is a plain sentence.
func Failures(write func(w http.ResponseWriter, r *http.Request, status int)) Option {
	return func(s *server) { s.fail = write }
}

// Log replaces slog's default logger.
func Log(l *slog.Logger) Option { return func(s *server) { s.log = l } }

// Clock replaces the system clock, which only measures durations here.
func Clock(now clock.Wall) Option { return func(s *server) { s.now = now } }

func hostOf(base string) string {
	u, err := url.Parse(base)
	if err != nil {
		return ""
	}
	return u.Host
}

// sentence is the default Failures.
func sentence(w http.ResponseWriter, _ *http.Request, status int) {
	text := http.StatusText(status)
	if status == http.StatusInternalServerError {
		text = Sentence
	}
	http.Error(w, text, status)
}
