// Package front is what a browser or a merchant's program meets locally: the
// hosts and path prefixes of the topology, as API Gateway's HTTP API (payload
// format 2.0) and CloudFront would present them to the functions.
//
// A surface behind CloudFront sees a Host that is not the visitor's, and in
// headers of the edge the visitor's address, the surface's name and the secret
// that proves them; whatever a visitor sends under those names is dropped.
// Other surfaces see what was sent.
package front

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"

	"perennial/infra/local/identity"
	"perennial/infra/local/lambda"
	"perennial/infra/topology"
)

// Limits of an HTTP API in front of a Lambda.
const (
	maxBody            = 6 << 20
	integrationTimeout = 30 * time.Second
)

// Invoker runs a function once; lambda.Driver is one.
type Invoker interface {
	Invoke(ctx context.Context, function string, payload []byte) ([]byte, *lambda.FunctionError, error)
}

// Front routes requests by host and longest path prefix.
type Front struct {
	Surfaces     []topology.Surface
	Invoker      Invoker
	OriginSecret string                  // value of X-Perennial-Origin on Edge surfaces
	Pages        map[string]http.Handler // hosts that no function serves, such as the mailbox
	Log          io.Writer               // hears why a request ended in 5xx; nil drops
	Timeout      time.Duration           // of one request; 0 means API Gateway's 30 s
}

// Handler serves every host under .localhost, and everything that comes by
// another name, such as 127.0.0.1, as the named host.
func (f *Front) Handler(fallback string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host, local := strings.CutSuffix(hostname(r.Host), ".localhost")
		if !local {
			host = fallback
		}
		if page, ok := f.Pages[host]; ok {
			page.ServeHTTP(w, r)
			return
		}
		surface, ok := f.match(host, r.URL.Path)
		if !ok {
			answer(w, http.StatusNotFound, "Not Found")
			return
		}
		f.serve(w, r, surface)
	})
}

func hostname(hostport string) string {
	if host, _, err := net.SplitHostPort(hostport); err == nil {
		return strings.ToLower(host)
	}
	return strings.ToLower(hostport)
}

// match finds the surface with the longest prefix of the path.
func (f *Front) match(host, path string) (topology.Surface, bool) {
	best, length := topology.Surface{}, 0
	for _, s := range f.Surfaces {
		for _, prefix := range s.Prefixes {
			if s.Host == host && len(prefix) > length && under(path, prefix) {
				best, length = s, len(prefix)
			}
		}
	}
	return best, length > 0
}

// under says whether a path lies below a prefix. As at API Gateway, where a
// prefix is the route prefix/{proxy+}, something has to follow it.
func under(path, prefix string) bool {
	if prefix == "/" {
		return true
	}
	return len(path) > len(prefix)+1 && strings.HasPrefix(path, prefix+"/")
}

// serve is one request through API Gateway to the function and back.
func (f *Front) serve(w http.ResponseWriter, r *http.Request, s topology.Surface) {
	id := identity.UUID()
	w.Header().Set("Apigw-Requestid", id)
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		answer(w, http.StatusRequestEntityTooLarge, "Request Entity Too Large")
		return
	}
	payload, err := json.Marshal(f.event(r, s, id, body))
	if err != nil {
		f.logf("%s: %v", s.Name, err)
		answer(w, http.StatusInternalServerError, "Internal Server Error")
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), f.timeout())
	defer cancel()
	out, failure, err := f.Invoker.Invoke(ctx, s.Function, payload)
	switch {
	case err != nil:
		f.logf("%s %s%s: %v", r.Method, r.Host, r.URL.Path, err)
		answer(w, http.StatusServiceUnavailable, "Service Unavailable")
	case failure != nil:
		f.logf("%s %s%s: %v", r.Method, r.Host, r.URL.Path, failure)
		answer(w, http.StatusInternalServerError, "Internal Server Error")
	default:
		f.respond(w, r, out)
	}
}

func (f *Front) timeout() time.Duration {
	if f.Timeout > 0 {
		return f.Timeout
	}
	return integrationTimeout
}

// answer writes one of API Gateway's own answers.
func answer(w http.ResponseWriter, status int, message string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = fmt.Fprintf(w, `{"message":%q}`, message) // the visitor may be gone
}

func (f *Front) logf(format string, args ...any) {
	if f.Log != nil {
		_, _ = fmt.Fprintf(f.Log, "front | "+format+"\n", args...) // a log that cannot be written has no better place
	}
}
