// Package wire stands between a function and the services it talks to, and
// makes happen there what the local stand-ins never do by themselves: lost
// replies, conflicts, throttling, stale index reads, a process that dies
// before or after its n-th request. Product code has no fail points; faults
// come from here.
//
// A [Proxy] listens on loopback, one port for each pair of function and
// service, so a function finds it through the ordinary AWS_ENDPOINT_URL_*
// variables:
//
//	p := wire.New(1)
//	defer p.Close()
//	url, err := p.URL("collector", "dynamodb", "http://127.0.0.1:8000")
//	p.OnKill(func(function string) { stack.Kill(function) })
//	p.Plan(wire.Fault{Function: "collector", Operation: "TransactWriteItems", Nth: 2, Kind: wire.KindDrop, When: wire.After})
//
// It logs every request, so a test can count what goes over the wire, and
// [Units] tells what a write costs on AWS. Everything random follows from the
// seed. [Shuffle], [ShuffleWithin] and [Repeat] do to queue and stream batches
// what at-least-once delivery does.
package wire

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"
)

// Proxy is the set of listeners, the plan and the log.
type Proxy struct {
	seed      uint64
	transport *http.Transport

	mu     sync.Mutex
	routes map[route]*listener
	plan   []*planned
	log    []*Request
	count  int // requests since New
	kill   func(function string)
	keep   bool
	seen   map[string]answer // newest answer of each index query
}

// route is one connection of a function to a service.
type route struct{ function, service, upstream string }

type listener struct {
	url    string
	server *http.Server
}

// New returns a proxy without listeners whose random choices follow from the
// seed.
func New(seed uint64) *Proxy {
	return &Proxy{
		seed:   seed,
		routes: map[route]*listener{},
		seen:   map[string]answer{},
		kill:   func(string) {},
		transport: &http.Transport{
			DialContext:         dialLoopback,
			DisableCompression:  true, // bytes go through as they are
			MaxIdleConnsPerHost: 64,
			IdleConnTimeout:     time.Minute,
		},
	}
}

// dialLoopback resolves names under .localhost itself, because not every
// system does.
func dialLoopback(ctx context.Context, network, address string) (net.Conn, error) {
	host, port, err := net.SplitHostPort(address)
	if err == nil && strings.HasSuffix(host, ".localhost") {
		address = net.JoinHostPort("127.0.0.1", port)
	}
	var dialer net.Dialer
	return dialer.DialContext(ctx, network, address)
}

// URL returns the base URL at which the function reaches the service through
// the proxy; the same arguments give the same URL.
func (p *Proxy) URL(function, service, upstream string) (string, error) {
	if target, err := url.Parse(upstream); err != nil || target.Host == "" {
		return "", fmt.Errorf("proxy %s to %s: %q is no base URL", function, service, upstream)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	r := route{function, service, upstream}
	if l, ok := p.routes[r]; ok {
		return l.url, nil
	}
	socket, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", fmt.Errorf("proxy %s to %s: %w", function, service, err)
	}
	l := &listener{url: "http://" + socket.Addr().String()}
	l.server = &http.Server{
		Handler:           &handler{proxy: p, route: r},
		ReadHeaderTimeout: 10 * time.Second,
	}
	p.routes[r] = l
	go func() { _ = l.server.Serve(socket) }() // ends with ErrServerClosed
	return l.url, nil
}

// OnKill sets what kills a function. It returns when the function can send
// nothing more.
func (p *Proxy) OnKill(kill func(function string)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.kill = kill
}

// KeepBodies decides whether the log holds the bodies of requests. It does not
// at first.
func (p *Proxy) KeepBodies(keep bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.keep = keep
}

// Reset forgets the log, the plan and the recorded answers, so that counting
// starts again. URLs stay.
func (p *Proxy) Reset() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.log, p.plan = nil, nil
	clear(p.seen)
}

// Close stops listening and drops what is under way.
func (p *Proxy) Close() error {
	p.mu.Lock()
	routes := make([]*listener, 0, len(p.routes))
	for _, l := range p.routes {
		routes = append(routes, l)
	}
	clear(p.routes)
	p.mu.Unlock()
	var first error
	for _, l := range routes {
		if err := l.server.Close(); err != nil && first == nil {
			first = fmt.Errorf("close %s: %w", l.url, err)
		}
	}
	p.transport.CloseIdleConnections()
	return first
}

// Log returns every request so far, in the order of arrival.
func (p *Proxy) Log() []Request {
	p.mu.Lock()
	defer p.mu.Unlock()
	out := make([]Request, len(p.log))
	for i, r := range p.log {
		out[i] = *r
	}
	return out
}
