package portal_test

import (
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"

	"perennial/shared/billing"
	"perennial/shared/identity"
	"perennial/shared/lifecycle/lifecycletest"
	"perennial/shared/merchant"
)

var route = regexp.MustCompile(`mux\.HandleFunc\("(GET|POST) ([^"]+)"`)

// routes are the portal's own, read from where they are declared, so that a
// new one is tried as soon as it is there.
func routes(t *testing.T, method string) []string {
	t.Helper()
	source, err := os.ReadFile("portal.go")
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, m := range route.FindAllStringSubmatch(string(source), -1) {
		if m[1] == method {
			out = append(out, m[2])
		}
	}
	if len(out) < 15 {
		t.Fatalf("only %d routes were found", len(out))
	}
	return out
}

// filled puts the ids of Ada's things into a route.
func (s *site) filled(path string, sub billing.Subscription) string {
	payment := lifecycletest.All[billing.Payment](s.World)[0]
	return strings.NewReplacer(
		"{id}", sub.ID, "{method}", sub.Method.ID, "{customer}", s.Customer.ID, "{payment}", payment.ID,
		"{business}", "bus_1", "{token}", "bus_1.nonsense", "{$}", "",
	).Replace(path)
}

// Every form is refused when another site sends it, and when nobody is signed
// in; of what has an id, a stranger's is not there.
func TestEveryFormIsForItsOwnerAlone(t *testing.T) {
	t.Parallel()
	s := open(t)
	sub := s.OnHold()
	version := s.Sub(sub.ID).Version
	public := regexp.MustCompile(`^/(login|cancel|session|logout|address|profile/leave|everywhere/logout)`)
	for _, path := range routes(t, http.MethodPost) {
		if !public.MatchString(path) {
			if got := s.form(s.filled(path, sub), url.Values{"due": {""}}); got.Status != 403 {
				t.Errorf("POST %s without a session: %d", path, got.Status)
			}
		}
	}
	s.signIn()
	for _, path := range routes(t, http.MethodPost) {
		got := s.send(http.MethodPost, s.filled(path, sub), url.Values{"due": {""}}, http.Header{"Origin": {"https://evil.example"}, "Sec-Fetch-Site": {"cross-site"}})
		if got.Status != 403 {
			t.Errorf("POST %s from another site: %d", path, got.Status)
		}
	}
	s.stranger()
	for _, path := range routes(t, http.MethodPost) {
		if !strings.Contains(path, "{") || public.MatchString(path) || strings.HasPrefix(path, "/everywhere") {
			continue
		}
		if got := s.form(s.filled(path, sub), url.Values{"name": {"Eve"}, "email": {"eve@evil.example"}, "due": {""}}); got.Status != 404 {
			t.Errorf("POST %s by a stranger: %d %s", path, got.Status, got.To)
		}
	}
	if after := s.Sub(sub.ID); after.Version != version {
		t.Error("somebody has changed the subscription")
	}
}

// No page may be framed, cached or shown to a stranger.
func TestEveryPageIsForItsOwnerAlone(t *testing.T) {
	t.Parallel()
	s := open(t)
	sub := s.OnHold()
	s.stranger()
	for _, path := range routes(t, http.MethodGet) {
		got := s.get(s.filled(path, sub))
		policy := got.Header.Get("Content-Security-Policy")
		if !strings.Contains(policy, "frame-ancestors 'none'") || got.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("GET %s may be framed or kept", path)
		}
		if strings.Contains(path, "{id}") || strings.Contains(path, "{payment}") || strings.Contains(path, "{method}") {
			got.Must(t, 404)
		}
		if strings.Contains(got.Text, "Atlas") || strings.Contains(got.Text, s.Customer.Email) {
			t.Errorf("GET %s tells a stranger of Ada", path)
		}
	}
}

// A session of one business is none of another's, whatever ids it names.
func TestASessionOfAnotherBusinessSeesNothingHere(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.elsewhere()
	sub := lifecycletest.All[billing.Subscription](s.World)[0]
	for _, other := range lifecycletest.All[billing.Subscription](s.World) {
		if other.Customer == s.Customer.ID {
			sub = other
		}
	}
	s.mailed(identity.Wish{Scope: merchant.Scope{Business: "bus_2", Mode: merchant.Test}, Email: "ada@example.com"})
	s.get("/").Must(t, 200, "Monthly shelf")
	s.get("/subscriptions/"+sub.ID).Must(t, 404)
	s.form("/subscriptions/"+sub.ID+"/cancel", url.Values{"when": {"now"}}).Must(t, 404)
	if strings.Contains(s.get("/").Text, "Atlas") {
		t.Error("the other business's purchase is shown")
	}
}

// What customers write is text on every page that shows it.
func TestWhatCustomersWriteIsText(t *testing.T) {
	t.Parallel()
	s := open(t)
	const evil = `"><script>alert(1)</script>`
	sub := s.Active("visa_ok")
	s.signIn()
	s.form("/subscriptions/"+sub.ID+"/details", url.Values{
		"name": {evil}, "country": {"DE"}, "city": {evil}, "street": {evil}, "zip": {evil}, "state": {evil},
	}).Must(t, 303)
	s.form("/profile/"+s.Customer.ID, url.Values{"name": {evil}, "phone": {evil}}).Must(t, 422)
	for _, path := range []string{"/", "/profile", "/subscriptions/" + sub.ID, "/subscriptions/" + sub.ID + "/details"} {
		got := s.get(path)
		if strings.Contains(got.Text, "<script>alert") || !strings.Contains(got.Text, "&lt;script&gt;") {
			t.Errorf("%s: what a customer wrote became markup, or is gone", path)
		}
	}
}
