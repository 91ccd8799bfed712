package checkout_test

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"

	"perennial/shared/cardfields"
	"perennial/shared/checkout"
	"perennial/shared/customers"
	"perennial/shared/identity"
	"perennial/shared/lambdahttp"
	"perennial/shared/lifecycle/lifecycletest"
	"perennial/shared/merchant"
	"perennial/shared/pages"
	"perennial/shared/pages/pagestest"
	"perennial/shared/purchases"
	"perennial/shared/record"
	"perennial/shared/settings"
	"perennial/shared/subscriptions"
)

const (
	originSecret = "between the edge and us"
	bank         = "https://bank.example"
)

var unsubscribe = identity.Unsubscribe{Secrets: []string{"of today", "of yesterday"}}

// site is the checkout before an edge, with a browser.
type site struct {
	*lifecycletest.World
	t       *testing.T
	browser *http.Client
	server  *httptest.Server
	limits  *identity.Limits
}

func open(t *testing.T) *site {
	t.Helper()
	s := &site{World: lifecycletest.New(t), t: t}
	s.limits = identity.NewLimits(nil, s.Clock.Now)
	s.server = httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Header.Set(lambdahttp.OriginHeader, originSecret)
		s.edge().ServeHTTP(w, r)
	}))
	t.Cleanup(s.server.Close)
	s.browser = s.server.Client()
	s.browser.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return s
}

func (s *site) edge() http.Handler {
	h := checkout.New(checkout.Options{
		Store: s.Store, Payer: s.Recovery, Sales: s.Sales(s.Store), Owned: s.Store, Unsubscribe: unsubscribe, Mails: &customers.Service{Store: s.Store, Wall: s.Clock.Now}, Testers: &settings.Service{Store: s.Store, Wall: s.Clock.Now}, Limits: s.limits, URL: s.server.URL, Portals: map[merchant.Mode]string{merchant.Test: "https://test.portal.example"}, Fields: cardfields.Origins{Sandbox: bank}, Wall: s.Clock.Now,
	})
	return lambdahttp.Wrap(h, lambdahttp.Headers(lambdahttp.PageHeaders(pages.Policy(bank))), lambdahttp.OriginSecret(originSecret),
		lambdahttp.URL(s.server.URL), lambdahttp.Failures(pages.Fail), lambdahttp.Log(slog.New(slog.DiscardHandler)))
}

// session is the path of a page.
func session(scope merchant.Scope, page record.Checkout) string {
	return identity.CheckoutURL("", scope, page.ID)
}

// wish is what a test wants else of a new subscription.
type wish struct {
	Quantity  int64
	TrialDays int
	ReturnURL string
}

// link is a new subscription's payment link.
func (s *site) link(wanted wish) (purchases.Placed, string) {
	s.t.Helper()
	in := s.Wish()
	in.ReturnURL = wanted.ReturnURL
	if wanted.Quantity != 0 {
		in.Cart.Items[0].Quantity = wanted.Quantity
	}
	if wanted.TrialDays != 0 {
		in.Cart.TrialDays = wanted.TrialDays
	}
	made, err := s.Place(in)
	if err != nil {
		s.t.Fatal(err)
	}
	return made, session(s.Scope, made.Checkout)
}

// ask is a link to replace the payment method of a subscription.
func (s *site) ask(sub, returnURL string) string {
	s.t.Helper()
	service := subscriptions.Service{Store: s.Store, Payer: s.Recovery, Wall: s.Clock.Now}
	page, err := service.AskMethod(s.t.Context(), s.Scope, record.System, sub, returnURL)
	if err != nil {
		s.t.Fatal(err)
	}
	return session(s.Scope, page.Checkout)
}

func (s *site) get(path string) pagestest.Page {
	s.t.Helper()
	return s.send(http.MethodGet, path, nil, nil)
}

// pay posts the form with a card, as a browser on our own page does.
func (s *site) pay(path, card string) pagestest.Page {
	s.t.Helper()
	token := url.Values{"token": {s.Gateway.Token(card)}}
	return s.send(http.MethodPost, path, token, pagestest.SameOrigin(s.server.URL))
}

func (s *site) send(method, path string, values url.Values, header http.Header) pagestest.Page {
	s.t.Helper()
	return pagestest.Send(s.t, s.browser, method, s.server.URL+path, values, header)
}

// leadsTo follows the redirect after a form.
func (s *site) leadsTo(p pagestest.Page, path string) pagestest.Page {
	s.t.Helper()
	if p.Status != http.StatusSeeOther || p.To != path {
		s.t.Fatalf("%d to %q, want %q:\n%s", p.Status, p.To, path, p.Text)
	}
	return s.get(p.To)
}
