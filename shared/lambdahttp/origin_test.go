package lambdahttp_test

import (
	"net/http"
	"testing"

	"perennial/shared/lambdahttp"
)

// whoAsks writes down where a handler thinks its request comes from.
type whoAsks struct{ client, host, surface, leftover string }

func (w *whoAsks) ServeHTTP(_ http.ResponseWriter, r *http.Request) {
	*w = whoAsks{
		lambdahttp.ClientIP(r).String(), r.Host, lambdahttp.Surface(r.Context()),
		r.Header.Get(lambdahttp.OriginHeader) + r.Header.Get(lambdahttp.SurfaceHeader) + r.Header.Get(lambdahttp.ViewerHeader) + r.Header.Get("CloudFront-Viewer-Address"),
	}
}

func ask(t *testing.T, headers map[string]string, opts ...lambdahttp.Option) (int, whoAsks) {
	t.Helper()
	var who whoAsks
	f := lambdahttp.Handler(&who, append(opts, quiet())...)
	a := overLambda(t, f, request{method: "GET", target: "/", headers: headers})
	return a.status, who
}

func TestOriginSecret(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		secrets []string
		sent    string
		want    int
	}{
		"the secret":          {[]string{"new"}, "new", 200},
		"the old one still":   {[]string{"new", "old"}, "old", 200},
		"the new one already": {[]string{"new", "old"}, "new", 200},
		"both, new and old":   {[]string{"new", "old"}, "new,old", 200},
		"both, the old known": {[]string{"old"}, "new,old", 200},
		"both, the new known": {[]string{"new"}, "new, old", 200},
		"two guesses":         {[]string{"new", "old"}, "guess,another", 403},
		"only a comma":        {[]string{"new", ""}, ",", 403},
		"another":             {[]string{"new", "old"}, "guess", 403},
		"a prefix":            {[]string{"new"}, "ne", 403},
		"none sent":           {[]string{"new"}, "", 403},
		"none configured":     {nil, "", 403},
		"empty configured":    {[]string{""}, "", 403},
	} {
		status, _ := ask(t, map[string]string{lambdahttp.OriginHeader: c.sent}, lambdahttp.OriginSecret(c.secrets...))
		if status != c.want {
			t.Errorf("%s: %d, want %d", name, status, c.want)
		}
	}
}

func TestViewerAddressCountsOnlyThroughTheEdge(t *testing.T) {
	t.Parallel()
	const gateway = "203.0.113.9" // what API Gateway saw
	for name, c := range map[string]struct{ viewer, secret, want string }{
		"IPv4":               {"198.51.100.10:46532", "s", "198.51.100.10"},
		"IPv6":               {"2001:db8::17e:7:57694", "s", "2001:db8::17e:7"},
		"IPv6 in brackets":   {"[2001:db8::1]:443", "s", "2001:db8::1"},
		"IPv4 mapped":        {"::ffff:198.51.100.10:443", "s", "198.51.100.10"},
		"absent":             {"", "s", gateway},
		"nonsense":           {"me:443", "s", gateway},
		"no port":            {"198.51.100.10", "s", gateway},
		"a port out of line": {"198.51.100.10:99999", "s", gateway},
	} {
		for _, header := range []string{lambdahttp.ViewerHeader, "CloudFront-Viewer-Address"} {
			status, who := ask(t, map[string]string{header: c.viewer, lambdahttp.OriginHeader: c.secret}, lambdahttp.OriginSecret("s"))
			if status != 200 || who.client != c.want || who.leftover != "" {
				t.Errorf("%s in %s: %d %+v, want client %s", name, header, status, who, c.want)
			}
			if _, who = ask(t, map[string]string{header: c.viewer}); who.client != gateway || who.leftover != "" {
				t.Errorf("%s in %s was believed without an edge: %+v", name, header, who)
			}
		}
	}
	both := map[string]string{lambdahttp.ViewerHeader: "198.51.100.1:0", "CloudFront-Viewer-Address": "198.51.100.66:1", lambdahttp.OriginHeader: "s"}
	if _, who := ask(t, both, lambdahttp.OriginSecret("s")); who.client != "198.51.100.1" {
		t.Errorf("a forged CloudFront header won: %+v", who)
	}
}

func TestHostComesFromConfigurationOnly(t *testing.T) {
	t.Parallel()
	forged := map[string]string{"X-Forwarded-Host": "evil.example", lambdahttp.SurfaceHeader: "portal"}
	if _, who := ask(t, forged, lambdahttp.URL("https://api.example.com/base")); who.host != "api.example.com" || who.surface != "" {
		t.Errorf("got %+v", who)
	}
}

func TestSurfaces(t *testing.T) {
	t.Parallel()
	bases := lambdahttp.Surfaces(map[string]string{"portal": "https://portal.example.com", "portal-test": "http://test.portal.localhost:8080"})
	guard := lambdahttp.OriginSecret("s")
	for surface, want := range map[string]whoAsks{
		"portal":      {host: "portal.example.com", surface: "portal"},
		"portal-test": {host: "test.portal.localhost:8080", surface: "portal-test"},
	} {
		status, who := ask(t, map[string]string{lambdahttp.OriginHeader: "s", lambdahttp.SurfaceHeader: surface}, bases, guard)
		if status != 200 || who.host != want.host || who.surface != want.surface {
			t.Errorf("%s: %d %+v", surface, status, who)
		}
	}
	for name, headers := range map[string]map[string]string{
		"unknown": {lambdahttp.OriginHeader: "s", lambdahttp.SurfaceHeader: "checkout"},
		"unnamed": {lambdahttp.OriginHeader: "s"},
		"forged":  {lambdahttp.SurfaceHeader: "portal"},
	} {
		if status, _ := ask(t, headers, bases, guard); status != 403 {
			t.Errorf("%s: %d, want 403", name, status)
		}
	}
}

// Only the edge is believed about the country, and only when it knows it.
func TestTheCountryIsTheEdgesWord(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ header, country, secret, want string }{
		"our edge":        {lambdahttp.CountryHeader, "DE", "s", "DE"},
		"CloudFront":      {"CloudFront-Viewer-Country", "JP", "s", "JP"},
		"unknown to it":   {"CloudFront-Viewer-Country", "XX", "s", ""},
		"no country":      {lambdahttp.CountryHeader, "de<", "s", ""},
		"without an edge": {lambdahttp.CountryHeader, "DE", "", ""},
	} {
		got, leftover := "", ""
		handler := http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			got, leftover = lambdahttp.Country(r.Context()), r.Header.Get(c.header)
		})
		opts := []lambdahttp.Option{quiet()}
		if c.secret != "" {
			opts = append(opts, lambdahttp.OriginSecret(c.secret))
		}
		overLambda(t, lambdahttp.Handler(handler, opts...), request{method: "GET", target: "/", headers: map[string]string{
			lambdahttp.OriginHeader: c.secret, c.header: c.country,
		}})
		if got != c.want || leftover != "" {
			t.Errorf("%s: %q, left in the header %q", name, got, leftover)
		}
	}
}

// CloudFront does not pass on which compression a viewer takes; what our
// function there says of it counts, and nobody else's word.
func TestTheEdgeTellsWhatCompressionTheViewerTakes(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ sent, secret, want string }{
		"our edge":        {"gzip, br", "s", "gzip, br"},
		"says nothing":    {"", "s", "identity"},
		"without an edge": {"gzip", "", "identity"},
	} {
		got := ""
		handler := http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { // without ours, the request says identity
			got = r.Header.Get("Accept-Encoding") + r.Header.Get("X-Perennial-Encoding")
		})
		opts := []lambdahttp.Option{quiet()}
		if c.secret != "" {
			opts = append(opts, lambdahttp.OriginSecret(c.secret))
		}
		overLambda(t, lambdahttp.Handler(handler, opts...), request{method: "GET", target: "/", headers: map[string]string{
			lambdahttp.OriginHeader: c.secret, "X-Perennial-Encoding": c.sent,
		}})
		if got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}
