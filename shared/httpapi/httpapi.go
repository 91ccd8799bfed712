// Package httpapi is the merchant API over HTTP: typed operations with
// validation and an OpenAPI 3.1 description, API keys, one table from faults
// to statuses, paging. It speaks Dodo's wire: errors are {"code","message"},
// lists {"items":[…]}, unknown fields are ignored.
//
// An operation decodes, asks one use case and converts; Route does the rest.
// The package knows no storage, and keys only through Authenticator.
package httpapi

import (
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"perennial/shared/fault"
	"perennial/shared/idempotency"
)

// MaxBody is the largest request body in bytes.
const MaxBody = 1 << 20

// Info describes an API to its readers.
type Info struct {
	Title       string
	Version     string
	Description string // Markdown, for OpenAPI
	URL         string // public base URL
	Reference   []byte // HTML for people, without script; none serves no page
}

// API is a set of operations under one description; an http.Handler.
type API struct {
	info   Info
	mux    *http.ServeMux
	auth   Authenticator
	routes []*route
	spec   lazy

	answers *idempotency.Service
	limits  *Limits
}

// New makes an API without operations, except its own description at
// /openapi.json and info's page for people at /docs. auth may be nil when
// every route is public.
func New(info Info, auth Authenticator) *API {
	a := &API{info: info, mux: http.NewServeMux(), auth: auth}
	a.mux.HandleFunc("GET /openapi.json", a.serveSpec)
	if info.Reference != nil {
		a.mux.HandleFunc("GET /docs", a.serveReference)
		a.mux.HandleFunc("GET /docs.css", serveStyle)
	}
	return a
}

// settings are huma's, less what would show on the wire: $schema fields and
// links, and its own pages, which load scripts from elsewhere.
func settings(info Info) huma.Config {
	c := huma.DefaultConfig(info.Title, info.Version)
	c.CreateHooks = nil
	c.OpenAPIPath, c.DocsPath, c.SchemasPath = "", "", ""
	c.AllowAdditionalPropertiesByDefault = true
	c.Formats = map[string]huma.Format{"application/json": format, "json": format}
	c.Info.Description = info.Description
	if info.URL != "" {
		c.Servers = []*huma.Server{{URL: info.URL}}
	}
	c.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		"apiKey": {Type: "http", Scheme: "bearer", Description: "An API key, sk_test_… or sk_live_…"},
	}
	return c
}

// exposed are the headers that scripts of other origins may read.
const exposed = "X-Request-Id, X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset, Retry-After, X-Should-Retry, Idempotent-Replayed"

// ServeHTTP implements http.Handler.
func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Access-Control-Allow-Origin", "*") // harmless: no cookie counts here
	h.Set("Access-Control-Expose-Headers", exposed)
	if r.Method == http.MethodOptions {
		preflight(w, r)
		return
	}
	handler, pattern := a.mux.Handler(r)
	if pattern == "" {
		refuseRoute(w, r, handler)
		return
	}
	a.mux.ServeHTTP(w, r)
}

// preflight answers OPTIONS on every path, as Dodo's API does.
func preflight(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Access-Control-Allow-Methods", "GET, POST, PUT, PATCH, DELETE")
	if asked := r.Header.Get("Access-Control-Request-Headers"); asked != "" {
		h.Set("Access-Control-Allow-Headers", asked)
	}
	h.Set("Access-Control-Max-Age", "86400")
	w.WriteHeader(http.StatusNoContent)
}

var (
	errNoRoute  = fault.New(fault.NotFound, "NOT_FOUND", "There is no such endpoint.")
	errNoMethod = fault.New(fault.Unsupported, "METHOD_NOT_ALLOWED", "This endpoint does not know this method.")
)

// refuseRoute lets the mux say whether the path or only the method is unknown.
func refuseRoute(w http.ResponseWriter, r *http.Request, fromMux http.Handler) {
	said := &refusal{header: http.Header{}}
	fromMux.ServeHTTP(said, r)
	if said.status != http.StatusMethodNotAllowed {
		write(w, r, errNoRoute)
		return
	}
	w.Header().Set("Allow", said.header.Get("Allow"))
	e := newError(r.Context(), errNoMethod)
	e.status = http.StatusMethodNotAllowed
	e.writeTo(w)
}

// refusal hears what the mux would answer.
type refusal struct {
	header http.Header
	status int
}

func (s *refusal) Header() http.Header         { return s.header }
func (s *refusal) WriteHeader(status int)      { s.status = status }
func (s *refusal) Write(p []byte) (int, error) { return len(p), nil }
