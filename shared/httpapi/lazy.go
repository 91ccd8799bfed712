package httpapi

import (
	"net/http"
	"sync"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
)

// route is one operation. huma reads its types when it is first called: that
// takes a fifth of a millisecond each, which a cold start would pay for every
// operation of the API and a request needs for one.
type route struct {
	op       huma.Operation
	register func(huma.API)
	once     sync.Once
	serve    func(huma.Context)
}

func (a *API) add(op huma.Operation, register func(huma.API)) {
	rt := &route{op: op, register: register}
	a.routes = append(a.routes, rt)
	public := len(op.Security) == 0
	a.mux.HandleFunc(op.Method+" "+op.Path, a.guard(public, func(w http.ResponseWriter, r *http.Request) {
		rt.once.Do(func() { rt.register(huma.NewAPI(settings(a.info), rt)) })
		rt.serve(humago.NewContext(&rt.op, r, w))
	}))
}

// Handle implements huma.Adapter: it takes the handler that huma made.
func (rt *route) Handle(op *huma.Operation, handler func(huma.Context)) {
	rt.op, rt.serve = *op, handler
}

// ServeHTTP implements huma.Adapter; the mux serves, not huma.
func (*route) ServeHTTP(w http.ResponseWriter, r *http.Request) { http.NotFound(w, r) }

// describe registers every operation in one place, for the description.
func (a *API) describe() *huma.OpenAPI {
	all := huma.NewAPI(settings(a.info), &route{})
	for _, rt := range a.routes {
		rt.register(all)
	}
	return all.OpenAPI()
}

// lazy is a document made when it is first asked for.
type lazy struct {
	once sync.Once
	body []byte
	err  error
}

func (l *lazy) get(build func() ([]byte, error)) ([]byte, error) {
	l.once.Do(func() { l.body, l.err = build() })
	return l.body, l.err
}
