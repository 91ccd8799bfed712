package lambdahttp_test

import (
	"net/http"
	"testing"

	"perennial/shared/lambdahttp"
)

func TestOneHouseholdIsOneVisitor(t *testing.T) {
	t.Parallel()
	for from, want := range map[string]string{
		"198.51.100.10:46532":          "198.51.100.10",
		"[::ffff:198.51.100.10]:46532": "198.51.100.10",
		"[2001:db8:1:2:3:4:5:6]:443":   "2001:db8:1:2::/64",
		"[2001:db8:1:2:ffff::1]:443":   "2001:db8:1:2::/64",
		"[2001:db8:1:3::1]:443":        "2001:db8:1:3::/64",
		"[fe80::1%eth0]:443":           "fe80::/64",
		"nowhere":                      "nowhere",
	} {
		if got := lambdahttp.Visitor(&http.Request{RemoteAddr: from}); got != want {
			t.Errorf("%s: %s, want %s", from, got, want)
		}
	}
}
