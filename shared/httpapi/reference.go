package httpapi

import (
	_ "embed" // the style
	"net/http"
)

// The style of the page for people; the page itself comes with Info.
//
//go:embed reference.css
var referenceStyle []byte

// No script, nothing from elsewhere.
const referencePolicy = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

func (a *API) serveReference(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", referencePolicy)
	_, _ = w.Write(a.info.Reference) // the caller has gone; there is nobody to tell
}

func serveStyle(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/css; charset=utf-8")
	w.Header().Set("Cache-Control", "public, max-age=3600")
	_, _ = w.Write(referenceStyle) // the caller has gone; there is nobody to tell
}
