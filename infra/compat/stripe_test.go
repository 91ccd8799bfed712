package compat

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
)

// stripeAccount plays Stripe as far as connecting goes: it tells of one
// account. It serves as long as the shared stack does.
func stripeAccount() string {
	return httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(map[string]any{ // whoever hung up needs no answer
			"object": "account", "id": "acct_zanzibar", "country": "DE", "charges_enabled": true,
		})
	})).URL
}
