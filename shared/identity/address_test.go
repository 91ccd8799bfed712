package identity_test

import (
	"net/url"
	"strings"
	"testing"

	"perennial/shared/identity"
)

func TestNextIsAPathOfOurs(t *testing.T) {
	t.Parallel()
	for _, next := range []string{
		"", "x", "//evil.example", "///evil.example", `/\evil.example`, `\/evil.example`, "https://evil.example/",
		"https:/evil.example", "javascript:alert(1)", "/a b", "/a\nb", "/é", "/%zz", "/" + strings.Repeat("a", 500), "/a#b",
	} {
		if got := identity.LocalPath(next); got != "/" {
			t.Errorf("%q leads to %q", next, got)
		}
	}
	for _, next := range []string{"/", "/subscriptions/sub_1", "/subscriptions/sub_1?changed=method"} {
		if got := identity.LocalPath(next); got != next {
			t.Errorf("%q leads to %q", next, got)
		}
	}
}

// A browser resolves whatever LocalPath lets through to our own host.
func FuzzNextStaysOnOurHost(f *testing.F) {
	f.Add("//evil.example")
	f.Add(`/\evil.example`)
	f.Add("/subscriptions/sub_1?x=//y")
	base, err := url.Parse("https://pay.example/login/bus_1")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, next string) {
		got := identity.LocalPath(next)
		u, err := base.Parse(got)
		if err != nil || u.Host != "pay.example" || u.Scheme != "https" || u.User != nil {
			t.Errorf("%q leads to %v, %v", next, u, err)
		}
		if browser := strings.ReplaceAll(got, `\`, "/"); strings.HasPrefix(browser, "//") {
			t.Errorf("%q is %q to a browser", next, got)
		}
	})
}

func TestCustomersAreLedBackOnlyToTheMerchantsWeb(t *testing.T) {
	t.Parallel()
	more := url.Values{"status": {"active"}, "subscription_id": {"sub_1"}}
	for address, want := range map[string]string{
		"https://shop.example":              "https://shop.example?status=active&subscription_id=sub_1",
		"https://shop.example/a?b=c&status": "https://shop.example/a?b=c&status=active&subscription_id=sub_1",
		"http://localhost:3000/done":        "http://localhost:3000/done?status=active&subscription_id=sub_1",
		"http://shop.localhost/":            "http://shop.localhost/?status=active&subscription_id=sub_1",
		"http://shop.example":               "",
		"javascript:alert(1)":               "",
		"data:text/html,x":                  "",
		"https:shop.example":                "",
		"https://user:pass@shop.example":    "",
		"//shop.example":                    "",
		"/local":                            "",
		"":                                  "",
		"http://localhost.evil.example/":    "",
	} {
		if got := identity.ReturnURL(address, more); got != want {
			t.Errorf("%s leads to %q, want %q", address, got, want)
		}
	}
}

func TestACheckoutAddressEndsWithItsCredential(t *testing.T) {
	t.Parallel()
	if got := identity.CheckoutURL("https://checkout.example", test, "cks_1"); got != "https://checkout.example/session/bus_1.test/cks_1" {
		t.Error(got)
	}
}
