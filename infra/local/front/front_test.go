package front_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/google/go-cmp/cmp"

	"perennial/infra/local/front"
	"perennial/infra/local/lambda"
	"perennial/infra/topology"
)

// function is every function at once, answered from Go code.
type function func(ctx context.Context, name string, e events.APIGatewayV2HTTPRequest) (string, *lambda.FunctionError, error)

func (f function) Invoke(ctx context.Context, name string, payload []byte) ([]byte, *lambda.FunctionError, error) {
	var e events.APIGatewayV2HTTPRequest
	if err := json.Unmarshal(payload, &e); err != nil {
		return nil, nil, err
	}
	out, failure, err := f(ctx, name, e)
	return []byte(out), failure, err
}

// call sends one request through a front and returns its answer.
func call(t *testing.T, fn function, r *http.Request) *http.Response {
	t.Helper()
	f := &front.Front{Surfaces: topology.Surfaces, Invoker: fn, OriginSecret: "s3cret", Timeout: 50 * time.Millisecond}
	w := httptest.NewRecorder()
	f.Handler("api").ServeHTTP(w, r)
	return w.Result()
}

// seen returns the function that a request reached and the event it got.
func seen(t *testing.T, r *http.Request) (string, events.APIGatewayV2HTTPRequest) {
	t.Helper()
	var name string
	var event events.APIGatewayV2HTTPRequest
	call(t, func(_ context.Context, n string, e events.APIGatewayV2HTTPRequest) (string, *lambda.FunctionError, error) {
		name, event = n, e
		return `{"statusCode":204}`, nil, nil
	}, r)
	return name, event
}

func body(t *testing.T, r *http.Response) string {
	t.Helper()
	b, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestHostAndLongestPrefixChooseTheFunction(t *testing.T) {
	t.Parallel()
	for url, want := range map[string]string{
		"http://api.localhost:8700/subscriptions":            "api",
		"http://api.localhost:8700/gateway-events/sandbox/x": "gatewayevents",
		"http://api.localhost:8700/gateway-events":           "api",
		"http://api.localhost:8700/gateway-eventsx":          "api",
		"http://portal.localhost:8700/":                      "portal",
		"http://test.portal.localhost/":                      "portal",
		"http://CHECKOUT.localhost:8700/s/1":                 "checkout",
		"http://sandbox.localhost:8700/v1/intents":           "sandbox",
		"http://127.0.0.1:8700/subscriptions":                "api",
		"http://localhost:8700/gateway-events/sandbox/x":     "gatewayevents",
		"http://evil.example/subscriptions":                  "api",
		"http://nobody.localhost:8700/":                      "",
	} {
		if got, _ := seen(t, httptest.NewRequest("GET", url, nil)); got != want {
			t.Errorf("%s reached %q, want %q", url, got, want)
		}
	}
}

func TestRequestBecomesPayload2(t *testing.T) {
	t.Parallel()
	r := httptest.NewRequest("POST", "http://api.localhost:8700/a%2Fb/c?x=1&x=2&y=%20", strings.NewReader(`{"a":1}`))
	r.RemoteAddr = "203.0.113.7:4711"
	r.Header.Set("Content-Type", "application/json")
	r.Header.Add("Cookie", "a=1; b=2")
	r.Header.Add("Cookie", "c=3")
	r.Header.Add("X-Two", "one")
	r.Header.Add("X-Two", "two, three")
	r.Header.Set("Webhook-Signature", "v1,abc v1,def")
	r.Header.Set("X-Perennial-Origin", "guess")
	_, e := seen(t, r)
	if e.RawPath != "/a%2Fb/c" || e.RawQueryString != "x=1&x=2&y=%20" || e.QueryStringParameters["x"] != "1,2" {
		t.Errorf("path %q, query %q, parameters %v", e.RawPath, e.RawQueryString, e.QueryStringParameters)
	}
	if diff := cmp.Diff([]string{"a=1", "b=2", "c=3"}, e.Cookies); diff != "" {
		t.Error("cookies (-want +got):\n" + diff)
	}
	want := map[string]string{
		"content-type": "application/json", "content-length": "7", "host": "api.localhost:8700",
		"x-two": "one,two, three", "webhook-signature": "v1,abc v1,def", "x-perennial-origin": "guess",
		"x-forwarded-for": "203.0.113.7", "x-forwarded-port": "443", "x-forwarded-proto": "https",
	}
	if diff := cmp.Diff(want, e.Headers); diff != "" {
		t.Error("headers (-want +got):\n" + diff)
	}
	if e.Body != `{"a":1}` || e.IsBase64Encoded {
		t.Errorf("body %q, base64 %t", e.Body, e.IsBase64Encoded)
	}
	if h := e.RequestContext.HTTP; h.Method != "POST" || h.SourceIP != "203.0.113.7" || h.Path != "/a/b/c" {
		t.Errorf("context = %+v", h)
	}
}

func TestEdgeReplacesWhatOnlyCloudFrontMaySay(t *testing.T) {
	t.Parallel()
	r := httptest.NewRequest("GET", "http://portal.localhost:8700/", nil)
	r.RemoteAddr = "203.0.113.7:4711"
	r.Header.Set("X-Perennial-Origin", "guess")
	r.Header.Set("X-Perennial-Surface", "api")
	r.Header.Set("X-Perennial-Viewer", "1.1.1.1:1")
	r.Header.Set("X-Perennial-Encoding", "br")
	r.Header.Set("CloudFront-Viewer-Country", "XX")
	r.Header.Set("Accept-Encoding", "gzip")
	r.Header.Set("Accept-Language", "de")
	r.Header.Set("X-Anything", "else")
	_, e := seen(t, r)
	for name, want := range map[string]string{
		"x-perennial-origin": "s3cret", "x-perennial-surface": "portal", "x-perennial-viewer": "203.0.113.7:0",
		"x-perennial-encoding": "gzip", "accept-language": "de", "accept-encoding": "", "x-anything": "",
	} {
		if got := e.Headers[name]; got != want {
			t.Errorf("%s = %q, want %q", name, got, want)
		}
	}
	if _, forged := e.Headers["cloudfront-viewer-country"]; forged {
		t.Error("a forged CloudFront header came through")
	}
	if strings.Contains(e.Headers["host"], "localhost") || e.RequestContext.DomainName != e.Headers["host"] {
		t.Errorf("host %q, domain %q", e.Headers["host"], e.RequestContext.DomainName)
	}
	if e.RequestContext.HTTP.SourceIP == "203.0.113.7" {
		t.Error("behind CloudFront the source address is not the visitor's")
	}
}

func TestBinaryAndFormBodiesTravelInBase64(t *testing.T) {
	t.Parallel()
	for contentType, encoded := range map[string]bool{
		"application/x-www-form-urlencoded": true, "application/octet-stream": true,
		"application/json; charset=utf-8": false, "text/csv": false, "": false,
	} {
		r := httptest.NewRequest("POST", "http://api.localhost/", strings.NewReader("a=1"))
		r.Header.Set("Content-Type", contentType)
		if _, e := seen(t, r); e.IsBase64Encoded != encoded {
			t.Errorf("%q: base64 %t, want %t", contentType, e.IsBase64Encoded, encoded)
		}
	}
}

func TestResponseIsWrittenAsReturned(t *testing.T) {
	t.Parallel()
	r := call(t, returning(`{"statusCode":201,"headers":{"Content-Type":"image/png","X-A":"1, 2"},"cookies":["a=1; Path=/","b=2"],"body":"AAEC","isBase64Encoded":true}`),
		httptest.NewRequest("GET", "http://api.localhost/", nil))
	if r.StatusCode != 201 || r.Header.Get("Content-Type") != "image/png" || r.Header.Get("X-A") != "1, 2" {
		t.Errorf("%d %v", r.StatusCode, r.Header)
	}
	if diff := cmp.Diff([]string{"a=1; Path=/", "b=2"}, r.Header.Values("Set-Cookie")); diff != "" {
		t.Error("cookies (-want +got):\n" + diff)
	}
	if b := body(t, r); b != "\x00\x01\x02" {
		t.Errorf("body = %q", b)
	}
}

func returning(out string) function {
	return func(context.Context, string, events.APIGatewayV2HTTPRequest) (string, *lambda.FunctionError, error) {
		return out, nil, nil
	}
}

func TestGatewaysOwnAnswers(t *testing.T) {
	t.Parallel()
	slow := func(ctx context.Context, _ string, _ events.APIGatewayV2HTTPRequest) (string, *lambda.FunctionError, error) {
		<-ctx.Done()
		return "", nil, ctx.Err()
	}
	failing := func(context.Context, string, events.APIGatewayV2HTTPRequest) (string, *lambda.FunctionError, error) {
		return "", &lambda.FunctionError{Type: "Runtime.ExitError"}, nil
	}
	absent := func(context.Context, string, events.APIGatewayV2HTTPRequest) (string, *lambda.FunctionError, error) {
		return "", nil, errors.New("no such function")
	}
	for name, test := range map[string]struct {
		fn     function
		size   int
		status int
		body   string
	}{
		"function fails":        {fn: failing, status: 500, body: `{"message":"Internal Server Error"}`},
		"function too slow":     {fn: slow, status: 503, body: `{"message":"Service Unavailable"}`},
		"function absent":       {fn: absent, status: 503, body: `{"message":"Service Unavailable"}`},
		"body of 6 MB and more": {fn: failing, size: 6<<20 + 1, status: 413, body: `{"message":"Request Entity Too Large"}`},
		"bad base64":            {fn: returning(`{"statusCode":200,"body":"?","isBase64Encoded":true}`), status: 500, body: `{"message":"Internal Server Error"}`},
		"no status code":        {fn: returning(`{"hello":"world"}`), status: 200, body: `{"hello":"world"}`},
	} {
		r := call(t, test.fn, httptest.NewRequest("POST", "http://api.localhost/", strings.NewReader(strings.Repeat("x", test.size))))
		if b := body(t, r); r.StatusCode != test.status || b != test.body {
			t.Errorf("%s: %d %s, want %d %s", name, r.StatusCode, b, test.status, test.body)
		}
	}
}
