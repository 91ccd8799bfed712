package merchantapi_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"perennial/shared/billing"
	"perennial/shared/gateway"
	"perennial/shared/merchant"
	"perennial/shared/money"
	"perennial/shared/record"
	"perennial/shared/wire"
)

// inspector plays the gateway's account endpoint: the key says whose it is.
type inspector struct{}

func (inspector) Inspect(_ context.Context, secret string) (gateway.Profile, error) {
	_, account, _ := strings.Cut(secret, "_of_")
	if account == "" {
		return gateway.Profile{}, gateway.ErrKey
	}
	return gateway.Profile{Reference: account, Title: "Northwind", Country: "DE", Charges: true, Debits: true}, nil
}

// narrow plays a gateway whose key may neither look at endpoints nor at
// disputes.
type narrow struct {
	gateway.Domains
}

func (narrow) Lacks(context.Context, string) ([]string, error) { return []string{"Disputes"}, nil }

func (narrow) Endpoints(context.Context, string, string) ([]gateway.Endpoint, error) {
	return nil, gateway.ErrKey
}

func (narrow) OpenEndpoint(context.Context, string, string) (gateway.Endpoint, string, error) {
	return gateway.Endpoint{}, "", gateway.ErrKey
}

func (narrow) MendEndpoint(context.Context, string, string) error { return gateway.ErrKey }

func (narrow) CloseEndpoint(context.Context, string, string) error { return gateway.ErrKey }

const connectBody = `{"gateway":"stripe","secret_key":"rk_test_s3cret_of_acct_1","publishable_key":"pk_test_0123456789","webhook_secret":"whsec_s3cret0123","currencies":["JPY"]}`

// connected leaves the test mode with an account that takes nothing new.
func (b *bench) connected() string {
	b.T.Helper()
	for _, call := range [][3]string{{"POST", "/gateways", connectBody}, {"DELETE", "/gateways/acct_1", ""}} {
		if status, body := b.send(call[0], call[1], writer, call[2]); status != 200 {
			b.T.Fatalf("%s %s: %d %s", call[0], call[1], status, body)
		}
	}
	return "acct_1"
}

func (b *bench) gateway(method, path, secret, body string) (int, wire.Gateway, string) {
	b.T.Helper()
	status, raw := b.send(method, path, secret, body)
	var got wire.Gateway
	_ = json.Unmarshal([]byte(raw), &got) // an error is no gateway
	return status, got, raw
}

func TestAGatewayIsConnectedAndItsKeysAreNeverShown(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	status, got, raw := b.gateway("POST", "/gateways", writer, connectBody)
	if status != 200 || got.ID != "acct_1" || got.Title != "Northwind" || *got.KeyHint != "ct_1" || !got.WebhookSigned || !got.Debits ||
		*got.WebhookURL != "https://api.example/gateway-events/stripe/"+b.Scope.String()+".acct_1" {
		t.Fatalf("%d %s", status, raw)
	}
	_, list := b.send("GET", "/gateways", reader, "")
	for name, shown := range map[string]string{"the answer": raw, "the list": list} {
		if strings.Contains(shown, "s3cret") {
			t.Errorf("%s holds a secret: %s", name, shown)
		}
	}
	if !strings.Contains(list, `"sandbox"`) || strings.Index(list, "acct_1") > strings.Index(list, `"sandbox"`) {
		t.Errorf("the sandbox is not the last: %s", list)
	}
	for _, c := range b.Store.Commits() {
		for _, obj := range c.Put {
			if state, ok := obj.(merchant.State); ok && strings.Contains(asJSON(t, state), "s3cret") {
				t.Error("the state holds a secret")
			}
		}
	}
}

func asJSON(t *testing.T, v any) string {
	t.Helper()
	raw, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

func TestWrongKeysNameEveryProblemAndChangeNothing(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	before := len(b.Store.Commits())
	status, _, raw := b.gateway("POST", "/gateways", writer, `{"gateway":"stripe","secret_key":"sk_live_0123456789","publishable_key":"pk_live_0123456789","webhook_secret":"x","currencies":["EURO"],"countries":["Germany"]}`)
	for _, field := range []string{"secret_key", "publishable_key", "webhook_secret", "currencies", "countries"} {
		if status != 422 || !strings.Contains(raw, field) {
			t.Errorf("%d %s does not name %s", status, raw, field)
		}
	}
	for body, want := range map[string]int{
		`{"gateway":"stripe","secret_key":"rk_test_0123456789","publishable_key":"pk_test_0123456789"}`: 422, // Stripe refuses it
		`{"gateway":"paypal","secret_key":"rk_test_x_of_a","publishable_key":"pk_test_0123456789"}`:     422,
	} {
		if status, _, raw := b.gateway("POST", "/gateways", writer, body); status != want {
			t.Errorf("%s: %d %s", body, status, raw)
		}
	}
	b.unchanged(before)
}

func TestAKeyIsRotatedWithinItsAccountOnly(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.gateway("POST", "/gateways", writer, connectBody)
	if status, got, raw := b.gateway("PATCH", "/gateways/acct_1", writer, `{"secret_key":"rk_test_n3w_of_acct_1","countries":["DE"],"sepa_debit":false}`); status != 200 ||
		got.Debits || got.Countries[0] != "DE" || got.Currencies[0] != "JPY" || !got.WebhookSigned {
		t.Errorf("%d %s", status, raw)
	}
	if status, _, raw := b.gateway("PATCH", "/gateways/acct_1", writer, `{"secret_key":"rk_test_n3w_of_acct_2"}`); status != 422 || !strings.Contains(raw, "another account") {
		t.Errorf("%d %s", status, raw)
	}
	if status, _, raw := b.gateway("PATCH", "/gateways/acct_2", writer, `{}`); status != 404 {
		t.Errorf("%d %s", status, raw)
	}
	if status, got, raw := b.gateway("DELETE", "/gateways/acct_1?forget=true", writer, ""); status != 200 || got.Status != "forgotten" || got.KeyHint != nil || got.WebhookSigned {
		t.Errorf("%d %s", status, raw)
	}
}

// What is not right with an account is part of the answers, and no error.
func TestConnectingAndCheckingTellWhatIsNotRight(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	for _, call := range []struct{ method, path, body, secret string }{
		{"POST", "/gateways", strings.Replace(connectBody, `"webhook_secret":"whsec_s3cret0123",`, "", 1), writer},
		{"GET", "/gateways/acct_1/check", "", reader},
		{"POST", "/gateways/acct_1/setup?new_webhook=true", "", writer},
	} {
		status, raw := b.send(call.method, call.path, call.secret, call.body)
		var got wire.CheckedGateway
		b.must(json.Unmarshal([]byte(raw), &got))
		var codes []string
		for _, f := range got.Findings {
			codes = append(codes, f.Level+" "+f.Code)
		}
		want := []string{"error permission_missing", "warning payouts_off", "error webhook_secret_missing"}
		if status != 200 || got.ID != "acct_1" || !slices.Equal(codes, want) || strings.Contains(raw, "s3cret") {
			t.Errorf("%s %s: %d %s", call.method, call.path, status, raw)
		}
	}
	if status, raw := b.send("GET", "/gateways/sandbox/check", reader, ""); status != 200 || !strings.Contains(raw, `"findings":[]`) {
		t.Errorf("the sandbox: %d %s", status, raw)
	}
	if status, raw := b.send("POST", "/gateways/sandbox/setup", writer, ""); status != 404 {
		t.Errorf("the sandbox: %d %s", status, raw)
	}
}

// A live mode sells from the moment at which a gateway is connected.
func TestALiveModeSellsOnceAGatewayIsConnected(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	order := `{"product_cart":[{"product_id":"pdt_x","quantity":1}]}`
	if status, body := b.send("POST", "/checkouts", live, order); status != 501 {
		t.Errorf("before: %d %s", status, body)
	}
	if status, _, raw := b.gateway("POST", "/gateways", live, strings.ReplaceAll(connectBody, "_test_", "_live_")); status != 200 {
		t.Fatalf("%d %s", status, raw)
	}
	if status, body := b.send("POST", "/checkouts", live, order); status == 501 {
		t.Errorf("after: %d %s", status, body)
	}
}

// R050: what no connected gateway is meant for is refused by every route that
// begins a sale, and nothing is written.
func TestWhatNoGatewayIsMeantForIsRefusedByEveryRoute(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	if status, _, raw := b.gateway("POST", "/gateways", live, strings.ReplaceAll(connectBody, "_test_", "_live_")); status != 200 {
		t.Fatalf("%d %s", status, raw)
	}
	book := billing.Product{ID: "pdt_book", Name: "Handbook", TaxCategory: "e_book", CreatedAt: b.Now(), Price: billing.Price{Kind: billing.PriceOneTime, Amount: money.Of(1500, "USD")}}
	plan, customer := b.Product, b.Customer
	plan.Version, customer.Version = 0, 0
	b.must(b.Store.Commit(t.Context(), record.Commit{
		Scope: merchant.Scope{Business: "bus_1", Mode: merchant.Live}, Actor: record.System, Cause: "test", Put: []any{book, plan, customer},
	}))
	before := len(b.Store.Commits())
	for path, body := range map[string]string{
		"/checkouts":         `{"product_cart":[{"product_id":"pdt_book","quantity":1}]}`,
		"/checkouts/preview": `{"product_cart":[{"product_id":"pdt_book","quantity":1}],"billing_address":{"country":"DE"}}`,
		"/payments":          fmt.Sprintf(`{"product_cart":[{"product_id":"pdt_book","quantity":1}],"customer":{"customer_id":%q},"billing":{"country":"DE"}}`, customer.ID),
		"/subscriptions":     fmt.Sprintf(`{"product_id":%q,"quantity":1,"customer":{"customer_id":%q},"billing":{"country":"DE"},"payment_link":true}`, plan.ID, customer.ID),
	} {
		if status, raw := b.send("POST", path, live, body); status != 422 || !strings.Contains(raw, `"UNSUPPORTED_CURRENCY"`) {
			t.Errorf("%s: %d %s", path, status, raw)
		}
	}
	if n := len(b.Store.Commits()) - before; n != 0 {
		t.Errorf("%d commits", n)
	}
}

func TestAGatewaysPlaceIsShownAndChanged(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	for _, account := range []string{"acct_1", "acct_2"} {
		if status, _, raw := b.gateway("POST", "/gateways", writer, strings.ReplaceAll(connectBody, "acct_1", account)); status != 200 {
			t.Fatalf("%d %s", status, raw)
		}
	}
	if status, got, raw := b.gateway("PATCH", "/gateways/acct_2", writer, `{"priority":1}`); status != 200 || got.Priority == nil || *got.Priority != 1 {
		t.Errorf("%d %s", status, raw)
	}
	if status, raw := b.send("PATCH", "/gateways/acct_2", writer, `{"priority":3}`); status != 422 || !strings.Contains(raw, "priority") {
		t.Errorf("%d %s", status, raw)
	}
	_, raw := b.send("GET", "/gateways", reader, "")
	var list struct{ Items []wire.Gateway }
	b.must(json.Unmarshal([]byte(raw), &list))
	var order []string
	for _, g := range list.Items {
		place := "none"
		if g.Priority != nil {
			place = fmt.Sprint(*g.Priority)
		}
		order = append(order, g.ID+" "+place)
	}
	if got := strings.Join(order, ", "); got != "acct_2 1, acct_1 2, sandbox none" {
		t.Error(got)
	}
}
