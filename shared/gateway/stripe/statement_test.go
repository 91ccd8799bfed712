package stripe

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"perennial/shared/gateway"
	"perennial/shared/money"
)

// oneKey opens every account.
type oneKey struct{}

func (oneKey) Keys(context.Context, gateway.Account) (Keys, error) {
	return Keys{Secret: "rk_test_1"}, nil
}

func (k oneKey) Fresh(ctx context.Context, a gateway.Account) (Keys, error) { return k.Keys(ctx, a) }

func TestWhatAStatementSays(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"NORTHWIND":                     "NORTHWIND",
		"":                              "",
		"12345":                         "",
		`<"North\wind's* Café"> & Sons`: "North wind s Caf & Son",
		"  A   B  ":                     "A B",
		"日本":                            "",
		"NORTHWIND STUDIOS OF BERLIN":   "NORTHWIND STUDIOS OF B",
		"ABCDEFGHIJKLMNOPQRSTU VWXYZ":   "ABCDEFGHIJKLMNOPQRSTU",
	} {
		if got := suffixOf(gateway.Params{Statement: text}); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
	if got := suffixOf(gateway.Params{Statement: "NORTHWIND", Type: gateway.TypeDebit}); got != "" {
		t.Errorf("a bank debit says %q", got)
	}
}

// A descriptor that Stripe will not take costs no payment.
func TestAStatementThatIsRefusedIsLeftOut(t *testing.T) {
	t.Parallel()
	var asked []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		suffix := r.PostFormValue("statement_descriptor_suffix")
		key, _, _ := strings.Cut(r.Header.Get("Idempotency-Key"), ":")
		asked = append(asked, key+" "+suffix)
		w.Header().Set("Content-Type", "application/json")
		if suffix == "REFUSED" {
			w.WriteHeader(http.StatusBadRequest)
			_, _ = fmt.Fprint(w, `{"error":{"type":"invalid_request_error","param":"statement_descriptor_suffix","message":"no"}}`)
			return
		}
		_, _ = fmt.Fprint(w, `{"id":"pi_1","object":"payment_intent","status":"requires_confirmation"}`)
	}))
	t.Cleanup(server.Close)
	g := New(Options{BaseURL: server.URL, Keyring: oneKey{}})
	for _, statement := range []string{"NORTHWIND", "REFUSED", ""} {
		id, err := g.Prepare(t.Context(), gateway.Account{Gateway: Name, ID: "a"}, gateway.Params{
			Key: "k", Amount: money.Of(1000, "EUR"), Customer: "cus_1", Method: "pm_1", Payment: "p", Statement: statement,
		})
		if err != nil || id != "pi_1" {
			t.Errorf("%q: %s, %v", statement, id, err)
		}
	}
	want := []string{"prepare NORTHWIND", "prepare REFUSED", "prepare-plain ", "prepare "}
	if diff := cmp.Diff(want, slices.Clone(asked)); diff != "" {
		t.Error(diff)
	}
}

// What is looked for in the archive is what an endpoint should have been sent.
func TestTheArchiveIsAskedForEventsOfTheEndpoint(t *testing.T) {
	t.Parallel()
	for _, event := range archived {
		if !slices.Contains(Events, event) {
			t.Errorf("no endpoint is sent %s", event)
		}
	}
}
