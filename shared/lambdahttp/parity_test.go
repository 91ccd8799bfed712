package lambdahttp_test

import (
	"context"
	"encoding/base64"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/aws/aws-lambda-go/events"
	"github.com/google/go-cmp/cmp"

	"perennial/shared/lambdahttp"
)

// request is what a client sends, whichever way it travels.
type request struct {
	method, target string // target is the raw path and query
	headers        map[string]string
	cookies        []string
	body           string
}

// answer is what a client reads.
type answer struct {
	status  int
	headers http.Header
	cookies []string
	body    string
}

// seen is what the handler found in its request.
type seen struct {
	Method, Path, RawPath, Query, URI, Host, Body string
	Header                                        http.Header
	Cookies                                       []string
	Length                                        int64
}

func observe(r *http.Request) seen {
	body, _ := io.ReadAll(r.Body)
	s := seen{
		Method: r.Method, Path: r.URL.Path, RawPath: r.URL.RawPath, Query: r.URL.RawQuery,
		URI: r.RequestURI, Host: r.Host, Body: string(body), Header: r.Header.Clone(), Length: r.ContentLength,
	}
	for _, c := range r.Cookies() {
		s.Cookies = append(s.Cookies, c.String())
	}
	s.Header.Del("Content-Length") // API Gateway passes it on, some clients omit it
	return s
}

// both sends the same request to net/http's server and through the adapter,
// checks that the handler saw the same and that the client reads the same, and
// returns that one answer.
func both(t fataler, h http.Handler, req request, opts ...lambdahttp.Option) (answer, seen) {
	t.Helper()
	var saw []seen
	spy := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s := observe(r)
		saw = append(saw, s)
		r.Body = io.NopCloser(strings.NewReader(s.Body))
		h.ServeHTTP(w, r)
	})
	server := overHTTP(t, lambdahttp.Wrap(spy, opts...), req)
	lambda := overLambda(t, lambdahttp.Handler(spy, opts...), req)
	if diff := cmp.Diff(server, lambda, cmp.AllowUnexported(answer{})); diff != "" {
		t.Fatalf("%s %s: the client reads (-net/http +lambda)\n%s", req.method, req.target, diff)
	}
	if len(saw) == 0 {
		return lambda, seen{}
	}
	if diff := cmp.Diff(saw[0], saw[1]); diff != "" {
		t.Fatalf("%s %s: the handler sees (-net/http +lambda)\n%s", req.method, req.target, diff)
	}
	return lambda, saw[1]
}

type fataler interface {
	Helper()
	Fatalf(string, ...any)
}

const host = "portal.example.com"

func overHTTP(t fataler, h http.Handler, req request) answer {
	t.Helper()
	server := httptest.NewServer(h)
	defer server.Close()
	out, err := http.NewRequest(req.method, server.URL, strings.NewReader(req.body))
	if err != nil {
		t.Fatalf("%v", err)
	}
	path, query, _ := strings.Cut(req.target, "?")
	out.URL.RawPath, out.URL.RawQuery = path, query
	if out.URL.Path, err = url.PathUnescape(path); err != nil {
		t.Fatalf("%v", err)
	}
	out.Host = host
	for name, value := range wireHeaders(req) {
		out.Header.Set(name, value)
	}
	if len(req.cookies) > 0 {
		out.Header.Set("Cookie", strings.Join(req.cookies, "; "))
	}
	client := &http.Transport{DisableCompression: true}
	defer client.CloseIdleConnections()
	res, err := client.RoundTrip(out)
	if err != nil {
		t.Fatalf("%v", err)
	}
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatalf("%v", err)
	}
	return read(res.StatusCode, res.Header, res.Header.Values("Set-Cookie"), string(body))
}

func overLambda(t fataler, f lambdahttp.Func, req request) answer {
	t.Helper()
	res, err := f(context.Background(), event(req))
	if err != nil {
		t.Fatalf("the invocation failed: %v", err)
	}
	body := res.Body
	if res.IsBase64Encoded {
		raw, err := base64.StdEncoding.DecodeString(body)
		if err != nil {
			t.Fatalf("%v", err)
		}
		body = string(raw)
	}
	h := http.Header{}
	for name, value := range res.Headers {
		h.Set(name, value)
	}
	return read(res.StatusCode, h, res.Cookies, body)
}

// read leaves out what each server adds by itself, and joins repeated headers
// as API Gateway does.
func read(status int, h http.Header, cookies []string, body string) answer {
	out := http.Header{}
	for name, values := range h {
		out.Set(name, strings.Join(values, ","))
	}
	for _, name := range []string{"Date", "X-Request-Id", "Set-Cookie", "Content-Length"} {
		out.Del(name)
	}
	if len(cookies) == 0 {
		cookies = nil
	}
	return answer{status, out, cookies, body}
}

func wireHeaders(req request) map[string]string {
	h := map[string]string{"User-Agent": "test", "Accept-Encoding": "identity"}
	for name, value := range req.headers {
		h[http.CanonicalHeaderKey(name)] = value
	}
	return h
}

// event is the request as API Gateway delivers it: names in lower case,
// cookies apart, bodies that are not text in base64.
func event(req request) events.APIGatewayV2HTTPRequest {
	path, query, _ := strings.Cut(req.target, "?")
	e := events.APIGatewayV2HTTPRequest{
		Version: "2.0", RouteKey: "$default", RawPath: path, RawQueryString: query,
		Cookies: req.cookies, Headers: map[string]string{"host": host}, Body: req.body,
	}
	for name, value := range wireHeaders(req) {
		e.Headers[strings.ToLower(name)] = value
	}
	if !utf8.ValidString(req.body) {
		e.Body, e.IsBase64Encoded = base64.StdEncoding.EncodeToString([]byte(req.body)), true
	}
	e.RequestContext.DomainName = host
	e.RequestContext.RequestID = "req-1"
	e.RequestContext.HTTP = events.APIGatewayV2HTTPRequestContextHTTPDescription{
		Method: req.method, Path: path, SourceIP: "203.0.113.9", Protocol: "HTTP/1.1",
	}
	return e
}

// script is a handler's behaviour, spelled out.
type script struct {
	headers      [][2]string
	status       int
	chunks       []string
	secondStatus int
	lateHeader   bool
	panics       bool
}

func (s script) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	for _, h := range s.headers {
		w.Header().Add(h[0], h[1])
	}
	if s.status != 0 {
		w.WriteHeader(s.status)
	}
	if s.lateHeader {
		w.Header().Set("X-Late", "too late")
	}
	for _, c := range s.chunks {
		_, _ = io.WriteString(w, c)
	}
	if s.secondStatus != 0 {
		w.WriteHeader(s.secondStatus)
	}
	if s.panics {
		panic("a bug")
	}
}

func TestAdapterBehavesAsTheStandardServer(t *testing.T) {
	t.Parallel()
	get := request{method: "GET", target: "/"}
	ok := script{chunks: []string{"hello"}}
	for name, c := range map[string]struct {
		req  request
		h    http.Handler
		want func(t *testing.T, a answer, s seen)
	}{
		"two signatures in one header": {
			request{method: "POST", target: "/gateway-events/stripe/acct", body: "{}", headers: map[string]string{
				"webhook-signature": "v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4= v1,abc", "stripe-signature": "t=1,v1=a,v1=b",
			}}, ok,
			func(t *testing.T, _ answer, s seen) {
				equal(t, "v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4= v1,abc", s.Header.Get("Webhook-Signature"))
				equal(t, "t=1,v1=a,v1=b", s.Header.Get("Stripe-Signature"))
			},
		},
		"cookies in": {
			request{method: "GET", target: "/", cookies: []string{"a=1", "b=x,y"}}, ok,
			func(t *testing.T, _ answer, s seen) { equal(t, 2, len(s.Cookies)) },
		},
		"several cookies out": {
			get, script{headers: [][2]string{{"Set-Cookie", "a=1; Path=/"}, {"Set-Cookie", "b=2; Expires=Wed, 21 Oct 2026 07:28:00 GMT"}}},
			func(t *testing.T, a answer, _ seen) { equal(t, 2, len(a.cookies)) },
		},
		"binary bodies": {
			request{method: "POST", target: "/", body: "\x00\xff\xfe"}, script{headers: [][2]string{{"Content-Type", "application/pdf"}}, chunks: []string{"%PDF-\xff\x00"}},
			func(t *testing.T, a answer, s seen) {
				equal(t, "%PDF-\xff\x00", a.body)
				equal(t, "\x00\xff\xfe", s.Body)
			},
		},
		"a handler that writes nothing": {
			get, script{}, func(t *testing.T, a answer, _ seen) { equal(t, 200, a.status) },
		},
		"a second status": {
			get, script{status: 201, secondStatus: 500, chunks: []string{"made"}},
			func(t *testing.T, a answer, _ seen) { equal(t, 201, a.status) },
		},
		"an invalid status": {
			get, script{status: 42}, func(t *testing.T, a answer, _ seen) { equal(t, 500, a.status) },
		},
		"an interim status": {
			get, script{status: 103, chunks: []string{"x"}}, func(t *testing.T, a answer, _ seen) { equal(t, 200, a.status) },
		},
		"a header after the status": {
			get, script{status: 200, lateHeader: true},
			func(t *testing.T, a answer, _ seen) { equal(t, "", a.headers.Get("X-Late")) },
		},
		"a panic half-way": {
			get, script{status: 200, headers: [][2]string{{"Set-Cookie", "session=1"}}, chunks: []string{"half"}, panics: true},
			func(t *testing.T, a answer, _ seen) {
				equal(t, 500, a.status)
				equal(t, lambdahttp.Sentence+"\n", a.body)
				equal(t, 0, len(a.cookies))
			},
		},
		"an encoded slash": {
			request{method: "GET", target: "/invoices/a%2Fb/x%20y?q=%2B&q=a,b&empty="}, ok,
			func(t *testing.T, _ answer, s seen) {
				equal(t, "/invoices/a/b/x y", s.Path)
				equal(t, "/invoices/a%2Fb/x%20y", s.RawPath)
				equal(t, "q=%2B&q=a,b&empty=", s.Query)
			},
		},
		"a double slash": {
			request{method: "GET", target: "//evil.example/x"}, ok,
			func(t *testing.T, _ answer, s seen) { equal(t, "//evil.example/x", s.Path) },
		},
		"no content": {
			get, script{status: 204, chunks: []string{"ignored"}}, func(t *testing.T, a answer, _ seen) { equal(t, "", a.body) },
		},
		"head": {
			request{method: "HEAD", target: "/"}, ok, func(t *testing.T, a answer, _ seen) { equal(t, "", a.body) },
		},
		"a wrong content length": {
			get, script{headers: [][2]string{{"Content-Length", "3"}}, chunks: []string{"hello"}},
			func(t *testing.T, a answer, _ seen) { equal(t, "hello", a.body) },
		},
		"a line break in a header": {
			get, script{headers: [][2]string{{"Location", "/x\r\nSet-Cookie: a=1 "}}, status: 303},
			func(t *testing.T, a answer, _ seen) {
				equal(t, "/x  Set-Cookie: a=1", a.headers.Get("Location"))
				equal(t, 0, len(a.cookies))
			},
		},
		"text in another language": {
			request{method: "POST", target: "/", body: "名前=春"}, script{chunks: []string{"こんにちは"}},
			func(t *testing.T, a answer, _ seen) {
				equal(t, "text/plain; charset=utf-8", a.headers.Get("Content-Type"))
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a, s := both(t, c.h, c.req, quiet())
			c.want(t, a, s)
		})
	}
}

func TestPathsThatArriveDecodedAreUnderstood(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]string{
		"/a b":           "/a b",
		"/100%":          "/100%",
		"/what?":         "/what?",
		"/x#y":           "/x#y",
		"/名前":            "/名前",
		"no-slash":       "/no-slash",
		"":               "/",
		"/plain/a%2Fb":   "/plain/a/b",
		"/tab\tand\nend": "/tab\tand\nend",
	} {
		e := event(request{method: "GET"})
		e.RawPath = raw
		var got string
		f := lambdahttp.Handler(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { got = r.URL.Path }), quiet())
		if res, err := f(t.Context(), e); err != nil || res.StatusCode != 200 || got != want {
			t.Errorf("path %q reached the handler as %q (%d, %v), want %q", raw, got, res.StatusCode, err, want)
		}
	}
}

func TestEventThatIsNoRequestIsA400(t *testing.T) {
	t.Parallel()
	broken := event(request{method: "POST", target: "/"})
	broken.Body, broken.IsBase64Encoded = "not base64!", true
	method := event(request{method: "BAD METHOD", target: "/"})
	query := event(request{method: "GET", target: "/"})
	query.RawQueryString = "a=\x00"
	for name, e := range map[string]events.APIGatewayV2HTTPRequest{"body": broken, "method": method, "query": query} {
		f := lambdahttp.Handler(script{}, quiet())
		if res, err := f(t.Context(), e); err != nil || res.StatusCode != 400 {
			t.Errorf("%s: %d, %v", name, res.StatusCode, err)
		}
	}
}

func equal[T comparable](t *testing.T, want, got T) {
	t.Helper()
	if want != got {
		t.Errorf("got %v, want %v", got, want)
	}
}
