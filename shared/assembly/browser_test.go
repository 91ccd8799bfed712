package assembly_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"perennial/infra/local/wait"
	"perennial/shared/billing"
	"perennial/shared/cardfields"
	"perennial/shared/checkout"
	"perennial/shared/customers"
	"perennial/shared/identity"
	"perennial/shared/invoices"
	"perennial/shared/lambdahttp"
	"perennial/shared/merchant"
	"perennial/shared/pages"
	"perennial/shared/portal"
	"perennial/shared/portals"
	"perennial/shared/record"
	"perennial/shared/subscriptions"
)

const edgeSecret = "between the edge and us"

// origins leave Stripe where it is: the policy is the one of production.
var origins = cardfields.Origins{Sandbox: "https://bank.example"}

// patience is how long a visit may take on a machine that is busy. Visits
// follow one another: each has a browser of its own.
const patience = 4 * time.Minute

// street is a shop whose checkout and portal a browser can visit, with a
// stand-in for everything of Stripe.
type street struct {
	*shop
	orders, portal *httptest.Server
	identity       *identity.Service
	tab            context.Context //nolint:containedctx // chromedp's handle is a context
	seen           string          // the page as it last was not what a test waits for
}

func openStreet(t *testing.T) *street {
	t.Helper()
	s := &street{shop: open(t)}
	wall := func() time.Time { return s.now }
	s.orders = s.edge(func() http.Handler {
		return checkout.New(checkout.Options{
			Store: s.till.Store, Payer: s.till.Recovery, Sales: s.till.Sales, Owned: s.till.Store,
			Mails: &customers.Service{Store: s.till.Store, Wall: wall}, Limits: identity.NewLimits(s.till.Store, wall), URL: s.orders.URL, Portals: map[merchant.Mode]string{merchant.Live: s.portal.URL}, Wall: wall, Fields: origins,
		})
	})
	s.portal = s.edge(s.accounts)
	s.identity = &identity.Service{
		Store: s.till.Store, Tallies: s.till.Store, Addresses: s.till.Store, Wall: wall, Portals: map[merchant.Mode]string{merchant.Live: s.portal.URL},
	}
	s.tab = s.chromium(s.twin.Browse(t, "acct_1"))
	t.Cleanup(func() {
		if t.Failed() {
			t.Log("last seen:", s.seen)
		}
	})
	return s
}

func (s *street) accounts() http.Handler {
	wall := func() time.Time { return s.now }
	return portal.New(portal.Options{
		Identity: s.identity, Store: s.till.Store, Recovery: s.till.Recovery, Documents: invoices.Links{URL: "https://api.example", Secrets: []string{edgeSecret}}, Wall: wall, Fields: origins,
		Limits: identity.NewLimits(s.till.Store, wall),
		Self: &portals.Service{
			Store: s.till.Store, Customers: &customers.Service{Store: s.till.Store, Vault: s.till.Banks, Wall: wall}, Wallet: s.till.Wallet, Payer: s.till.Recovery, Wall: wall,
			Subscriptions: &subscriptions.Service{Store: s.till.Store, Payer: s.till.Recovery, Charger: s.till.Charging, Wall: wall},
		},
		Surfaces: map[string]portal.Surface{"portal": {Mode: merchant.Live, URL: s.portal.URL}},
	})
}

// edge serves pages with the headers that they have in production.
func (s *street) edge(handler func() http.Handler) *httptest.Server {
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Header.Set(lambdahttp.OriginHeader, edgeSecret)
		r.Header.Set(lambdahttp.SurfaceHeader, "portal")
		lambdahttp.Wrap(handler(), lambdahttp.Headers(lambdahttp.PageHeaders(pages.Policy("https://bank.example"))), lambdahttp.OriginSecret(edgeSecret),
			lambdahttp.Surfaces(map[string]string{"portal": "https://" + r.Host}), lambdahttp.Failures(pages.Fail), lambdahttp.Log(slog.New(slog.DiscardHandler))).ServeHTTP(w, r)
	}))
	server.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	s.Cleanup(server.Close)
	return server
}

// chromium takes an address for all of stripe.com, and notes what a policy
// blocks.
func (s *street) chromium(stripe string) context.Context {
	s.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.IgnoreCertErrors,
		chromedp.Flag("host-resolver-rules", "MAP *.stripe.com "+stripe+", MAP *.example ~NOTFOUND"),
		chromedp.Flag("disable-features", "site-per-process,IsolateOrigins,Translate,BlinkGenPropertyTrees"), chromedp.Flag("disable-site-isolation-trials", true))
	if os.Getuid() == 0 {
		options = append(options, chromedp.NoSandbox)
	}
	if path := os.Getenv("CHROMIUM"); path != "" {
		options = append(options, chromedp.ExecPath(path))
	}
	ctx, stop := chromedp.NewExecAllocator(s.Context(), options...)
	s.Cleanup(stop)
	ctx, stop = chromedp.NewContext(ctx)
	s.Cleanup(stop)
	ctx, stop = context.WithTimeout(ctx, patience)
	s.Cleanup(stop)
	must(s.T, chromedp.Do(ctx))
	_, err := chromedp.Call(ctx, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{
		Source: `window.blocked = []; addEventListener("securitypolicyviolation", (e) => blocked.push(e.effectiveDirective + " " + e.blockedURI));`,
	})
	must(s.T, err)
	return ctx
}

// do performs steps of a person at the browser.
func (s *street) do(steps ...chromedp.Action[chromedp.Void]) {
	s.Helper()
	if err := chromedp.Do(s.tab, steps...); err != nil {
		at, _ := chromedp.Run(s.tab, chromedp.Evaluate[string](`location.href + "\n" + document.documentElement.innerText + "\n" + window.blocked`))
		s.Fatalf("%v\nat %s", err, at)
	}
}

// enter fills in Stripe's fields and presses the form's button.
func (s *street) enter(number string) {
	s.Helper()
	in := s.frame()
	s.do(chromedp.SendKeys(chromedp.CSS("#number"), kb.End+strings.Repeat(kb.Backspace, 20)+number, in))
	s.press()
}

// frame is the document of Stripe's fields.
func (s *street) frame() chromedp.QueryOption {
	s.Helper()
	s.do(chromedp.WaitVisible(chromedp.CSS("[data-card-mount] iframe")))
	frames, err := chromedp.Run(s.tab, chromedp.Nodes(chromedp.CSS("[data-card-mount] iframe")))
	must(s.T, err)
	in := chromedp.FromNode(frames[0])
	s.do(chromedp.WaitVisible(chromedp.CSS("#number"), in))
	return in
}

// choose takes another type of payment method in Stripe's fields.
func (s *street) choose(kind string) {
	s.Helper()
	s.do(chromedp.SetValue(chromedp.CSS("#type"), kind, s.frame()))
}

func (s *street) press() {
	s.Helper()
	s.do(chromedp.Click(chromedp.CSS("form[data-card-fields] button:not([type=button])")))
}

// reads waits for a text on the page.
func (s *street) reads(text string) {
	s.Helper()
	s.is(`document.body && document.body.innerText.includes(` + strconv.Quote(text) + `)`)
}

// is waits until an expression holds on the page, whatever page that is then.
func (s *street) is(expression string) {
	s.Helper()
	wait.Until(s.T, expression, func() bool {
		holds, err := chromedp.Run(s.tab, chromedp.Evaluate[bool]("Boolean("+expression+")"))
		if err != nil || !holds {
			s.seen, _ = chromedp.Run(s.tab, chromedp.Evaluate[string](`location.href + "\n" + document.documentElement.innerText + "\nblocked: " + window.blocked`))
		}
		return err == nil && holds
	})
}

// says is the value of an expression.
func (s *street) says(expression string) string {
	s.Helper()
	text, err := chromedp.Run(s.tab, chromedp.Evaluate[string](expression))
	must(s.T, err)
	return text
}

// signIn opens the portal by a link for a customer.
func (s *street) signIn(customer string) {
	s.Helper()
	link, err := s.identity.Mint(s.Context(), s.scope, customer, "")
	must(s.T, err)
	s.do(chromedp.Navigate(link), chromedp.Click(chromedp.CSS("main button")))
	s.reads("Atlas")
}

// perform does the subscription's due work.
func (s *street) perform(sub billing.Subscription) {
	s.Helper()
	must(s.T, s.till.Perform(s.Context(), record.DueItem{Scope: s.scope, Ref: record.RefOf[billing.Subscription](sub.ID), Customer: sub.Customer}))
}
