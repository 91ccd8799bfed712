package pages_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"perennial/shared/merchant"
	"perennial/shared/pages"
)

var token = regexp.MustCompile(`--([a-z-]+):(#[0-9a-f]{6})`)

// R061: the merchant's colours, and what is mixed of them can be read.
func TestR061AThemeKeepsItsContrast(t *testing.T) {
	t.Parallel()
	serve := surface(http.NewServeMux())
	for name, b := range map[string]merchant.Branding{
		"own accent": {Light: merchant.Palette{Accent: "#7c2d12"}, Theme: "light"},
		"the palest": {Light: merchant.Palette{Accent: "#757575", OnAccent: "#ffffff", Background: "#ffffff", Text: "#757575"}, Theme: "light"},
		"dark only":  {Dark: merchant.Palette{Accent: "#ffb4a2"}, Theme: "dark", Font: "serif", Radius: "none"},
	} {
		got := serve(get(pages.ThemePath(b)))
		if got.Code != 200 || !strings.HasPrefix(got.Header().Get("Content-Type"), "text/css") || !strings.Contains(got.Body.String(), "color-scheme:"+b.Theme) {
			t.Fatalf("%s: %d %s", name, got.Code, got.Body)
		}
		c := map[string]string{}
		for _, m := range token.FindAllStringSubmatch(got.Body.String(), -1) {
			c[m[1]] = m[2]
		}
		for _, pair := range [][2]string{{"ink", "paper"}, {"ink", "ground"}, {"soft", "paper"}, {"accent", "paper"}, {"on", "accent"}, {"on", "press"}} {
			if ratio := merchant.Contrast(c[pair[0]], c[pair[1]]); ratio < 4.4 {
				t.Errorf("%s: %s on %s is %.2f to 1", name, pair[0], pair[1], ratio)
			}
		}
		if ratio := merchant.Contrast(c["edge"], c["paper"]); ratio < 3 {
			t.Errorf("%s: edges stand out by %.2f to 1", name, ratio)
		}
	}
}

func TestNoAddressBringsForeignStyle(t *testing.T) {
	t.Parallel()
	serve := surface(http.NewServeMux())
	good := pages.ThemePath(merchant.Branding{Theme: "dark"})
	for _, bad := range []string{
		strings.Replace(good, "_dark.css", "_dark%7D*%7Bcolor:red.css", 1), strings.Replace(good, "_system_", "_comic_", 1),
		strings.Replace(good, "14694a", "url(x)", 1), "/theme/x.css",
	} {
		if got := serve(get(bad)); got.Code != 404 {
			t.Errorf("%s: %d", bad, got.Code)
		}
	}
	if pages.ThemePath(merchant.Branding{Name: "Shop"}) != "" {
		t.Error("our own look needs no theme")
	}
}
