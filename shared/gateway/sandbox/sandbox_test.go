package sandbox_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"perennial/shared/bank/banktest"
	"perennial/shared/gateway"
	"perennial/shared/gateway/gatewaytest"
	"perennial/shared/gateway/sandbox"
	"perennial/shared/money"
)

var (
	account = gateway.Account{Gateway: sandbox.Name, ID: "bus_1.test"}
	other   = gateway.Account{Gateway: sandbox.Name, ID: "bus_2.test"}
)

func open(t *testing.T) (*banktest.Bank, *sandbox.Gateway) {
	t.Helper()
	bank := banktest.Start(t, "http://unused.test")
	return bank, sandbox.New(sandbox.Options{BaseURL: bank.URL + "/", Secret: banktest.Secret})
}

func TestAdapterAndBankKeepTheContract(t *testing.T) {
	t.Parallel()
	open := func(t *testing.T) gatewaytest.Bench {
		bank, g := open(t)
		return gatewaytest.Bench{
			Payments: g, Vault: g, Refunder: g, Disputer: g, Account: account, Other: other,
			Token:   func(t *testing.T, card string) string { return bank.Token(t, account.ID, card) },
			Approve: func(t *testing.T, id gateway.Intent) { bank.Challenge(t, string(id), "approve") },
			Reject:  func(t *testing.T, id gateway.Intent) { bank.Challenge(t, string(id), "fail") },
			Break: func(t *testing.T, op gatewaytest.Op, key string, when gatewaytest.When) {
				kind := map[gatewaytest.When]string{gatewaytest.Before: "timeout_before", gatewaytest.After: "timeout_after"}[when]
				bank.Fault(t, account.ID, map[string]any{"operation": op, "key": key, "kind": kind, "millis": 5, "next": true})
			},
			Ledger:  func(t *testing.T) []gatewaytest.Line { return ledger(t, bank) },
			Advance: bank.Advance,
			Dispute: func(t *testing.T, id gateway.Intent, stage gateway.DisputeStage) string {
				return bank.Dispute(t, account.ID, string(id), string(stage))
			},
			Rule:     func(t *testing.T, ref string, to gateway.DisputeState) { bank.Rule(t, account.ID, ref, string(to)) },
			Escalate: func(t *testing.T, ref string) { bank.Rule(t, account.ID, ref, "escalated") },
		}
	}
	gatewaytest.Contract(t, open)
	gatewaytest.DebitContract(t, open)
}

func ledger(t *testing.T, bank *banktest.Bank) []gatewaytest.Line {
	t.Helper()
	var lines []gatewaytest.Line
	for _, l := range bank.Ledger(t, account.ID) {
		lines = append(lines, gatewaytest.Line{
			Kind: gatewaytest.Kind(l.Kind), Account: account, Intent: gateway.Intent(l.Intent), Payment: l.Payment,
			Amount: money.Of(l.Amount, money.Currency(l.Currency)), At: l.At,
		})
	}
	return lines
}

// prepared is an intent on a fresh card that always succeeds.
func prepared(t *testing.T, bank *banktest.Bank, g *sandbox.Gateway, card string) gateway.Intent {
	t.Helper()
	customer, err := g.Enrol(t.Context(), account, "cus_ada")
	if err != nil {
		t.Fatal(err)
	}
	method, err := g.Save(t.Context(), account, "save", customer, bank.Token(t, account.ID, card), gateway.Visitor{})
	if err != nil {
		t.Fatal(err)
	}
	id, err := g.Prepare(t.Context(), account, gateway.Params{
		Key: "k", Amount: money.Of(300, "JPY"), Customer: customer, Method: method.Ref, OnSession: true,
		ReturnURL: "https://portal.test/back?a=1", Payment: "pay_1",
	})
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func TestNotKnowingIsAnErrorAndNeverADecline(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		fault string
		state gateway.State // what had happened
	}{
		{"error_500", gateway.StatePrepared},
		{"timeout_before", gateway.StatePrepared},
		{"timeout_after", gateway.StateSucceeded},
		{"garbled", gateway.StateSucceeded},
	} {
		t.Run(c.fault, func(t *testing.T) {
			t.Parallel()
			bank, g := open(t)
			id := prepared(t, bank, g, "visa_ok")
			bank.Fault(t, account.ID, map[string]any{"operation": "confirm", "kind": c.fault, "millis": 5, "times": 1})
			out, err := g.Confirm(t.Context(), account, id, "k1")
			if err == nil || errors.Is(err, sandbox.ErrRejected) {
				t.Fatalf("%+v, %v; want an error that leaves it open", out, err)
			}
			if diff := cmp.Diff(gateway.Outcome{}, out); diff != "" {
				t.Error(diff)
			}
			found, err := g.Find(t.Context(), account, id)
			if err != nil || found.State != c.state {
				t.Errorf("%s, %v; want %s", found.State, err, c.state)
			}
		})
	}
}

func TestClientGivesUpBeforeTheGatewayAnswers(t *testing.T) {
	t.Parallel()
	bank, patient := open(t)
	id := prepared(t, bank, patient, "visa_ok")
	bank.Fault(t, account.ID, map[string]any{"key": "k1", "kind": "timeout_after", "millis": 20000, "times": 1})
	hasty := sandbox.New(sandbox.Options{
		BaseURL: bank.URL, Secret: banktest.Secret, HTTP: &http.Client{Timeout: 300 * time.Millisecond},
	})
	if _, err := hasty.Confirm(t.Context(), account, id, "k1"); err == nil {
		t.Fatal("no error")
	}
	out, err := patient.Confirm(t.Context(), account, id, "k1")
	if err != nil || out.State != gateway.StateSucceeded || len(bank.Ledger(t, account.ID)) != 1 {
		t.Errorf("%+v, %v", out, err)
	}
}

func TestDeadGatewayStaysDeadUntilRepaired(t *testing.T) {
	t.Parallel()
	bank, g := open(t)
	id := prepared(t, bank, g, "visa_ok")
	bank.Fault(t, account.ID, map[string]any{"kind": "error_500"})
	for range 3 {
		if _, err := g.Find(t.Context(), account, id); err == nil {
			t.Fatal("it answered")
		}
	}
	bank.Repair(t, account.ID)
	if _, err := g.Find(t.Context(), account, id); err != nil {
		t.Error(err)
	}
}

func TestWrongRequestsAreRejectedForCertain(t *testing.T) {
	t.Parallel()
	bank, g := open(t)
	id := prepared(t, bank, g, "visa_ok")
	_, unknown := g.Find(t.Context(), account, "int_unknown")
	_, reused := g.Prepare(t.Context(), account, gateway.Params{Key: "k", Amount: money.Of(1, "USD")})
	_, early := g.Refund(t.Context(), account, id, "r", money.Of(1, "JPY"))
	for name, err := range map[string]error{"unknown": unknown, "reused": reused, "early refund": early} {
		if !errors.Is(err, sandbox.ErrRejected) {
			t.Errorf("%s: %v", name, err)
		}
	}
	intruder := sandbox.New(sandbox.Options{BaseURL: bank.URL, Secret: "guessed"})
	if _, err := intruder.Find(t.Context(), account, id); err == nil || errors.Is(err, sandbox.ErrRejected) {
		t.Errorf("a wrong secret: %v", err)
	}
}

func TestConcurrentConfirmsCaptureOnce(t *testing.T) {
	t.Parallel()
	bank, g := open(t)
	id := prepared(t, bank, g, "visa_ok")
	var group sync.WaitGroup
	for _, key := range []string{"a", "a", "a", "b", "c", "d"} {
		group.Go(func() {
			out, err := g.Confirm(t.Context(), account, id, key)
			if err != nil || out.State != gateway.StateSucceeded {
				t.Errorf("%s: %+v, %v", key, out, err)
			}
		})
	}
	group.Wait()
	if lines := bank.Ledger(t, account.ID); len(lines) != 1 {
		t.Errorf("%d captures, want 1: %v", len(lines), lines)
	}
}

func TestChallengeReturnsByGetToTheShop(t *testing.T) {
	t.Parallel()
	bank, g := open(t)
	id := prepared(t, bank, g, "authenticate_always")
	out, err := g.Confirm(t.Context(), account, id, "k1")
	if err != nil || out.ActionURL != bank.URL+"/challenge/"+string(id) {
		t.Fatalf("%+v, %v", out, err)
	}
	want := "https://portal.test/back?a=1&intent=" + string(id)
	for range 2 { // pressing twice changes nothing
		if got := bank.Challenge(t, string(id), "approve"); got != want {
			t.Errorf("sent to %s, want %s", got, want)
		}
	}
	if n := len(bank.Ledger(t, account.ID)); n != 1 {
		t.Errorf("%d captures, want 1", n)
	}
}

func TestUnreadableIntentsAreErrors(t *testing.T) {
	t.Parallel()
	for _, body := range []string{
		``, `null`, `{}`, `[]`, `{"id":"int_1","state":"paid","currency":"USD"}`,
		`{"id":"int_1","state":"succeeded"}`, `{"state":"succeeded","currency":"USD"}`, `{"id":"int_`,
	} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			_, _ = w.Write([]byte(body))
		}))
		g := sandbox.New(sandbox.Options{BaseURL: server.URL, Secret: "s"})
		if out, err := g.Find(t.Context(), account, "int_1"); err == nil {
			t.Errorf("%s became %+v", body, out)
		}
		server.Close()
	}
}
