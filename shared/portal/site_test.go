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
	"perennial/shared/pages/pagestest"
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
	limits   *identity.Limits
	licenses portals.Licenses
}

func open(t *testing.T) *site {
	t.Helper()
	w := lifecycletest.New(t)
	s := &site{World: w, t: t, queue: &post{}, surface: "portal-test", limits: identity.NewLimits(nil, w.Clock.Now)}
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
		Limits:    s.limits,
		Self:      s.self(),
		Checkout:  "https://checkout.example",
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

func (s *site) get(path string) pagestest.Page {
	s.t.Helper()
	return s.send(http.MethodGet, path, nil, nil)
}

// form posts a form as a browser on our own page does.
func (s *site) form(path string, values url.Values) pagestest.Page {
	s.t.Helper()
	return s.send(http.MethodPost, path, values, pagestest.SameOrigin(s.server.URL))
}

func (s *site) send(method, path string, values url.Values, header http.Header) pagestest.Page {
	s.t.Helper()
	return pagestest.Send(s.t, s.browser, method, s.server.URL+path, values, header)
}

// signIn mints a link for the customer and redeems it.
func (s *site) signIn() {
	s.t.Helper()
	link, err := s.identity.Mint(s.t.Context(), s.Scope, s.Customer.ID, "")
	if err != nil {
		s.t.Fatal(err)
	}
	got := s.form("/session", url.Values{"token": {link[strings.LastIndex(link, "/")+1:]}})
	if got.Status != http.StatusSeeOther {
		s.t.Fatalf("redeem: %d %s", got.Status, got.Text)
	}
}
