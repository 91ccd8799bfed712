package stripe_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"perennial/shared/gateway"
	"perennial/shared/gateway/gatewaytest"
	"perennial/shared/gateway/sandbox"
	"perennial/shared/gateway/stripe"
	"perennial/shared/gateway/stripe/stripetest"
	"perennial/shared/money"
)

var (
	account = gateway.Account{Gateway: stripe.Name, ID: "bus_1.live"}
	other   = gateway.Account{Gateway: stripe.Name, ID: "bus_2.live"}
)

// ring has a key for every account.
type ring struct{}

const webhookSecret = "whsec_test"

func (ring) Keys(_ context.Context, a gateway.Account) (stripe.Keys, error) {
	return stripe.Keys{Secret: "rk_test_" + a.ID, Webhooks: []string{"whsec_next", webhookSecret}}, nil
}

func (r ring) Fresh(ctx context.Context, a gateway.Account) (stripe.Keys, error) {
	return r.Keys(ctx, a)
}

func open(t *testing.T) (*stripetest.Twin, *stripe.Gateway) {
	t.Helper()
	w, origin := stripetest.Start(t)
	return w, stripe.New(stripe.Options{Keyring: ring{}, BaseURL: origin})
}

func TestStripeKeepsTheContract(t *testing.T) {
	t.Parallel()
	gatewaytest.Contract(t, func(t *testing.T) gatewaytest.Bench {
		w, g := open(t)
		return gatewaytest.Bench{
			Payments: g, Vault: g, Refunder: g, Disputer: g, Account: account, Other: other,
			Token:   func(t *testing.T, card string) string { return w.Token(t, account.ID, card) },
			Approve: func(t *testing.T, id gateway.Intent) { w.Challenge(t, string(stripetest.Banked(id)), "approve") },
			Reject:  func(t *testing.T, id gateway.Intent) { w.Challenge(t, string(stripetest.Banked(id)), "fail") },
			Break: func(t *testing.T, op gatewaytest.Op, key string, when gatewaytest.When) {
				kind := map[gatewaytest.When]string{gatewaytest.Before: "timeout_before", gatewaytest.After: "timeout_after"}[when]
				w.Fault(t, account.ID, map[string]any{"operation": op, "key": key, "kind": kind, "millis": 5, "next": true})
			},
			Ledger:  func(t *testing.T) []gatewaytest.Line { return ledger(t, w) },
			Advance: w.Advance,
			Dispute: func(t *testing.T, id gateway.Intent, stage gateway.DisputeStage) string {
				return w.Dispute(t, account.ID, string(stripetest.Banked(id)), string(stage))
			},
			Rule:     func(t *testing.T, ref string, to gateway.DisputeState) { w.Rule(t, account.ID, ref, string(to)) },
			Escalate: func(t *testing.T, ref string) { w.Rule(t, account.ID, ref, "escalated") },
			Told: map[gateway.DisputeState]gateway.DisputeState{
				gateway.DisputeAccepted: gateway.DisputeLost, gateway.DisputeCancelled: gateway.DisputeWon,
			},
		}
	})
}

func ledger(t *testing.T, w *stripetest.Twin) []gatewaytest.Line {
	t.Helper()
	var lines []gatewaytest.Line
	for _, l := range w.Ledger(t, account.ID) {
		lines = append(lines, gatewaytest.Line{
			Kind: gatewaytest.Kind(l.Kind), Account: account, Intent: gateway.Intent(stripetest.Named(l.Intent, false)), Payment: l.Payment,
			Amount: money.Of(l.Amount, money.Currency(l.Currency)), At: l.At,
		})
	}
	return lines
}

// TestOnlyARefusalIsCertain: after anything else the caller must reconcile.
func TestOnlyARefusalIsCertain(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		status  int
		body    string
		certain bool
	}{
		{400, `{"error":{"type":"invalid_request_error","code":"parameter_missing"}}`, true},
		{404, `{"error":{"type":"invalid_request_error","code":"resource_missing"}}`, true},
		{400, `{"error":{"type":"idempotency_error"}}`, true},
		{401, `{"error":{"type":"invalid_request_error"}}`, false},
		{403, `{"error":{"type":"invalid_request_error"}}`, false},
		{409, `{"error":{"type":"idempotency_error","code":"idempotency_key_in_use"}}`, false},
		{429, `{"error":{"type":"invalid_request_error","code":"rate_limit"}}`, false},
		{500, `{"error":{"type":"api_error"}}`, false},
		{502, `<html>`, false},
		{404, `not found`, false},
		{200, `{}`, false},
		{200, `{"id":"pi_1","status":"requires_capture","currency":"eur"}`, false},
		{200, `{"id":"pi_1","status":"succeeded","currency":"eur","amount_received":1}`, false},
		{200, `{"id":"pi_1","status":"requires_action","currency":"eur","next_action":{"type":"use_stripe_sdk"}}`, false},
	} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(c.status)
			_, _ = w.Write([]byte(c.body))
		}))
		g := stripe.New(stripe.Options{Keyring: ring{}, BaseURL: server.URL})
		_, err := g.Find(t.Context(), account, "pi_1")
		if err == nil || errors.Is(err, gateway.ErrRejected) != c.certain {
			t.Errorf("%d %s: %v", c.status, c.body, err)
		}
		server.Close()
	}
}

func TestErrorsHoldNoSecrets(t *testing.T) {
	t.Parallel()
	const said = `{"error":{"type":"invalid_request_error","code":"x","message":"secret words",
		"payment_intent":{"id":"pi_1","client_secret":"pi_1_secret_x"}}}`
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusBadRequest)
		_, _ = w.Write([]byte(said))
	}))
	defer server.Close()
	_, err := stripe.New(stripe.Options{Keyring: ring{}, BaseURL: server.URL}).Find(t.Context(), account, "pi_1")
	if err == nil || strings.Contains(err.Error(), "secret") || strings.Contains(err.Error(), "rk_test") {
		t.Errorf("%v", err)
	}
}

func TestAnotherGatewaysAccountIsNotAsked(t *testing.T) {
	t.Parallel()
	g := stripe.New(stripe.Options{Keyring: ring{}, BaseURL: "http://127.0.0.1:1"})
	if _, err := g.Find(t.Context(), gateway.Account{Gateway: sandbox.Name, ID: "bus_1.live"}, "pi_1"); !errors.Is(err, gateway.ErrRejected) {
		t.Errorf("%v", err)
	}
}
