package looks

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"perennial/shared/bank/bankhttp"
	"perennial/shared/bank/teller"
	"perennial/shared/cardfields"
	"perennial/shared/checkout"
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
)

const secret = "between the edge and us"

// site is portal and checkout before an edge, and the gateway's card fields.
type site struct {
	*lifecycletest.World
	t                    *testing.T
	portal, orders, bank *httptest.Server
	identity             *identity.Service
	browser              *http.Client
}

// forgetful is a queue that forgets what it is given.
type forgetful struct{}

func (forgetful) Send(context.Context, string) error { return nil }

var signer = identity.Unsubscribe{Secrets: []string{"of today"}}

func open(t *testing.T) *site {
	t.Helper()
	s := &site{World: lifecycletest.New(t), t: t}
	s.bank = s.serve(func() http.Handler { return s.fields() })
	s.portal = s.serve(func() http.Handler { return s.edge(s.accounts(), s.portal.URL) })
	s.orders = s.serve(func() http.Handler { return s.edge(s.checkout(), s.orders.URL) })
	s.identity = &identity.Service{
		Store: s.Store, Mailboxes: s.Store, Addresses: s.Store, Queue: forgetful{}, Wall: s.Clock.Now,
		Portals: map[merchant.Mode]string{merchant.Test: s.portal.URL, merchant.Live: s.portal.URL},
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	s.browser = s.portal.Client()
	s.browser.Jar = jar
	s.browser.CheckRedirect = func(r *http.Request, _ []*http.Request) error {
		if strings.HasPrefix(r.URL.Host, "127.0.0.1:") {
			return nil
		}
		return http.ErrUseLastResponse // the bank's own page
	}
	return s
}

func (s *site) serve(handler func() http.Handler) *httptest.Server {
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { handler().ServeHTTP(w, r) }))
	server.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	s.t.Cleanup(server.Close)
	return server
}

// fields are the sandbox's card fields; nothing is charged there.
func (s *site) fields() http.Handler {
	server, err := bankhttp.New(bankhttp.Options{Teller: &teller.Teller{}, Secret: secret, BaseURL: s.bank.URL, Now: s.Clock.Now})
	if err != nil {
		panic(err)
	}
	handler, err := server.Handler()
	if err != nil {
		panic(err)
	}
	return handler
}

func (s *site) accounts() http.Handler {
	people := &customers.Service{Store: s.Store, Vault: s.Gateway, Wall: s.Clock.Now}
	return portal.New(portal.Options{
		Identity: s.identity, Store: s.Store, Recovery: s.Recovery, Fields: cardfields.Origins{Sandbox: s.bank.URL}, Wall: s.Clock.Now,
		Checkout: s.orders.URL, Documents: invoices.Links{URL: "https://api.example", Secrets: []string{secret}}, Limits: identity.NewLimits(nil, s.Clock.Now),
		Self: &portals.Service{
			Store: s.Store, Customers: people, Wallet: s.Recovery.Wallet, Payer: s.Recovery, Wall: s.Clock.Now,
			Subscriptions: &subscriptions.Service{
				Store: s.Store, Payer: s.Recovery, Charger: s.Charging, Wall: s.Clock.Now,
			},
		},
		Surfaces: map[string]portal.Surface{"portal-test": {Mode: merchant.Test, URL: s.portal.URL}},
	})
}

func (s *site) checkout() http.Handler {
	return checkout.New(checkout.Options{
		Store: s.Store, Payer: s.Recovery, Sales: s.Sales(s.Store), Unsubscribe: signer, URL: s.orders.URL, Portals: map[merchant.Mode]string{merchant.Test: s.portal.URL}, Fields: cardfields.Origins{Sandbox: s.bank.URL}, Limits: identity.NewLimits(nil, s.Clock.Now),
		Mails: &customers.Service{Store: s.Store, Wall: s.Clock.Now}, Wall: s.Clock.Now,
	})
}

// edge adds what CloudFront adds.
func (s *site) edge(h http.Handler, origin string) http.Handler {
	wrapped := lambdahttp.Wrap(h, lambdahttp.Headers(lambdahttp.PageHeaders(pages.Policy(s.bank.URL))), lambdahttp.OriginSecret(secret),
		lambdahttp.Surfaces(map[string]string{"portal-test": origin}), lambdahttp.Failures(pages.Fail), lambdahttp.Log(slog.New(slog.DiscardHandler)))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Header.Set(lambdahttp.OriginHeader, secret)
		r.Header.Set(lambdahttp.SurfaceHeader, "portal-test")
		wrapped.ServeHTTP(w, r)
	})
}

// post sends a form as a browser on our own page does, and gives the address
// that it led to.
func (s *site) post(address string, values url.Values) string {
	s.t.Helper()
	r, err := http.NewRequestWithContext(s.t.Context(), http.MethodPost, address, strings.NewReader(values.Encode()))
	if err != nil {
		s.t.Fatal(err)
	}
	at, _ := url.Parse(address) // it was just parsed
	r.Header = http.Header{"Origin": {at.Scheme + "://" + at.Host}, "Sec-Fetch-Site": {"same-origin"}, "Content-Type": {"application/x-www-form-urlencoded"}}
	answer, err := s.browser.Do(r)
	if err != nil {
		s.t.Fatal(err)
	}
	defer answer.Body.Close() //nolint:errcheck // it was only read
	said, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode >= http.StatusInternalServerError {
		s.t.Fatalf("POST %s: %s, %v\n%s", address, answer.Status, err, said)
	}
	return answer.Request.URL.String()
}
