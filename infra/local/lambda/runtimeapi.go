package lambda

import (
	"errors"
	"io"
	"net/http"
	"strconv"
	"time"

	"perennial/infra/local/identity"
)

// routes is the Runtime API, version 2018-06-01, of one environment.
func (e *environment) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /2018-06-01/runtime/invocation/next", e.next)
	mux.HandleFunc("POST /2018-06-01/runtime/invocation/{id}/response", e.response)
	mux.HandleFunc("POST /2018-06-01/runtime/invocation/{id}/error", e.invocationError)
	mux.HandleFunc("POST /2018-06-01/runtime/init/error", e.initError)
	return mux
}

// next parks the runtime until there is work.
func (e *environment) next(w http.ResponseWriter, r *http.Request) {
	select {
	case inv := <-e.work:
		e.mu.Lock()
		e.current = inv
		e.mu.Unlock()
		h := w.Header()
		h.Set("Lambda-Runtime-Aws-Request-Id", inv.id)
		h.Set("Lambda-Runtime-Deadline-Ms", strconv.FormatInt(time.Now().Add(e.fn.Timeout).UnixMilli(), 10))
		h.Set("Lambda-Runtime-Invoked-Function-Arn", identity.ARN("lambda", "function:"+e.fn.Name))
		h.Set("Lambda-Runtime-Trace-Id", inv.root+";Sampled=0")
		h.Set("Content-Type", "application/json")
		_, _ = w.Write(inv.payload) // a runtime that is gone is noticed by its exit
	case <-r.Context().Done():
	case <-e.exited:
	}
}

func (e *environment) response(w http.ResponseWriter, r *http.Request) {
	body, err := readLimited(r.Body)
	switch {
	case errors.Is(err, errTooLarge):
		e.answer(w, r, outcome{failure: tooLarge(len(body))}, http.StatusRequestEntityTooLarge)
	case err != nil:
		http.Error(w, err.Error(), http.StatusBadRequest)
	default:
		e.answer(w, r, outcome{payload: body}, http.StatusAccepted)
	}
}

func (e *environment) invocationError(w http.ResponseWriter, r *http.Request) {
	body, err := readLimited(r.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	e.answer(w, r, outcome{failure: reported(body)}, http.StatusAccepted)
}

func (e *environment) initError(w http.ResponseWriter, r *http.Request) {
	body, err := readLimited(r.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	select {
	case e.answers <- outcome{failure: reported(body)}:
	default: // only the first report counts
	}
	w.WriteHeader(http.StatusAccepted)
}

// answer accepts the outcome of the invocation under way, once.
func (e *environment) answer(w http.ResponseWriter, r *http.Request, o outcome, status int) {
	e.mu.Lock()
	mine := e.current != nil && e.current.id == r.PathValue("id")
	if mine {
		e.current = nil
	}
	e.mu.Unlock()
	if !mine {
		http.Error(w, `{"errorType":"InvalidRequestID"}`, http.StatusBadRequest)
		return
	}
	e.answers <- o
	w.WriteHeader(status)
}

var errTooLarge = errors.New("larger than Lambda's limit")

// readLimited reads a body up to Lambda's payload limit.
func readLimited(r io.Reader) ([]byte, error) {
	body, err := io.ReadAll(io.LimitReader(r, maxPayload+1))
	if err == nil && len(body) > maxPayload {
		err = errTooLarge
	}
	return body, err
}
