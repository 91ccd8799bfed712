package lambdahttp

import "net/http"

// APIHeaders are for JSON answers: nothing may be cached, framed or run.
func APIHeaders() http.Header {
	return http.Header{
		"Cache-Control":             {"no-store"},
		"Content-Security-Policy":   {"default-src 'none'; frame-ancestors 'none'"},
		"Referrer-Policy":           {"no-referrer"},
		"Strict-Transport-Security": {hsts},
		"X-Content-Type-Options":    {"nosniff"},
	}
}

// PageHeaders are for pages under the given content security policy, which
// also says who may frame them. The referrer stays on the same origin: with
// none at all, browsers send forms with "Origin: null" and the cross-origin
// check refuses them.
func PageHeaders(policy string) http.Header {
	return http.Header{
		"Cache-Control":              {"no-store"},
		"Content-Security-Policy":    {policy},
		"Cross-Origin-Opener-Policy": {"same-origin"},
		"Permissions-Policy":         {"camera=(), geolocation=(), microphone=(), payment=(self)"},
		"Referrer-Policy":            {"same-origin"},
		"Strict-Transport-Security":  {hsts},
		"X-Content-Type-Options":     {"nosniff"},
	}
}

// StrictPolicy is the content security policy of a page that loads only its
// own files, sends forms only home and may not be framed.
const StrictPolicy = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; " +
	"font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

const hsts = "max-age=63072000; includeSubDomains"
