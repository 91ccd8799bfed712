package wire

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// handler serves one route.
type handler struct {
	proxy *Proxy
	route route
}

// answer is a whole reply; status 0 means that the connection breaks.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// ServeHTTP logs the request, lets the plan decide, and forwards it.
func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return // the function is gone
	}
	request := Request{Function: h.route.function, Service: h.route.service, Operation: operation(r), Bytes: len(body)}
	var q query
	if request.Operation == "Query" {
		q = readQuery(body)
		request.Index = q.IndexName
	}
	fault, entry := h.proxy.arrive(request, body)
	reply := h.serve(r, body, fault, entry.Seq, q)
	h.proxy.depart(entry, reply)
	if reply.status == 0 {
		hangUp(w)
		return
	}
	for name, values := range reply.header {
		w.Header()[name] = values
	}
	w.Header().Set("Content-Length", strconv.Itoa(len(reply.body)))
	w.WriteHeader(reply.status)
	_, _ = w.Write(reply.body) // the function may be gone; nobody to tell
}

// arrive writes the request into the log and picks its fault.
func (p *Proxy) arrive(r Request, body []byte) (Fault, *Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.count++
	fault := p.choose(r)
	r.Seq, r.Fault = p.count, fault.Kind
	if p.keep {
		r.Body = body
	}
	p.log = append(p.log, &r)
	return fault, &r
}

// depart completes the log entry.
func (p *Proxy) depart(entry *Request, reply answer) {
	p.mu.Lock()
	defer p.mu.Unlock()
	entry.Status, entry.Reply = reply.status, len(reply.body)
}

// serve produces the reply that the function gets.
func (h *handler) serve(r *http.Request, body []byte, fault Fault, seq int, q query) answer {
	switch fault.Kind {
	case KindConflict:
		return conflict(operation(r), body, random(h.proxy.seed, "conflict", seq))
	case KindThrottle:
		return throttle(r)
	case KindThroughput:
		return throughput()
	case KindStaleRead, KindEmptyRead:
		return h.proxy.stale(q, fault.Kind)
	case KindDelay:
		pause(r.Context(), fault.Delay)
	default: // a loss, or nothing at all
	}
	var reply answer
	if !fault.loses() || fault.When == After {
		reply = h.forward(r, body)
		h.proxy.remember(q, reply)
	}
	return h.lose(fault, reply)
}

// lose turns a reply into what the fault leaves of it.
func (h *handler) lose(fault Fault, reply answer) answer {
	switch fault.Kind {
	case KindKill:
		h.proxy.mu.Lock()
		kill := h.proxy.kill
		h.proxy.mu.Unlock()
		kill(h.route.function)
		return answer{}
	case KindDrop:
		return answer{}
	case KindServerError:
		return serverError()
	default:
		return reply
	}
}

// forward asks the service. The request is finished even when the function
// dies in between, as on a real network. A service that cannot be reached
// breaks the connection.
func (h *handler) forward(r *http.Request, body []byte) answer {
	target := strings.TrimSuffix(h.route.upstream, "/") + r.URL.RequestURI()
	out, err := http.NewRequestWithContext(context.WithoutCancel(r.Context()), r.Method, target, bytes.NewReader(body))
	if err != nil {
		return answer{}
	}
	out.Header = r.Header.Clone()
	out.Header.Del("Connection")
	response, err := h.proxy.transport.RoundTrip(out)
	if err != nil {
		return answer{}
	}
	defer func() { _ = response.Body.Close() }() // read to its end or broken
	data, err := io.ReadAll(response.Body)
	if err != nil {
		return answer{}
	}
	response.Header.Del("Connection")
	return answer{response.StatusCode, response.Header, data}
}

func pause(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// hangUp closes the connection without an answer.
func hangUp(w http.ResponseWriter) {
	connection, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return // already closed
	}
	_ = connection.Close() // that is the point
}
