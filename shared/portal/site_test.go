package portal_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"perennial/shared/cardfields"
	"perennial/shared/customers"
	"perennial/shared/identity"
	"perennial/shared/invoices"
	"perennial/shared/lambdahttp"
	"perennial/shared/lifecycle/lifecycletest"
	"perennial/shared/merchant"
	"perennial/shared/pages"
	"perennial/shared/portal"
	"perennial/shared/portals"
	"perennial/shared/subscriptions"
	"perennial/shared/taxid"
)

// post is a queue that keeps what it was given.
type post struct{ bodies []string }

func (p *post) Send(_ context.Context, body string) error {
	p.bodies = append(p.bodies, body)
	return nil
}

const (
	originSecret = "between the edge and us"
	bank         = "https://bank.example"
)

// site is the portal before an edge, with a browser that keeps cookies.
type site struct {
	*lifecycletest.World
	t        *testing.T
	identity *identity.Service
	queue    *post
	browser  *http.Client
	server   *httptest.Server
	surface  string
	licenses portals.Licenses
}

func open(t *testing.T) *site {
	t.Helper()
	w := lifecycletest.New(t)
	s := &site{World: w, t: t, queue: &post{}, surface: "portal-test"}
	s.server = httptest.NewTLSServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) { s.edge().ServeHTTP(rw, r) }))
	t.Cleanup(s.server.Close)
	s.identity = &identity.Service{
		Store: w.Store, Mailboxes: w.Store, Addresses: w.Store, Queue: s.queue, Wall: w.Clock.Now,
		Portals: map[merchant.Mode]string{merchant.Test: s.server.URL, merchant.Live: s.server.URL},
	}
	s.browser = s.newBrowser()
	return s
}

func (s *site) newBrowser() *http.Client {
	jar, err := cookiejar.New(nil)
	if err != nil {
		s.t.Fatal(err)
	}
	browser := *s.server.Client()
	browser.Jar = jar
	browser.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &browser
}

// self is what customers may do, over the same world.
func (s *site) self() *portals.Service {
	people := &customers.Service{Store: s.Store, Vault: s.Gateway, Wall: s.Clock.Now}
	return &portals.Service{
		Store: s.Store, Customers: people, Wallet: s.Recovery.Wallet, Payer: s.Recovery, Biller: s.Life, Wall: s.Clock.Now,
		Papers:   &invoices.Corrector{Service: invoices.Service{Store: s.Store, Wall: s.Clock.Now}, TaxIDs: register{}},
		Licenses: s.licenses,
		Subscriptions: &subscriptions.Service{
			Store: s.Store, Payer: s.Recovery, Charger: s.Charging, Wall: s.Clock.Now,
		},
	}
}

// register takes every tax id for good.
type register struct{}

func (register) Check(_ context.Context, _ merchant.Scope, raw, _ string) (taxid.Proof, error) {
	return taxid.Proof{ID: raw, Status: taxid.Valid}, nil
}

// edge adds what CloudFront adds, and drops what a visitor may not send.
func (s *site) edge() http.Handler {
	h := portal.New(portal.Options{
		Identity: s.identity, Store: s.Store, Recovery: s.Recovery, Fields: cardfields.Origins{Sandbox: bank}, Wall: s.Clock.Now,
		Self:      s.self(),
		Documents: invoices.Links{URL: "https://api.example", Secrets: []string{"secret"}},
		Surfaces: map[string]portal.Surface{
			"portal": {Mode: merchant.Live, URL: s.server.URL}, "portal-test": {Mode: merchant.Test, URL: s.server.URL},
		},
	})
	wrapped := lambdahttp.Wrap(h, lambdahttp.Headers(lambdahttp.PageHeaders(pages.Policy(bank))), lambdahttp.OriginSecret(originSecret),
		lambdahttp.Surfaces(map[string]string{"portal": s.server.URL, "portal-test": s.server.URL}), lambdahttp.Failures(pages.Fail), lambdahttp.Log(slog.New(slog.DiscardHandler)))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Header.Set(lambdahttp.OriginHeader, originSecret)
		r.Header.Set(lambdahttp.SurfaceHeader, s.surface)
		wrapped.ServeHTTP(w, r)
	})
}

// page is an answer as a person sees it.
type page struct {
	status int
	text   string
	to     string // where a redirect leads
	header http.Header
}

func (s *site) get(path string) page {
	s.t.Helper()
	return s.send(http.MethodGet, path, nil, nil)
}

// form posts a form as a browser on our own page does.
func (s *site) form(path string, values url.Values) page {
	s.t.Helper()
	return s.send(http.MethodPost, path, values, http.Header{"Origin": {s.server.URL}, "Sec-Fetch-Site": {"same-origin"}})
}

func (s *site) send(method, path string, values url.Values, header http.Header) page {
	s.t.Helper()
	r, err := http.NewRequestWithContext(s.t.Context(), method, s.server.URL+path, strings.NewReader(values.Encode()))
	if err != nil {
		s.t.Fatal(err)
	}
	for name, value := range header {
		r.Header[name] = value
	}
	if values != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	answer, err := s.browser.Do(r)
	if err != nil {
		s.t.Fatal(err)
	}
	defer answer.Body.Close() //nolint:errcheck // read whole
	var body strings.Builder
	if _, err := copyAll(&body, answer); err != nil {
		s.t.Fatal(err)
	}
	return page{answer.StatusCode, body.String(), answer.Header.Get("Location"), answer.Header}
}

// signIn mints a link for the customer and redeems it.
func (s *site) signIn() {
	s.t.Helper()
	link, err := s.identity.Mint(s.t.Context(), s.Scope, s.Customer.ID, "")
	if err != nil {
		s.t.Fatal(err)
	}
	got := s.form("/session", url.Values{"token": {link[strings.LastIndex(link, "/")+1:]}})
	if got.status != http.StatusSeeOther {
		s.t.Fatalf("redeem: %d %s", got.status, got.text)
	}
}

func (p page) must(t *testing.T, status int, phrases ...string) {
	t.Helper()
	if p.status != status {
		t.Fatalf("status %d, want %d:\n%s", p.status, status, p.text)
	}
	for _, phrase := range phrases {
		if !strings.Contains(p.text, phrase) {
			t.Errorf("the page does not say %q:\n%s", phrase, p.text)
		}
	}
}
