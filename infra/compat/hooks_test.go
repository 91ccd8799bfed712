package compat

import (
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"

	dodo "github.com/dodopayments/dodopayments-go"
	"github.com/dodopayments/dodopayments-go/option"
)

// delivery is one request of ours to a merchant's webhook.
type delivery struct {
	Body   []byte
	Header http.Header
	Type   string // as the SDK reads it
	Union  any
}

// receiver is a merchant's webhook endpoint that believes only what the
// official SDK verifies.
type receiver struct {
	*httptest.Server
	id, secret string

	mu     sync.Mutex
	got    []delivery
	wrong  []string
	refuse int // how many deliveries are answered 500
}

// listen registers an endpoint by the SDK and keeps what comes.
func (s *shop) listen() *receiver {
	s.Helper()
	r := &receiver{}
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) { r.receive(s.sdk, w, request) }))
	s.Cleanup(r.Close)
	r.mu.Lock()
	defer r.mu.Unlock()
	made, err := s.sdk.Webhooks.New(s.Context(), dodo.WebhookNewParams{URL: dodo.F(r.URL)})
	s.must(err)
	secret, err := s.sdk.Webhooks.GetSecret(s.Context(), made.ID)
	s.must(err)
	r.id, r.secret = made.ID, secret.Secret
	return r
}

func (r *receiver) receive(sdk *dodo.Client, w http.ResponseWriter, request *http.Request) {
	body, err := io.ReadAll(request.Body)
	r.mu.Lock()
	defer r.mu.Unlock()
	if err != nil {
		r.wrong = append(r.wrong, err.Error())
		return
	}
	d := delivery{Body: body, Header: request.Header.Clone()}
	event, err := sdk.Webhooks.Unwrap(body, request.Header, option.WithWebhookKey(r.secret))
	if err != nil {
		r.wrong = append(r.wrong, err.Error())
	} else {
		d.Type, d.Union = string(event.Type), event.AsUnion()
	}
	r.got = append(r.got, d)
	if r.refuse > 0 {
		r.refuse--
		w.WriteHeader(http.StatusInternalServerError)
	}
}

// all is what has come so far, and what the SDK refused of it.
func (r *receiver) all() ([]delivery, []string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.got), slices.Clone(r.wrong)
}

func (r *receiver) mark() int {
	got, _ := r.all()
	return len(got)
}

// heard waits until events have come after a mark, in this order.
func (s *shop) heard(r *receiver, mark int, types ...string) {
	s.Helper()
	var seen []string
	defer func() {
		if s.Failed() {
			s.Logf("wanted %q, came %q", types, seen)
		}
	}()
	s.eventually("the webhooks came in order", func() bool {
		got, wrong := r.all()
		if len(wrong) > 0 {
			s.Fatalf("the SDK refuses %q", wrong)
		}
		seen = nil
		for _, d := range got[mark:] {
			seen = append(seen, d.Type)
		}
		return inOrder(seen, types)
	})
}

func inOrder(all, wanted []string) bool {
	for _, w := range wanted {
		at := slices.Index(all, w)
		if at < 0 {
			return false
		}
		all = all[at+1:]
	}
	return true
}
