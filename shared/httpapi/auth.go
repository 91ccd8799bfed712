package httpapi

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"perennial/shared/fault"
	"perennial/shared/lambdahttp"
	"perennial/shared/merchant"
)

// Caller is who a valid API key speaks for. It is the zero Caller on public
// routes.
type Caller struct {
	BusinessID string
	Mode       string // test or live
	Scope      string // <business id>.<mode>
	KeyID      string
	ReadOnly   bool
	Tier       merchant.Tier // how often it may ask
}

// Authenticator finds the caller of an API key. An unknown, revoked or expired
// key is a fault of kind Unauthorized.
type Authenticator interface {
	Authenticate(ctx context.Context, secret string) (Caller, error)
	// MayWrite gives the fault that refuses changes by a caller at present.
	MayWrite(ctx context.Context, c Caller) error
}

// Faults of authentication.
var (
	ErrUnauthorized = fault.New(fault.Unauthorized, "UNAUTHORIZED", "The API key is missing or not valid.")
	ErrReadOnlyKey  = fault.New(fault.Forbidden, "FORBIDDEN", "This API key may only read.")
	errSecret       = fault.New(fault.Forbidden, "FORBIDDEN", "A read-only API key is not shown secrets.")
)

type callerKey struct{}

func caller(ctx context.Context) Caller {
	c, _ := ctx.Value(callerKey{}).(Caller)
	return c
}

func (a *API) identify(r *http.Request) (Caller, error) {
	secret, ok := bearer(r.Header.Get("Authorization"))
	if !ok || a.auth == nil {
		return Caller{}, ErrUnauthorized
	}
	c, err := a.auth.Authenticate(r.Context(), secret)
	if err != nil {
		return Caller{}, err
	}
	lambdahttp.Note(r.Context(), "scope", c.Scope)
	lambdahttp.Note(r.Context(), "key", c.KeyID)
	if !safe(r.Method) {
		if c.ReadOnly {
			return Caller{}, ErrReadOnlyKey
		}
		if err := a.auth.MayWrite(r.Context(), c); err != nil {
			return Caller{}, err
		}
	}
	noteIDs(r)
	return c, nil
}

// refuseReaders runs after the guard on routes that show secrets.
func refuseReaders(ctx huma.Context, next func(huma.Context)) {
	if caller(ctx.Context()).ReadOnly {
		r, w := humago.Unwrap(ctx)
		write(w, r, errSecret)
		return
	}
	next(ctx)
}

// bearer takes an API key out of an Authorization header.
func bearer(header string) (string, bool) {
	scheme, secret, _ := strings.Cut(header, " ")
	secret = strings.TrimSpace(secret)
	return secret, strings.EqualFold(scheme, "Bearer") &&
		(strings.HasPrefix(secret, "sk_test_") || strings.HasPrefix(secret, "sk_live_"))
}

func safe(method string) bool {
	return slices.Contains([]string{http.MethodGet, http.MethodHead, http.MethodOptions}, method)
}

// noteIDs puts the object ids of the path into the log line. On public routes
// an id may be the credential, so this runs for authenticated callers only.
func noteIDs(r *http.Request) {
	for part := range strings.SplitSeq(r.Pattern, "/") {
		name, ok := strings.CutPrefix(strings.TrimSuffix(part, "}"), "{")
		if ok && strings.HasSuffix(name, "id") {
			lambdahttp.Note(r.Context(), name, r.PathValue(name))
		}
	}
}
