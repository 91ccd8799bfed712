package lambdahttp_test

import (
	"net/http"
	"net/url"
	"testing"

	"pgregory.net/rapid"

	"perennial/shared/lambdahttp"
)

func TestAnyExchangeIsTheSameBothWays(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		req := request{
			method:  rapid.SampledFrom([]string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}).Draw(t, "method"),
			target:  (&url.URL{Path: "/" + rapid.String().Draw(t, "path")}).EscapedPath(),
			headers: map[string]string{},
		}
		if query := rapid.StringMatching(`[a-z]=[-a-z0-9,.+%]{0,8}`).Draw(t, "query"); rapid.Bool().Draw(t, "with query") {
			req.target += "?" + url.PathEscape(query)
		}
		for range rapid.IntRange(0, 3).Draw(t, "headers") {
			name := rapid.SampledFrom([]string{"Webhook-Signature", "Accept", "Accept-Language", "X-A", "If-None-Match", "Content-Type", "Origin"}).Draw(t, "name")
			req.headers[name] = rapid.StringMatching(`[!-~]([ -~]{0,20}[!-~])?`).Draw(t, "value")
		}
		if req.method != "GET" && req.method != "HEAD" {
			req.body = string(rapid.SliceOf(rapid.Byte()).Draw(t, "body"))
		}
		both(t, anyScript(t), req, quiet(), lambdahttp.Headers(lambdahttp.APIHeaders()))
	})
}

func anyScript(t *rapid.T) script {
	s := script{
		status:       rapid.SampledFrom([]int{0, 200, 201, 204, 303, 304, 404, 422, 500}).Draw(t, "status"),
		secondStatus: rapid.SampledFrom([]int{0, 200, 500}).Draw(t, "second status"),
		lateHeader:   rapid.Bool().Draw(t, "late header"),
		panics:       rapid.IntRange(0, 9).Draw(t, "panics") == 0,
	}
	for range rapid.IntRange(0, 3).Draw(t, "headers") {
		name := rapid.SampledFrom([]string{"X-A", "Set-Cookie", "Location", "Cache-Control", "Content-Type", "Etag"}).Draw(t, "name")
		s.headers = append(s.headers, [2]string{name, rapid.StringMatching(`[!-~][ -~\n]{0,20}`).Draw(t, "value")})
	}
	for range rapid.IntRange(0, 3).Draw(t, "chunks") {
		s.chunks = append(s.chunks, string(rapid.SliceOf(rapid.Byte()).Draw(t, "chunk")))
	}
	return s
}

// FuzzNoEventFailsTheInvocation feeds paths, queries and methods as they may
// arrive: the function answers, whatever they are.
func FuzzNoEventFailsTheInvocation(f *testing.F) {
	f.Add("GET", "/a%2Fb", "x=1", "v1,a v1,b")
	f.Add("POST", "/100%", "%", "")
	f.Add("", "//", "#\x00", "\n")
	f.Fuzz(func(t *testing.T, method, path, query, signature string) {
		e := event(request{method: method, target: "/"})
		e.RawPath, e.RawQueryString = path, query
		e.Headers["webhook-signature"] = signature
		var got http.Header
		h := http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { got = r.Header })
		res, err := lambdahttp.Handler(h, quiet())(t.Context(), e)
		if err != nil || (res.StatusCode != 200 && res.StatusCode != 400) {
			t.Fatalf("%d, %v", res.StatusCode, err)
		}
		if res.StatusCode == 200 && got.Get("Webhook-Signature") != signature {
			t.Fatalf("signature %q arrived as %q", signature, got.Get("Webhook-Signature"))
		}
	})
}
