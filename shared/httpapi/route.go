package httpapi

import (
	"context"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

// None is the input of an operation without parameters.
type None struct{}

// Option adjusts one route.
type Option func(*huma.Operation)

// Public lets a route work without an API key; its Caller is zero.
func Public() Option {
	return func(op *huma.Operation) { op.Security = nil }
}

// Secret keeps read-only keys away from what a Route shows.
func Secret() Option {
	return func(op *huma.Operation) { op.Middlewares = append(op.Middlewares, refuseReaders) }
}

// Status is the status of success; the default is 200.
func Status(code int) Option { return func(op *huma.Operation) { op.DefaultStatus = code } }

// Describe adds Markdown to the operation's description.
func Describe(text string) Option { return func(op *huma.Operation) { op.Description = text } }

// Route adds an operation such as
//
//	Route(api, "GET /customers/{customer_id}", "Get a customer", s.getCustomer)
//
// In is a struct: fields tagged path or query are parameters, a field Body is
// the JSON body (optional members carry omitempty), embedded Paging and Cursor
// page. If In has a method Validate() error it runs before h. Out is the JSON
// answer.
//
// A mistake in In or Out shows when the operation is first called or
// described; a test that asks for OpenAPI finds them all.
func Route[In, Out any](a *API, pattern, summary string, h func(context.Context, Caller, In) (Out, error), opts ...Option) {
	op := a.operation(pattern, summary, opts)
	a.add(op, func(to huma.API) {
		huma.Register(to, op, func(ctx context.Context, in *In) (*answer[Out], error) {
			if err := valid(ctx, in); err != nil {
				return nil, err
			}
			out, err := h(ctx, caller(ctx), *in)
			if err != nil {
				return nil, newError(ctx, err)
			}
			return &answer[Out]{Body: out}, nil
		})
	})
}

type answer[Out any] struct{ Body Out }

// Do adds an operation that answers without a body; the rest is as for Route.
// (A Route could do both, but then the compiler would make huma's code for
// each input twice.)
func Do[In any](a *API, pattern, summary string, h func(context.Context, Caller, In) error, opts ...Option) {
	op := a.operation(pattern, summary, opts)
	a.add(op, func(to huma.API) {
		huma.Register(to, op, func(ctx context.Context, in *In) (*None, error) {
			if err := valid(ctx, in); err != nil {
				return nil, err
			}
			if err := h(ctx, caller(ctx), *in); err != nil {
				return nil, newError(ctx, err)
			}
			return nil, nil
		})
	})
}

// valid asks an input that can tell whether it is right.
func valid(ctx context.Context, in any) error {
	if v, ok := in.(interface{ Validate() error }); ok {
		if err := v.Validate(); err != nil {
			return newError(ctx, err)
		}
	}
	return nil
}

func (a *API) operation(pattern, summary string, opts []Option) huma.Operation {
	method, path, _ := strings.Cut(pattern, " ")
	op := huma.Operation{
		Method: method, Path: path, Summary: summary, DefaultStatus: http.StatusOK,
		OperationID:  strings.ReplaceAll(strings.ToLower(summary), " ", "-"),
		Tags:         []string{tag(path)},
		Security:     []map[string][]string{{"apiKey": {}}},
		MaxBodyBytes: MaxBody + 1, // huma refuses a body of exactly this size
	}
	for _, o := range opts {
		o(&op)
	}
	if method == http.MethodPost && len(op.Security) > 0 {
		op.Parameters = append(op.Parameters, idempotencyKey())
	}
	return op
}

// tag groups operations by the first part of their path: "/customers/{id}"
// belongs to Customers.
func tag(path string) string {
	first, _, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	first = strings.ReplaceAll(first, "-", " ")
	if first == "" {
		return "Other"
	}
	return strings.ToUpper(first[:1]) + first[1:]
}

// Handle adds a route that is not JSON, such as a PDF, and is not described.
// An error that h returns before writing is answered like any other.
func (a *API) Handle(pattern string, h func(w http.ResponseWriter, r *http.Request, c Caller) error, opts ...Option) {
	op := a.operation(pattern, "", opts)
	a.mux.HandleFunc(pattern, a.guard(len(op.Security) == 0, func(w http.ResponseWriter, r *http.Request) {
		if err := h(w, r, caller(r.Context())); err != nil {
			write(w, r, err)
		}
	}))
}

// idempotencyKey describes the header that every POST takes.
func idempotencyKey() *huma.Param {
	most := maxIdempotencyKey
	return &huma.Param{
		Name: "Idempotency-Key", In: "header", Schema: &huma.Schema{Type: huma.TypeString, MaxLength: &most},
		Description: "Makes the request happen at most once: for 24 hours the same key is given the same answer.",
	}
}
