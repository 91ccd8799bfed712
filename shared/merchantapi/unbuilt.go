package merchantapi

import (
	"net/http"
	"slices"
	"strings"

	"perennial/shared/fault"
	"perennial/shared/httpapi"
)

// errUnbuilt answers what Dodo documents and Perennial does not have yet.
var errUnbuilt = fault.New(fault.Unsupported, "UNSUPPORTED_ACTION", "Perennial does not have this endpoint yet.")

// unbuilt are Dodo's paths without ours, with their methods. They are known,
// so that a program learns that they are missing and not that it misspelt
// them; they are not described.
var unbuilt = [][2]string{
	{"/credit-entitlements", "GET POST"}, {"/credit-entitlements/{id}", "GET PATCH DELETE"}, {"/credit-entitlements/{id}/undelete", "POST"},
	{"/credit-entitlements/{id}/balances", "GET"}, {"/credit-entitlements/{id}/balances/{customer_id}", "GET"},
	{"/credit-entitlements/{id}/balances/{customer_id}/grants", "GET"}, {"/credit-entitlements/{id}/balances/{customer_id}/ledger", "GET"},
	{"/credit-entitlements/{id}/balances/{customer_id}/ledger-entries", "POST"},
	{"/customers/{customer_id}/credit-entitlements", "GET"}, {"/customers/{customer_id}/entitlement-grants", "GET"},
	{"/customers/{customer_id}/entitlements", "GET"}, {"/customers/{customer_id}/emails", "GET"},
	{"/customers/{customer_id}/emails/{email_log_id}/body", "GET"},
	{"/customers/{customer_id}/wallets", "GET"}, {"/customers/{customer_id}/wallets/ledger-entries", "GET POST"},
	{"/entitlements", "GET POST"}, {"/entitlements/{id}", "GET PATCH DELETE"}, {"/entitlements/{id}/files", "POST"},
	{"/entitlements/{id}/files/{file_id}", "DELETE"}, {"/entitlements/{id}/grants", "GET"}, {"/entitlements/{id}/grants/{grant_id}", "DELETE"},
	{"/events", "GET"}, {"/events/{event_id}", "GET"}, {"/events/ingest", "POST"},
	{"/grants/{grant_id}/license-key", "POST"},
	{"/license_key_instances", "GET"}, {"/license_key_instances/{id}", "GET PATCH"},
	{"/license_keys", "GET POST"}, {"/license_keys/{id}", "GET PATCH"},
	{"/meters", "GET POST"}, {"/meters/{id}", "GET DELETE"}, {"/meters/{id}/unarchive", "POST"},
	{"/payments/{payment_id}/retry", "GET POST"},
	{"/payouts", "GET"}, {"/payouts/{payout_id}/breakup", "GET"}, {"/payouts/{payout_id}/breakup/details", "GET"},
	{"/payouts/{payout_id}/breakup/details/csv", "GET"},
	{"/subscriptions/{subscription_id}/credit-usage", "GET"}, {"/subscriptions/{subscription_id}/usage-history", "GET"},
}

// elsewhere are paths that another function serves on the same host: the
// documents. A request for one reaches this API only where nothing routes it.
var elsewhere = [][2]string{
	{"/invoices/payments/{payment_id}", "GET"}, {"/invoices/payouts/{payout_id}", "GET"}, {"/invoices/refunds/{refund_id}", "GET"},
}

// unbuiltPublic need no key at Dodo.
var unbuiltPublic = []string{"/licenses/activate", "/licenses/deactivate", "/licenses/validate"}

func routeUnbuilt(api *httpapi.API) {
	refuse := func(http.ResponseWriter, *http.Request, httpapi.Caller) error { return errUnbuilt }
	for _, route := range slices.Concat(unbuilt, elsewhere) {
		for method := range strings.FieldsSeq(route[1]) {
			api.Handle(method+" "+route[0], refuse)
		}
	}
	for _, path := range unbuiltPublic {
		api.Handle("POST "+path, refuse, httpapi.Public())
	}
}
