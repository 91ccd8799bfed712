package merchantapi_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"perennial/shared/gateway"
	"perennial/shared/merchant"
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
