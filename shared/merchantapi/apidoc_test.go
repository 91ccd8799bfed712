package merchantapi_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"perennial/shared/merchantapi"
)

// elsewhere are routes of Dodo's that another function answers.
var elsewhere = map[string]bool{
	"GET /invoices/payments/{}": true, "GET /invoices/refunds/{}": true, "GET /invoices/payouts/{}": true,
}

// differs says where a route is not as at Dodo, by its path; what is of ours
// alone is said by itself.
var differs = map[string]string{
	"/invoices/payouts/{}":                    "404: there are no payouts, as the money goes to the merchant's own gateway account.",
	"/invoices/payments/{}":                   "Needs the API key or a signature; the `invoice_url` of a payment carries one. Dodo's is open to whoever knows the id.",
	"/invoices/refunds/{}":                    "As for payments.",
	"/subscriptions/{}/change-plan":           "A downgrade by `difference_immediately` credits at most what is left of what was paid, so that switching to and fro never makes time free. The billing dates stay unless the cycle restarts.",
	"/subscriptions/{}/change-plan/preview":   "As the change itself.",
	"/subscriptions/{}/update-payment-method": "With dues open, a decline is an answer with the failed `payment_id`.",
	"/subscriptions":                          "`billing_currency` must be the product's.",
	"/payments":                               "`billing_currency` must be the product's.",
	"/brands/{}":                              "The primary brand's id is the business's, and it is the business itself: a change is refused with 403.",
	"/brands":                                 "Nobody verifies brands: each is enabled at once.",
	"/products":                               "Usage-based prices are kept and shown, and usage is not measured. Entitlements and credits are refused with 501.",
	"/products/{}":                            "As for creating one.",
	"/customers/{}/payment-methods/{}":        "The method of a running subscription is refused with 409.",
	"/customers/{}/customer-portal/session":   "`send_email` mails a link of its own; the one in the answer is never mailed.",
	"/webhooks/{}/secret":                     "Not shown to read-only keys.",
	"/webhooks/{}/headers":                    "Not shown to read-only keys. An empty value removes a header.",
	"/webhooks":                               "An address must be https and public.",
	"/balances/ledger":                        "Movements of the merchant's own sales; there are no fees and payouts of ours.",
}

// TestTheTableOfEndpointsIsUpToDate: docs/api.md lists every route that Dodo
// documents, and every one of ours, as it is.
func TestTheTableOfEndpointsIsUpToDate(t *testing.T) {
	t.Parallel()
	var doc struct {
		Paths map[string]map[string]any
	}
	raw, err := newBench(t).api.OpenAPI()
	if err == nil {
		err = json.Unmarshal(raw, &doc)
	}
	if err != nil {
		t.Fatal(err)
	}
	table := &routeTable{known: map[string]bool{}, rows: map[string]string{}}
	ours := map[string]string{}
	for path, operations := range doc.Paths {
		for verb := range operations {
			ours[strings.ToUpper(verb)+" "+placeholder.ReplaceAllString(path, "{}")] = path
		}
	}
	for _, m := range method.FindAllStringSubmatch(sdkList(t), -1) {
		route := strings.ToUpper(m[1]) + " " + placeholder.ReplaceAllString(m[2], "{}")
		table.add(route, m[2], m[3]+"."+m[4], ours[route] != "" || elsewhere[route])
	}
	for _, u := range merchantapi.Unbuilt {
		for verb := range strings.FieldsSeq(u[1]) {
			table.add(verb+" "+placeholder.ReplaceAllString(u[0], "{}"), u[0], "", false)
		}
	}
	for route, path := range ours {
		table.add(route, path, "", true)
	}
	spliced(t, "../../docs/api.md", "endpoints", table.String())
	for path := range differs {
		if !strings.Contains(fmt.Sprint(slices.Collect(maps.Keys(table.known))), " "+path) {
			t.Errorf("%s differs and is no route", path)
		}
	}
}

// routeTable is the table: a row for each route.
type routeTable struct {
	known map[string]bool
	rows  map[string]string // by path and verb
}

// add adds a route once; the first that names it knows most.
func (e *routeTable) add(route, path, sdk string, built bool) {
	if e.known[route] {
		return
	}
	e.known[route] = true
	verb, plain, _ := strings.Cut(route, " ")
	here, note := "yes", differs[plain]
	switch {
	case !built:
		here, note = "501", ""
	case sdk == "":
		note = "Not in Dodo's Go SDK. " + note
	}
	if sdk != "" {
		sdk = "`" + sdk + "`"
	}
	e.rows[path+" "+verb] = fmt.Sprintf("| `%s %s` | %s | %s | %s |\n", verb, path, sdk, here, strings.TrimSpace(note))
}

// String is the table in Markdown, with a count.
func (e *routeTable) String() string {
	var out strings.Builder
	answered := 0
	for _, row := range e.rows {
		if strings.Contains(row, "| yes |") {
			answered++
		}
	}
	fmt.Fprintf(&out, "%d routes answer, %d answer 501.\n\n", answered, len(e.rows)-answered)
	out.WriteString("| Route | Go SDK | Here | What differs |\n| --- | --- | --- | --- |\n")
	for _, key := range slices.Sorted(maps.Keys(e.rows)) {
		out.WriteString(e.rows[key])
	}
	return out.String()
}

// spliced wants a part of a document, between two comments that name it, to be
// as given.
func spliced(t *testing.T, path, part, want string) {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	begin, end := "<!-- "+part+" -->\n", "<!-- end of "+part+" -->"
	before, rest, found := strings.Cut(string(raw), begin)
	_, after, ended := strings.Cut(rest, end)
	if !found || !ended {
		t.Fatalf("%s has no part %s", path, part)
	}
	golden(t, path, []byte(before+begin+want+end+after))
}
