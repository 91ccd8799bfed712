package portal_test

import (
	"flag"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"perennial/shared/pages/pagestest"
)

var update = flag.Bool("update", false, "write the golden files anew")

// What differs from run to run: ids, secrets, hashes of assets, the address.
var (
	randomID    = regexp.MustCompile(`\b(sub|pm|pay|inv)_[-0-9A-Z_a-z]{21}`)
	randomToken = regexp.MustCompile(`bus_1\.[-0-9A-Z_a-z]{43}`)
	assetHash   = regexp.MustCompile(`\.[0-9a-f]{12}\.(css|js)`)
)

// golden compares a page with the one in testdata, so that a change of what
// customers read shows as a diff.
func (s *site) golden(name string, p pagestest.Page, status int) {
	s.t.Helper()
	p.Must(s.t, status)
	text := strings.ReplaceAll(p.Text, url.QueryEscape(s.server.URL), "ORIGIN")
	text = randomToken.ReplaceAllString(randomID.ReplaceAllString(text, "$1"), "TOKEN")
	text = assetHash.ReplaceAllString(text, ".$1")
	file := filepath.Join("testdata", name+".html")
	if *update {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			s.t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		s.t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), text); diff != "" {
		s.t.Errorf("%s (-want +got): %s", name, diff)
	}
}

func TestThePagesOfSigningIn(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.golden("login", s.get("/login/bus_1"), 200)
	s.golden("login-wrong", s.form("/login/bus_1", url.Values{"email": {"ada"}}), 422)
	s.golden("login-sent", s.get("/login/bus_1/sent"), 200)
	link, err := s.identity.Mint(t.Context(), s.Scope, s.Customer.ID, "https://shop.example/account")
	if err != nil {
		t.Fatal(err)
	}
	link = strings.TrimPrefix(link, s.server.URL)
	s.golden("link", s.get(link), 200)
	token := url.Values{"token": {strings.TrimPrefix(link, "/session/")}}
	s.form("/session", token)
	s.golden("overview-empty", s.get("/"), 200)
	s.golden("link-dead", s.form("/session", token), 410)
	s.golden("missing", s.get("/subscriptions/sub_x"), 404)
	s.Clock.Advance(25 * time.Hour)
	s.golden("signed-out", s.get("/"), 403)
}

func TestThePagesFromHoldToReactivation(t *testing.T) {
	t.Parallel()
	s := open(t)
	sub := s.Active("visa_ok")
	s.Clock.Advance(time.Second) // so that what is newest is not decided by chance
	if _, err := s.Pay(sub.ID, "decline_on_charge"); err != nil {
		t.Fatal(err)
	}
	s.AdvanceTo(sub.Period.End)
	s.signIn()
	path := "/subscriptions/" + sub.ID
	s.golden("overview-on-hold", s.get("/"), 200)
	s.golden("subscription-on-hold", s.get(path), 200)
	s.golden("method-on-hold", s.get(path+"/payment-method"), 200)
	pay := func(card string) pagestest.Page {
		t.Helper()
		s.Clock.Advance(time.Second)
		return s.form(path+"/payment-method", url.Values{"token": {s.Gateway.Token(card)}, "due": {"$20.00"}})
	}
	s.golden("method-refused", pay("expired_card"), 422)
	s.golden("result-declined", s.get(pay("decline_on_charge").To), 200)
	pay("authenticate_always")
	s.golden("waiting-for-bank", s.get(path+"/payment-return"), 200)
	s.golden("result-paid", s.get(pay("mastercard_ok").To), 200)
	s.golden("overview-active", s.get("/"), 200)
	s.golden("method-active", s.get(path+"/payment-method"), 200)
	s.golden("subscription-changed", s.get(path+"?changed=method"), 200)
}
