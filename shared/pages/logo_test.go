package pages_test

import (
	"testing"

	"perennial/shared/pages"
)

func TestALogoIsAnHTTPSPictureOfAPlainHost(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"https://cdn.shop.example/logo.svg?v=2": "https://cdn.shop.example/logo.svg?v=2",
		"https://cdn.shop.example:8443/a.png":   "https://cdn.shop.example:8443/a.png",
		"http://shop.example/logo.png":          "",
		"https://u:p@shop.example/logo.png":     "",
		"https://shop.example;script-src%20*/a": "",
		"https://shop.example;x/logo.png":       "",
		"https://shop.example,evil.example/a":   "",
		"https://*.example/a":                   "",
		"https://shop.example'unsafe-inline'/a": "",
		"javascript:alert(1)":                   "",
		"data:image/svg+xml,<svg/>":             "",
		"//shop.example/logo.png":               "",
		"":                                      "",
	} {
		if got := pages.LogoOf(address); got != want {
			t.Errorf("%s is shown as %q, want %q", address, got, want)
		}
	}
}
