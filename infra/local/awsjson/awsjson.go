// Package awsjson serves the AWS JSON 1.0 and 1.1 protocols: every operation
// is a POST whose X-Amz-Target header ends in the operation's name.
package awsjson

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
)

// maxRequest bounds a request body; no local service takes more.
const maxRequest = 8 << 20

// Operation answers one decoded request.
type Operation func(ctx context.Context, body []byte) (any, error)

// Service is a set of operations by name.
type Service map[string]Operation

// Error is a refusal with the code that the SDK turns into its error type.
type Error struct {
	Code    string
	Message string
	Status  int // 0 means 400
}

// Error spells code and message.
func (e *Error) Error() string { return e.Code + ": " + e.Message }

// Errorf builds a refusal.
func Errorf(code, format string, args ...any) *Error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...)}
}

// ServeHTTP answers any request with the refusal.
func (e *Error) ServeHTTP(w http.ResponseWriter, _ *http.Request) { refuse(w, e) }

// Handle makes an operation of a function with typed input and output.
func Handle[In, Out any](f func(context.Context, In) (Out, error)) Operation {
	return func(ctx context.Context, body []byte) (any, error) {
		var in In
		if err := json.Unmarshal(body, &in); err != nil {
			return nil, Errorf("SerializationException", "%v", err)
		}
		return f(ctx, in)
	}
}

// ServeHTTP finds the operation and writes its answer or its refusal. An error
// that is no *Error becomes InternalFailure, which the SDK retries.
func (s Service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	_, name, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	operation, ok := s[name]
	if !ok {
		refuse(w, Errorf("UnknownOperationException", "the local stack does not serve %q", name))
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxRequest))
	if err != nil {
		refuse(w, Errorf("RequestEntityTooLarge", "%v", err))
		return
	}
	out, err := operation(r.Context(), body)
	if err != nil {
		refuse(w, err)
		return
	}
	write(w, http.StatusOK, out)
}

func refuse(w http.ResponseWriter, err error) {
	var e *Error
	if !errors.As(err, &e) {
		e = &Error{Code: "InternalFailure", Message: err.Error(), Status: http.StatusInternalServerError}
	}
	status := e.Status
	if status == 0 {
		status = http.StatusBadRequest
	}
	w.Header().Set("X-Amzn-ErrorType", e.Code)
	write(w, status, map[string]string{"__type": e.Code, "message": e.Message})
}

func write(w http.ResponseWriter, status int, value any) {
	body, err := json.Marshal(value)
	if err != nil {
		status, body = http.StatusInternalServerError, []byte(`{"__type":"InternalFailure"}`)
	}
	w.Header().Set("Content-Type", "application/x-amz-json-1.0")
	w.WriteHeader(status)
	_, _ = w.Write(body) // the client may be gone
}
