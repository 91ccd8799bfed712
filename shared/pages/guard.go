package pages

import (
	"net/http"
	"strings"
)

// Policy is the content security policy of pages with card fields: their own
// files, the gateways' fields in frames, and forms that lead home or, by the
// redirect that follows a charge, to a gateway's challenge. Nobody may frame
// the page.
func Policy(gateways ...string) string {
	foreign := strings.Join(gateways, " ")
	return "default-src 'none'; style-src 'self'; script-src 'self'; " + ownImages + "; " +
		"frame-src " + foreign + "; form-action 'self' " + foreign + "; base-uri 'none'; frame-ancestors 'none'"
}

// Serve wraps the routes of a surface: assets, the choice of a language, the error page for unknown
// paths, and the guard against forms that other sites post. Each of chosen is told
// of a language that a reader chose.
func Serve(routes *http.ServeMux, chosen ...func(r *http.Request, language string)) http.Handler {
	routes.HandleFunc("GET /assets/{file}", serveAsset)
	routes.HandleFunc("POST /language", func(w http.ResponseWriter, r *http.Request) { chooseLanguage(w, r, chosen) })
	routes.HandleFunc("GET /theme/{name}", serveTheme)
	routes.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { Fail(w, r, http.StatusNotFound) })
	return guard(routes)
}

// guard refuses what another site could have sent in the visitor's name: by
// the browser's own word on where a request comes from, and where a request
// with cookies has no such word, always.
func guard(next http.Handler) http.Handler {
	refuse := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { Fail(w, r, http.StatusForbidden) })
	protection := http.NewCrossOriginProtection()
	protection.SetDenyHandler(refuse)
	checked := protection.Handler(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if unsafe(r.Method) && r.Header.Get("Cookie") != "" && silent(r.Header) {
			refuse(w, r)
			return
		}
		checked.ServeHTTP(w, r)
	})
}

func unsafe(method string) bool {
	return method != http.MethodGet && method != http.MethodHead && method != http.MethodOptions
}

// silent reports a request that does not say where it comes from.
func silent(h http.Header) bool {
	return h.Get("Origin") == "" && h.Get("Sec-Fetch-Site") == ""
}
