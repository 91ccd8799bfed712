package compat

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
)

// stripeAccount plays Stripe as far as connecting goes: it tells of another
// account each time, and its keys may nothing else. It serves as long as the
// shared stack does.
func stripeAccount() string {
	var asked atomic.Int64
	return httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		if r.URL.Path != "/v1/account" {
			w.WriteHeader(http.StatusForbidden)
			_, _ = io.WriteString(w, `{"error":{"type":"invalid_request_error"}}`)
			return
		}
		_ = json.NewEncoder(w).Encode(map[string]any{ // whoever hung up needs no answer
			"object": "account", "id": fmt.Sprintf("acct_z%d", asked.Add(1)), "country": "DE", "charges_enabled": true,
		})
	})).URL
}
