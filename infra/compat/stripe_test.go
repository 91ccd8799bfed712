package compat

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
)

// stripeAccount plays Stripe as far as connecting goes: it tells of another
// account each time. It serves as long as the shared stack does.
func stripeAccount() string {
	var asked atomic.Int64
	return httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(map[string]any{ // whoever hung up needs no answer
			"object": "account", "id": fmt.Sprintf("acct_z%d", asked.Add(1)), "country": "DE", "charges_enabled": true,
		})
	})).URL
}
