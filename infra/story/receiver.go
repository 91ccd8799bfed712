package story

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/dodopayments/dodopayments-go"
	"github.com/dodopayments/dodopayments-go/option"
)

// receiver is the merchant's webhook endpoint. It accepts only what the
// official SDK verifies.
type receiver struct {
	URL    string
	server *http.Server
	client *dodopayments.Client

	mu      sync.Mutex
	secret  string
	types   []string
	refused []string
}

// openReceiver listens on this machine.
func openReceiver(client *dodopayments.Client) (*receiver, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	r := &receiver{URL: "http://" + listener.Addr().String() + "/hooks", client: client}
	r.server = &http.Server{Handler: http.HandlerFunc(r.receive), ReadHeaderTimeout: 5 * time.Second}
	go r.server.Serve(listener) //nolint:errcheck // ends with Close
	return r, nil
}

func (r *receiver) receive(w http.ResponseWriter, request *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, request.Body, 1<<20))
	if err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	event, err := r.client.Webhooks.Unwrap(body, request.Header, option.WithWebhookKey(r.secret))
	if err != nil {
		r.refused = append(r.refused, err.Error())
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	r.types = append(r.types, string(event.Type))
	w.WriteHeader(http.StatusOK)
}

func (r *receiver) trust(secret string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.secret = secret
}

// mark remembers how many events have come so far.
func (r *receiver) mark() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.types)
}

// await waits until the events have come after a mark, in this order.
func (r *receiver) await(mark int, types ...string) error {
	deadline := time.Now().Add(patience)
	var got, refused []string
	for time.Now().Before(deadline) {
		r.mu.Lock()
		got, refused = slices.Clone(r.types[mark:]), slices.Clone(r.refused)
		r.mu.Unlock()
		rest := got
		missing := false
		for _, t := range types {
			at := slices.Index(rest, t)
			if missing = at < 0; missing {
				break
			}
			rest = rest[at+1:]
		}
		if !missing {
			return nil
		}
		time.Sleep(50 * time.Millisecond)
	}
	return fmt.Errorf("webhooks %q did not come in this order; came %q, refused %q", types, got, refused)
}

// Close stops listening.
func (r *receiver) Close() error { return r.server.Close() }
