package bankhttp_test

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

	"perennial/shared/bank/bankhttp"
	"perennial/shared/bank/banktest"
)

func bearer(more ...string) map[string]string {
	headers := map[string]string{"Authorization": "Bearer " + banktest.Secret, "Sandbox-Account": "acct"}
	for i := 0; i < len(more); i += 2 {
		headers[more[i]] = more[i+1]
	}
	return headers
}

func TestAPINeedsSecretAndAccount(t *testing.T) {
	t.Parallel()
	b := banktest.Start(t, "http://unused.test")
	for name, c := range map[string]struct {
		headers map[string]string
		want    int
	}{
		"both":            {bearer(), http.StatusOK},
		"no secret":       {map[string]string{"Sandbox-Account": "acct"}, http.StatusUnauthorized},
		"wrong secret":    {bearer("Authorization", "Bearer wrong"), http.StatusUnauthorized},
		"no scheme":       {bearer("Authorization", banktest.Secret), http.StatusUnauthorized},
		"no account":      {bearer("Sandbox-Account", ""), http.StatusBadRequest},
		"crooked account": {bearer("Sandbox-Account", "a#b"), http.StatusBadRequest},
	} {
		for _, path := range []string{"/v1/ledger", "/v1/faults", "/v1/intents?customer=c"} {
			if p := send(t, http.MethodGet, b.URL+path, "", c.headers); p.status != c.want {
				t.Errorf("%s, %s: answered %d, want %d", name, path, p.status, c.want)
			}
		}
	}
}

func TestServerWithoutSecretDoesNotStart(t *testing.T) {
	t.Parallel()
	for _, o := range []bankhttp.Options{{BaseURL: "https://sandbox.test"}, {BaseURL: "sandbox.test", Secret: "s"}} {
		if _, err := bankhttp.New(o); err == nil {
			t.Errorf("%+v was accepted", o)
		}
	}
}

func TestKeysAreNeeded(t *testing.T) {
	t.Parallel()
	b := banktest.Start(t, "http://unused.test")
	for _, path := range []string{"/v1/methods", "/v1/intents", "/v1/intents/int_1/confirm", "/v1/refunds"} {
		p := send(t, http.MethodPost, b.URL+path, `{}`, bearer())
		var out struct{ Error struct{ Code string } }
		if err := json.Unmarshal([]byte(p.body), &out); err != nil || p.status != http.StatusUnprocessableEntity || out.Error.Code != "KEY_MISSING" {
			t.Errorf("%s answered %d %s", path, p.status, p.body)
		}
	}
}

func TestFaultsAreListedAndDeleted(t *testing.T) {
	t.Parallel()
	b := banktest.Start(t, "http://unused.test")
	b.Fault(t, "acct", map[string]any{"operation": "find", "kind": "error_500", "times": 2})
	b.Fault(t, "acct", map[string]any{"key": "k", "kind": "delay", "millis": 1, "webhooks": "drop"})
	type line struct {
		Operation, Key, Kind, Webhooks string
		Millis                         int64
		Times                          int
	}
	listed := func() []line {
		var out struct{ Items []line }
		p := send(t, http.MethodGet, b.URL+"/v1/faults", "", bearer())
		if err := json.Unmarshal([]byte(p.body), &out); err != nil {
			t.Fatal(err)
		}
		return out.Items
	}
	want := []line{
		{Operation: "find", Kind: "error_500", Millis: 15000, Times: 2},
		{Key: "k", Kind: "delay", Millis: 1, Webhooks: "drop"},
	}
	if diff := cmp.Diff(want, listed()); diff != "" {
		t.Error(diff)
	}
	var statuses []int
	for range 3 {
		statuses = append(statuses, send(t, http.MethodGet, b.URL+"/v1/intents/int_1", "", bearer()).status)
	}
	if diff := cmp.Diff([]int{500, 500, 404}, statuses); diff != "" {
		t.Errorf("two calls shall fail: %s", diff)
	}
	b.Repair(t, "acct")
	if left := listed(); len(left) != 0 {
		t.Errorf("left over: %v", left)
	}
	for _, bad := range []string{`{}`, `{"kind":"explode"}`, `{"kind":"delay","millis":60000}`, `{"kind":"delay","operation":"sleep"}`, `{"kind":"delay","times":-1}`, `[]`} {
		if p := send(t, http.MethodPost, b.URL+"/v1/faults", bad, bearer()); p.status/100 != 4 {
			t.Errorf("%s answered %d", bad, p.status)
		}
	}
}

func TestFaultOfOneCallByHeader(t *testing.T) {
	t.Parallel()
	b := banktest.Start(t, "http://unused.test")
	enrol := func(fault string) page {
		return send(t, http.MethodPost, b.URL+"/v1/customers", `{"reference":"cus_1"}`, bearer("Sandbox-Fault", fault))
	}
	for fault, want := range map[string]int{
		"error_500": 500, "timeout_before;ms=1": 504, "timeout_after;ms=1": 504, "garbled": 200, "delay;ms=1": 200, "explode": 422,
	} {
		if p := enrol(fault); p.status != want {
			t.Errorf("%s answered %d, want %d", fault, p.status, want)
		}
	}
	if p := enrol("garbled"); json.Valid([]byte(p.body)) {
		t.Errorf("garbled answered %s", p.body)
	}
}
