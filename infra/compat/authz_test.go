package compat

import (
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"perennial/shared/merchant"
)

// newEndpoint is a webhook endpoint that accepts everything.
func newEndpoint(s *shop) string {
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	s.Cleanup(server.Close)
	return server.URL
}

// secretive are the routes that a read-only key may not read.
var secretive = map[string]bool{
	"GET /webhooks/{webhook_id}/secret": true, "GET /webhooks/{webhook_id}/headers": true,
	"GET /api_keys": true, "GET /api_keys/{api_key_id}": true,
}

// TestAuthz walks every route that the API describes with every kind of key
// that must not get through, over objects that exist. A route is covered from
// the moment it is described; one without a fixture or body fails.
func TestAuthz(t *testing.T) {
	s := newShop(t)
	f := s.fixtures(s.key, false)
	routes := s.routes()
	f.complete(routes)
	t.Run("no key", func(t *testing.T) { f.on(t).withoutKey(routes) })
	t.Run("read-only key", func(t *testing.T) { f.on(t).readOnly(routes, s.on(t).newKey(merchant.Test, true)) })
	before := f.snapshot(routes)
	t.Run("key of another business", func(t *testing.T) { f.on(t).stranger(routes, newShop(t).key) })
	t.Run("live key on test data", func(t *testing.T) { f.on(t).stranger(routes, s.on(t).newKey(merchant.Live, false)) })
	t.Run("test key on live data", func(t *testing.T) {
		other := newShop(t)
		other.fixtures(other.newKey(merchant.Live, false), true).stranger(routes, other.key)
	})
	for path, was := range before {
		if _, is := f.send(http.MethodGet, path, f.key, ""); string(is) != was {
			t.Errorf("%s was changed by somebody else:\nwas %s\nis  %s", path, was, is)
		}
	}
	t.Run("the owner gets through", func(t *testing.T) { f.on(t).owner(routes) })
}

// on reports to another test.
func (s *shop) on(t *testing.T) *shop {
	again := *s
	again.T = t
	return &again
}

func (f fixtures) on(t *testing.T) fixtures {
	f.shop = f.shop.on(t)
	return f
}

// complete wants a fixture for every placeholder and a body where one is
// taken.
func (f fixtures) complete(routes []route) {
	f.Helper()
	for _, r := range routes {
		if _, missing := f.fill(r.path); missing != "" {
			f.Errorf("%s: give %s a fixture in the map named", r, missing)
		}
		if r.body && bodies[r.String()] == "" {
			f.Errorf("%s: give it a body in the map bodies", r)
		}
	}
	if f.Failed() {
		f.FailNow()
	}
}

// withoutKey comes from several addresses, as each may ask only so often.
func (f fixtures) withoutKey(routes []route) {
	for i, r := range routes {
		path, _ := f.fill(r.path)
		request, err := http.NewRequestWithContext(f.Context(), r.method, f.stack.URL("api")+path, strings.NewReader(f.body(r)))
		if err != nil {
			f.Fatal(err)
		}
		client := &http.Client{Transport: from(fmt.Sprintf("127.0.1.%d", 1+i/10))}
		answer, err := client.Do(request)
		if err != nil {
			f.Fatal(err)
		}
		if refused := answer.StatusCode == http.StatusUnauthorized; refused == r.public {
			f.Errorf("%s without a key: %d", r, answer.StatusCode)
		}
		_ = answer.Body.Close() // only the status counts
	}
}

// from dials from an address of this machine, where it has more than one.
func from(address string) *http.Transport {
	dialer := &net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(address)}}
	if probe, err := net.Listen("tcp", address+":0"); err != nil {
		dialer = &net.Dialer{}
	} else {
		_ = probe.Close() // it only showed that the address is there
	}
	return &http.Transport{DialContext: dialer.DialContext, DisableKeepAlives: true}
}

// readOnly: everything that changes something is refused, and so are secrets.
func (f fixtures) readOnly(routes []route, key string) {
	for _, r := range routes {
		path, _ := f.fill(r.path)
		answer, raw := f.send(r.method, path, key, f.body(r))
		want := http.StatusOK
		if !r.safe() || secretive[r.String()] {
			want = http.StatusForbidden
		}
		if answer.StatusCode != want {
			f.Errorf("%s by a read-only key: %d %s, want %d", r, answer.StatusCode, raw, want)
		}
		for _, secret := range f.secrets {
			if strings.Contains(string(raw), secret) {
				f.Errorf("%s shows a read-only key a secret", r)
			}
		}
	}
}

// What the API says of a mode without a gateway, and of an id that it does not
// know.
const (
	noGateway = "No payment gateway is connected in this mode."
	noObject  = "There is no such object."
)

// stranger asks for everything with a key of somewhere else: what is named
// does not exist there, lists are empty of it, and no answer tells of it.
func (f fixtures) stranger(routes []route, key string) {
	for _, r := range routes {
		path, missing := f.fill(r.path)
		if missing != "" && onlyTest[named[missing]] && f.live {
			continue // live mode has no gateway here to make one with
		}
		body := strings.ReplaceAll(f.body(r), marker, "Elsewhere")
		names := r.path != path || body != bodies[r.String()] && strings.Contains(bodies[r.String()], "<")
		answer, raw := f.send(r.method, path, key, body)
		switch {
		case strings.Contains(string(raw), noGateway): // of the key's own mode
		case r.path != path && answer.StatusCode != http.StatusNotFound:
			f.Errorf("%s of another scope: %d %s", r, answer.StatusCode, raw)
		case names && answer.StatusCode < http.StatusBadRequest:
			f.Errorf("%s takes ids of another scope: %d %s", r, answer.StatusCode, raw)
		}
		f.tellsNothing(r, path+body, raw)
		for _, asked := range f.queries(r) {
			_, raw := f.send(r.method, path+asked, key, "")
			f.tellsNothing(r, asked, raw)
		}
	}
}

// queries ask a list for what belongs to the fixtures.
func (f fixtures) queries(r route) (all []string) {
	of := map[string]string{
		"customer_id": "customer", "product_id": "product", "subscription_id": "subscription", "brand_id": "brand",
		"reference_object_id": "payment", "code": "code",
	}
	for _, name := range r.query {
		if fixture := of[name]; r.safe() && fixture != "" {
			all = append(all, "?"+name+"="+f.ids[fixture])
		}
	}
	return all
}

// tellsNothing wants an answer without ids and names of the fixtures, except
// ids that the request itself named.
func (f fixtures) tellsNothing(r route, asked string, raw []byte) {
	f.Helper()
	for name, id := range f.ids {
		if id != "" && strings.Contains(string(raw), id) && !strings.Contains(asked, id) {
			f.Errorf("%s tells another scope of %s: %s", r, name, raw)
		}
	}
	if strings.Contains(string(raw), marker) {
		f.Errorf("%s tells another scope: %s", r, raw)
	}
}

// dated are answers that tell when they were asked for; so does the check of a
// gateway.
var dated = []string{"/test-clock", "/recovery/uplift"}

// snapshot is what the owner reads, except what changes by being asked.
func (f fixtures) snapshot(routes []route) map[string]string {
	all := map[string]string{}
	for _, r := range routes {
		path, _ := f.fill(r.path)
		if !r.safe() || strings.HasPrefix(path, "/api_keys") || slices.Contains(dated, path) || r.path == "/gateways/{gateway_id}/check" {
			continue
		}
		_, raw := f.send(r.method, path, f.key, "")
		all[path] = string(raw)
	}
	return all
}

// owner shows that the refusals above were about the key: the same requests
// find their object and have a valid body when the owner makes them.
func (f fixtures) owner(routes []route) {
	for _, r := range routes {
		path, _ := f.fill(r.path)
		body := strings.ReplaceAll(f.body(r), "2100-01-01T00:00:00Z", time.Now().Add(26*time.Hour).UTC().Format(time.RFC3339))
		answer, raw := f.send(r.method, path, f.key, body)
		code, _ := answerOf(string(raw))["code"].(string)
		malformed := strings.HasPrefix(code, "INVALID_REQUEST") || strings.HasPrefix(code, "INVALID_QUERY")
		if malformed || strings.Contains(string(raw), noObject) || answer.StatusCode >= http.StatusInternalServerError {
			f.Errorf("%s by the owner: %d %s", r, answer.StatusCode, raw)
		}
	}
}
