package identity

import (
	"net/url"
	"strings"

	"perennial/shared/fault"
	"perennial/shared/merchant"
)

// ErrReturnURL refuses an address that customers may not be led to.
var ErrReturnURL = fault.New(fault.Invalid, "INVALID_RETURN_URL", "The return_url must be an https address.")

// LocalPath gives next when it is a path inside the portal, else "/". Nothing
// that a browser would read as another host passes.
func LocalPath(next string) string {
	u, err := url.Parse(next)
	plain := err == nil && u.Scheme == "" && u.Host == "" && u.User == nil && u.Fragment == ""
	if !plain || len(next) > 500 || !strings.HasPrefix(next, "/") || strings.HasPrefix(next, "//") {
		return "/"
	}
	for _, c := range []byte(next) {
		if c <= ' ' || c == '\\' || c >= 0x7f {
			return "/"
		}
	}
	return next
}

// ReturnURL is the merchant's address with parameters added, or nothing when
// it is neither https nor on this machine. It is shown as a link only; nobody
// is sent there unasked.
func ReturnURL(address string, more url.Values) string {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.User != nil || len(address) > 2000 {
		return ""
	}
	host := u.Hostname()
	local := host == "localhost" || host == "127.0.0.1" || strings.HasSuffix(host, ".localhost")
	if u.Scheme != "https" && (u.Scheme != "http" || !local) {
		return ""
	}
	query := u.Query()
	for name, values := range more {
		query[name] = values
	}
	u.RawQuery = query.Encode()
	return u.String()
}

// CheckoutURL is the address of a hosted checkout session. It ends with the
// session's id, which is the credential; the scope says where to look.
func CheckoutURL(base string, scope merchant.Scope, session string) string {
	return base + "/session/" + scope.String() + "/" + session
}
