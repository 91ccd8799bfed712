package httpapi

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"perennial/shared/fault"
	"perennial/shared/idempotency"
	"perennial/shared/lambdahttp"
)

// Codes of answers that no use case gives.
const (
	codeBody     = "INVALID_REQUEST_BODY"
	codeQuery    = "INVALID_QUERY_PARAMS"
	codeParams   = "INVALID_REQUEST_PARAMETERS"
	codeInternal = "INTERNAL_SERVER_ERROR"
)

// Error is the body of every answer that is not a success.
type Error struct {
	Code    string `json:"code" doc:"Stable, for programs." example:"NOT_FOUND"`
	Message string `json:"message" doc:"For people; names every problem at once."`
	status  int
	retry   bool // trying the same again helps
}

// Error implements error.
func (e *Error) Error() string { return e.Code + ": " + e.Message }

// GetStatus is the HTTP status; huma asks for it.
func (e *Error) GetStatus() int { return e.status }

// GetHeaders are the headers beside the body; huma asks for them. Clients
// retry a 409 and a 501 on their own, which cannot help: the state refuses, or
// there is nothing to answer.
func (e *Error) GetHeaders() http.Header {
	if e.retry {
		return http.Header{"X-Should-Retry": {"true"}, "Retry-After": {"1"}}
	}
	switch e.status {
	case http.StatusConflict, http.StatusNotImplemented:
		return http.Header{"X-Should-Retry": {"false"}}
	case http.StatusUnauthorized:
		return http.Header{"Www-Authenticate": {"Bearer"}}
	}
	return nil
}

func (e *Error) writeTo(w http.ResponseWriter) {
	for name, values := range e.GetHeaders() {
		w.Header()[name] = values
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(e.status)
	_ = json.NewEncoder(w).Encode(e) // the caller has gone; there is nobody to tell
}

// newError turns any error into the answer for it, and keeps the detail for
// the request's log line. An error that is no fault shows one fixed sentence.
func newError(ctx context.Context, err error) *Error {
	lambdahttp.NoteError(ctx, err)
	f := fault.Of(err)
	if f == nil || f.Kind == fault.Internal {
		return &Error{Code: codeInternal, Message: lambdahttp.Sentence, status: http.StatusInternalServerError}
	}
	return &Error{Code: f.Code, Message: f.Details(), status: lambdahttp.Status(f.Kind), retry: errors.Is(err, idempotency.ErrRunning)}
}

// write answers with an error outside huma.
func write(w http.ResponseWriter, r *http.Request, err error) { newError(r.Context(), err).writeTo(w) }

// Failure writes the answers that lambdahttp gives by itself; pass it to
// lambdahttp.Failures.
func Failure(w http.ResponseWriter, _ *http.Request, status int) {
	e := &Error{Code: codeInternal, Message: lambdahttp.Sentence, status: status}
	switch status {
	case http.StatusForbidden:
		e.Code, e.Message = "FORBIDDEN", "This address does not accept direct requests."
	case http.StatusRequestEntityTooLarge:
		e.Code, e.Message = codeBody, "The request body is too large."
	}
	e.writeTo(w)
}

// huma's two hooks are variables of its package, so they are set once for the
// process. Lists are never null on our wire.
func init() {
	huma.DefaultArrayNullable = false
	huma.NewErrorWithContext = fromHuma
	huma.NewError = func(status int, msg string, errs ...error) huma.StatusError {
		return fromHuma(nil, status, msg, errs...)
	}
}

// fromHuma is the answer for a request that huma refused: it could not be
// read, or does not fit the operation's schema.
func fromHuma(ctx huma.Context, status int, msg string, errs ...error) huma.StatusError {
	if status >= http.StatusInternalServerError {
		if ctx != nil {
			lambdahttp.NoteError(ctx.Context(), errors.Join(append([]error{errors.New(msg)}, errs...)...))
		}
		return &Error{Code: codeInternal, Message: lambdahttp.Sentence, status: http.StatusInternalServerError}
	}
	e := &Error{Code: codeBody, Message: msg, status: status}
	problems := make([]string, 0, len(errs))
	for _, err := range errs {
		code, problem := explain(err)
		if code != "" && (e.Code == codeBody || len(problems) == 0) {
			e.Code = code
		}
		problems = append(problems, problem)
	}
	if len(problems) > 0 {
		e.Message = strings.Join(problems, "; ")
	}
	return e
}

// explain names one problem by the field it is about. It never repeats the
// value, which may be a secret.
func explain(err error) (code, problem string) {
	if f := fault.Of(err); f != nil {
		return f.Code, f.Details()
	}
	var d *huma.ErrorDetail
	if !errors.As(err, &d) {
		return "", err.Error()
	}
	place, field, _ := strings.Cut(d.Location, ".")
	switch place {
	case "query":
		code = codeQuery
	case "path", "header":
		code = codeParams
	}
	if field == "" {
		return code, d.Message
	}
	return code, field + ": " + d.Message
}
