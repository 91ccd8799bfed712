package compat

import (
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync/atomic"
)

// writes counts what the API's function wrote to its table, seen on the wire.
type writes struct{ made atomic.Int64 }

// before puts the counter between the API's function and DynamoDB; it is what
// local.Options ask for.
func (w *writes) before(function, service, upstream string) string {
	if function != "api" || service != "dynamodb" {
		return upstream
	}
	target, err := url.Parse(upstream)
	if err != nil {
		return upstream // the stack made it; it will fail on it
	}
	proxy := httputil.NewSingleHostReverseProxy(target)
	proxy.ModifyResponse = func(answer *http.Response) error {
		_, operation, _ := strings.Cut(answer.Request.Header.Get("X-Amz-Target"), ".")
		reads := strings.HasPrefix(operation, "Get") || strings.HasPrefix(operation, "BatchGet") || operation == "Query" || operation == "TransactGetItems"
		if answer.StatusCode == http.StatusOK && !reads {
			w.made.Add(1)
		}
		return nil
	}
	return httptest.NewServer(proxy).URL // for as long as the stack runs, which is until the process ends
}
