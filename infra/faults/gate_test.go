package faults

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
)

// gate stands behind the proxy, before the services of one function. It lets
// something else happen while a chosen request is under way, and can make the
// gateway lie.
type gate struct {
	mu       sync.Mutex
	count    int
	at       int
	meantime func()
	lie      func(path string, answer []byte) []byte
}

// gated are the functions that have one.
var gated = []string{"collector", "holdflow", "gatewayevents"}

// arm makes something happen before the n-th request from now goes through.
func (g *gate) arm(n int, meantime func()) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.count, g.at, g.meantime = 0, n, meantime
}

// tell makes every answer pass through a liar; nil is honest again.
func (g *gate) tell(lie func(path string, answer []byte) []byte) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.lie = lie
}

func (g *gate) told(path string, answer []byte) []byte {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.lie == nil {
		return answer
	}
	return g.lie(path, answer)
}

func (g *gate) arrive() {
	g.mu.Lock()
	g.count++
	due := g.count == g.at
	g.mu.Unlock()
	if due {
		g.meantime()
	}
}

// before gives the address at which the gate stands before an upstream.
func (g *gate) before(t *testing.T, upstream string) string {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return // the function is gone
		}
		g.arrive()
		g.pass(w, r, upstream, body)
	}))
	t.Cleanup(server.Close)
	return server.URL
}

// plain carries bytes as they are.
var plain = &http.Transport{DisableCompression: true, MaxIdleConnsPerHost: 16}

// pass forwards a request.
func (g *gate) pass(w http.ResponseWriter, r *http.Request, upstream string, body []byte) {
	out, err := http.NewRequestWithContext(r.Context(), r.Method, upstream+r.URL.RequestURI(), bytes.NewReader(body))
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	out.Header = r.Header.Clone()
	answer, err := plain.RoundTrip(out)
	if err != nil {
		panic(http.ErrAbortHandler) // so does a service that cannot be reached
	}
	defer func() { _ = answer.Body.Close() }() // read to its end or broken
	said, err := io.ReadAll(answer.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	for name, values := range answer.Header {
		w.Header()[name] = values
	}
	w.Header().Del("Content-Length")
	w.WriteHeader(answer.StatusCode)
	_, _ = w.Write(g.told(r.URL.Path, said)) // the function may be gone
}
