package pages

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
)

// plainHost is a host that a policy can name without being taken apart.
var plainHost = regexp.MustCompile(`^[a-zA-Z0-9]([a-zA-Z0-9.-]*[a-zA-Z0-9])?(:[0-9]{1,5})?$`)

// LogoOf is the merchant's picture when it may be shown: an https address of
// a plain host. Anything else is no logo.
func LogoOf(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "https" || u.User != nil || len(address) > 2000 || !plainHost.MatchString(u.Host) {
		return ""
	}
	return u.String()
}

// ownImages is what the policy of every page says of pictures.
const ownImages = "img-src 'self' data:"

// allowLogo opens the page's policy for pictures from the logo's host, on
// this page only.
func allowLogo(w http.ResponseWriter, logo string) {
	u, err := url.Parse(logo)
	if logo == "" || err != nil {
		return
	}
	h := w.Header()
	policy := h.Get("Content-Security-Policy")
	h.Set("Content-Security-Policy", strings.Replace(policy, ownImages, ownImages+" https://"+u.Host, 1))
}
