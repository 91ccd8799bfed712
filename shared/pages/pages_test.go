package pages_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"perennial/shared/cardfields"
	"perennial/shared/fault"
	"perennial/shared/lambdahttp"
	"perennial/shared/pages"
)

const origin = "https://pay.example"

// surface serves routes the way the functions do.
func surface(routes *http.ServeMux) func(*http.Request) *httptest.ResponseRecorder {
	h := lambdahttp.Wrap(pages.Serve(routes), lambdahttp.URL(origin), lambdahttp.Failures(pages.Fail), lambdahttp.Log(slog.New(slog.DiscardHandler)))
	return func(r *http.Request) *httptest.ResponseRecorder {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w
	}
}

func get(path string) *http.Request { return httptest.NewRequest(http.MethodGet, origin+path, nil) }

func TestAFormIsTakenFromOurOwnPagesOnly(t *testing.T) {
	t.Parallel()
	mux := http.NewServeMux()
	mux.HandleFunc("/x", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	serve := surface(mux)
	for name, c := range map[string]struct {
		header http.Header
		status int
	}{
		"our page in a browser":         {http.Header{"Sec-Fetch-Site": {"same-origin"}, "Cookie": {"a=b"}}, 204},
		"our page in an older browser":  {http.Header{"Origin": {origin}, "Cookie": {"a=b"}}, 204},
		"typed by the visitor":          {http.Header{"Sec-Fetch-Site": {"none"}, "Cookie": {"a=b"}}, 204},
		"a program without a session":   {http.Header{}, 204},
		"a program with a session":      {http.Header{"Cookie": {"a=b"}}, 403},
		"another site":                  {http.Header{"Sec-Fetch-Site": {"cross-site"}}, 403},
		"a sister host, the sandbox":    {http.Header{"Sec-Fetch-Site": {"same-site"}, "Origin": {origin}}, 403},
		"another site, older browser":   {http.Header{"Origin": {"https://evil.example"}}, 403},
		"another port":                  {http.Header{"Origin": {origin + ":8443"}}, 403},
		"a frame without an origin":     {http.Header{"Origin": {"null"}, "Cookie": {"a=b"}}, 403},
		"another site that says Origin": {http.Header{"Sec-Fetch-Site": {"cross-site"}, "Origin": {origin}}, 403},
	} {
		for _, method := range []string{http.MethodPost, http.MethodPut, http.MethodDelete} {
			r := httptest.NewRequest(method, origin+"/x", nil)
			r.Header = c.header.Clone()
			if got := serve(r); got.Code != c.status {
				t.Errorf("%s, %s: %d, want %d", name, method, got.Code, c.status)
			}
		}
	}
}

func TestErrorPagesLeakNothing(t *testing.T) {
	t.Parallel()
	secret := errors.New("dial tcp 10.0.0.7: sub_secret")
	mux := http.NewServeMux()
	fail := func(err error) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) { pages.Error(w, r, err) }
	}
	mux.Handle("GET /broken", fail(secret))
	mux.Handle("GET /missing", fail(fmt.Errorf("load: %w: %w", fault.New(fault.NotFound, "NOT_FOUND", "no sub_secret"), secret)))
	mux.Handle("GET /foreign", fail(fault.New(fault.Forbidden, "NO", "not your sub_secret")))
	mux.Handle("GET /panic", http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(secret) }))
	mux.Handle("GET /closed", fail(fmt.Errorf("pay: %w: %w", fault.New(fault.Conflict, "CLOSED", "It is closed."), secret)))
	serve := surface(mux)
	for path, c := range map[string]struct {
		status int
		says   string
	}{
		"/broken": {500, "Something went wrong"}, "/panic": {500, "Something went wrong"},
		"/missing": {404, "There is nothing here"}, "/nowhere": {404, "There is nothing here"},
		"/foreign": {403, "cannot be done"}, "/closed": {409, "It is closed."},
		"/assets/style.css": {404, "There is nothing here"}, "/assets/..%2flayout.html": {404, "There is nothing here"},
	} {
		got := serve(get(path))
		text := got.Body.String()
		if got.Code != c.status || !strings.Contains(text, c.says) || strings.Contains(text, "secret") || strings.Contains(text, "10.0.0") {
			t.Errorf("%s: %d %s", path, got.Code, text)
		}
		if id := got.Header().Get("X-Request-Id"); c.status == 500 && !strings.Contains(text, id) {
			t.Errorf("%s does not name the request, which support would ask for", path)
		}
	}
}

// A page that cannot be rendered becomes an error page, not half a page.
func TestNobodyGetsHalfAPage(t *testing.T) {
	t.Parallel()
	set := pages.Parse(fstest.MapFS{"web/x.html": {Data: []byte(`{{define "content"}}first half {{.Missing.Field}}{{end}}`)}}, "web")
	mux := http.NewServeMux()
	mux.HandleFunc("GET /x", func(w http.ResponseWriter, r *http.Request) {
		set.Render(w, r, http.StatusOK, "x", pages.Page{Content: struct{ Missing *pages.Banner }{}})
	})
	if got := surface(mux)(get("/x")); got.Code != 500 || strings.Contains(got.Body.String(), "first half") {
		t.Errorf("%d %s", got.Code, got.Body)
	}
}

func TestThePolicyAllowsNothingInline(t *testing.T) {
	t.Parallel()
	policy := pages.Policy("https://bank.example", "https://other.example")
	for _, want := range []string{
		"default-src 'none'", "script-src 'self'", "style-src 'self'", "base-uri 'none'", "frame-ancestors 'none'",
		"frame-src https://bank.example https://other.example", "form-action 'self' https://bank.example https://other.example",
	} {
		if !strings.Contains("; "+policy+";", "; "+want+";") {
			t.Errorf("%q lacks %q", policy, want)
		}
	}
	if strings.Contains(policy, "unsafe") || strings.Contains(policy, "*") {
		t.Error(policy)
	}
}

// inline is what the policy would block: it would look right in a test and be
// dead in a browser.
var inline = regexp.MustCompile(`<style|<script(>|[^>]*[^>]>[^<])| style=| on[a-z]+=`)

func TestTheLayoutHoldsNothingInline(t *testing.T) {
	t.Parallel()
	set := pages.Parse(fstest.MapFS{"web/x.html": {Data: []byte(`{{define "content"}}<p>{{.}}</p>{{end}}`)}}, "web")
	mux := http.NewServeMux()
	mux.HandleFunc("GET /x", func(w http.ResponseWriter, r *http.Request) {
		set.Render(w, r, http.StatusOK, "x", pages.Page{Content: "text", Chrome: pages.Chrome{
			Title: "Title", Business: "<b>Northwind</b>", Test: true, Email: "ada@example.com", Home: "/", Back: "javascript:alert(1)",
			Banners: []pages.Banner{{Tone: pages.Bad, Title: "On hold", Lines: []string{"<i>"}, Action: "Pay", Href: "/pay"}},
			Fields:  cardfields.Fields{Gateway: "sandbox", Account: "bus_1.test", Src: "https://bank.test/fields"}, Refresh: 4, Next: "/x?look=2",
		}})
	})
	text := surface(mux)(get("/x")).Body.String()
	if bad := inline.FindString(text); bad != "" {
		t.Errorf("%q would be blocked", bad)
	}
	for _, want := range []string{
		`lang="en"`, "&lt;b&gt;Northwind", "&lt;i&gt;", `role="alert"`, `class="skip" href="#main"`, `<main id="main">`,
		`content="4; url=/x?look=2"`, "Test mode", `href="#ZgotmplZ"`, `action="/logout"`,
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the page lacks %s:\n%s", want, text)
		}
	}
}

func TestAssetsAreCachedForEverUnderTheirHash(t *testing.T) {
	t.Parallel()
	serve := surface(http.NewServeMux())
	for name, kind := range map[string]string{"style.css": "text/css", "cardfields.js": "text/javascript"} {
		path := pages.AssetPath(name)
		got := serve(get(path))
		if got.Code != 200 || !strings.HasPrefix(got.Header().Get("Content-Type"), kind) {
			t.Errorf("%s: %d %v", path, got.Code, got.Header())
		}
		if cache := got.Header().Get("Cache-Control"); !strings.Contains(cache, "immutable") {
			t.Errorf("%s: %s", path, cache)
		}
		if name == "cardfields.js" && got.Body.Len() > 5<<10 {
			t.Errorf("the script has %d bytes", got.Body.Len())
		}
	}
}

func TestAWaitingPageStopsLookingByItself(t *testing.T) {
	t.Parallel()
	path, looks := "/subscriptions/sub_1/payment-return", 0
	for next := path; ; looks++ {
		seconds, then := pages.LookAgain(get(next))
		if seconds == 0 {
			break
		}
		if !strings.HasPrefix(then, path+"?look=") || looks > 100 {
			t.Fatalf("look %d leads to %q", looks, then)
		}
		next = then
	}
	if looks != 15 {
		t.Errorf("%d looks", looks)
	}
	if seconds, _ := pages.LookAgain(get(path + "?look=-9")); seconds == 0 {
		t.Error("a strange number stops the page at once")
	}
}

func TestAFaultHasTheStatusOfItsKind(t *testing.T) {
	t.Parallel()
	for err, want := range map[error]int{
		fault.New(fault.TooMany, "A", "a"):     429,
		fault.New(fault.Gone, "B", "b"):        410,
		fault.New(fault.Unavailable, "C", "c"): 503,
		context.DeadlineExceeded:               500,
	} {
		if got := pages.Status(err); got != want {
			t.Errorf("%v: %d, want %d", err, got, want)
		}
	}
}
