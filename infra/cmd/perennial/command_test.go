package main

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// shop stands for the API: it remembers what it was asked and answers by
// route.
type shop struct {
	t       *testing.T
	answers map[string]string
	asked   []string
	keys    []string // idempotency keys
	url     string
}

func newShop(t *testing.T, answers map[string]string) *shop {
	s := &shop{t: t, answers: answers}
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	s.url = server.URL
	return s
}

func (s *shop) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body) // an empty body says it as well
	route := r.Method + " " + r.URL.RequestURI()
	s.asked = append(s.asked, strings.TrimSpace(route+" "+string(body)))
	if key := r.Header.Get("Idempotency-Key"); key != "" {
		s.keys = append(s.keys, key)
	}
	answer, ok := s.answers[route]
	if r.Header.Get("Authorization") != "Bearer sk_test_1" || !ok {
		w.WriteHeader(http.StatusNotFound)
		answer = `{"code":"NOT_FOUND","message":"There is no such object."}`
	}
	_, _ = io.WriteString(w, answer) // the client has gone
}

// run runs a command against the shop.
func (s *shop) run(args ...string) (string, error) {
	s.t.Helper()
	var out strings.Builder
	cmd := root()
	cmd.SetOut(&out)
	cmd.SetErr(io.Discard)
	cmd.SetArgs(append(args, "--api", s.url, "--key", "sk_test_1"))
	err := cmd.ExecuteContext(s.t.Context())
	return out.String(), err
}

func TestMerchantCommandsSayWhatTheyDid(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		args    string
		answers map[string]string
		asked   []string
		out     string
	}{
		{
			// R076, R083: both links, from the ids alone.
			"customer invite cus_1 --mail --return-url https://shop.example/back",
			map[string]string{
				"POST /customers/cus_1/customer-portal/session?return_url=https%3A%2F%2Fshop.example%2Fback&send_email=true": `{"link":"https://portal.example/session/x"}`,
				"GET /business": `{"portal_link":"https://portal.example/login/bus_1"}`,
			},
			[]string{"POST /customers/cus_1/customer-portal/session?return_url=https%3A%2F%2Fshop.example%2Fback&send_email=true", "GET /business"},
			"static link:   https://portal.example/login/bus_1\npersonal link: https://portal.example/session/x\n",
		},
		{
			"subscription cancel sub_1",
			map[string]string{"PATCH /subscriptions/sub_1": `{"status":"active","cancel_at_next_billing_date":true,"next_billing_date":"2027-03-01T00:00:00Z"}`},
			[]string{`PATCH /subscriptions/sub_1 {"cancel_at_next_billing_date":true}`},
			"sub_1 is active and ends on 2027-03-01T00:00:00Z\n",
		},
		{
			"subscription cancel sub_1 --now",
			map[string]string{"PATCH /subscriptions/sub_1": `{"status":"cancelled"}`},
			[]string{`PATCH /subscriptions/sub_1 {"status":"cancelled"}`}, "sub_1 is cancelled\n",
		},
		{
			"payment retry sub_1",
			map[string]string{"POST /subscriptions/sub_1/retry": `{"payment_id":"pay_1","payment_link":null}`, "GET /payments/pay_1": `{"status":"succeeded","error_message":null}`},
			[]string{"POST /subscriptions/sub_1/retry", "GET /payments/pay_1"}, "pay_1 succeeded \n",
		},
		{
			"refund pay_1 --reason damaged",
			map[string]string{"POST /refunds": `{"refund_id":"ref_1","status":"succeeded"}`},
			[]string{`POST /refunds {"payment_id":"pay_1","reason":"damaged"}`}, "ref_1 succeeded\n",
		},
		{
			"dispute list --status dispute_opened",
			map[string]string{"GET /disputes?dispute_status=dispute_opened&page_number=0&page_size=100": `{"items":[{"dispute_id":"dp_1","payment_id":"pay_1","amount":"900","currency":"EUR","dispute_stage":"dispute","dispute_status":"dispute_opened","created_at":"2027-01-01T00:00:00Z"}]}`},
			[]string{"GET /disputes?dispute_status=dispute_opened&page_number=0&page_size=100"}, "dp_1 2027-01-01T00:00:00Z dispute_opened dispute 900 EUR pay_1\n",
		},
		{
			"dispute get dp_1",
			map[string]string{"GET /disputes/dp_1": `{"dispute_id":"dp_1","payment_id":"pay_1","amount":"900","currency":"EUR","dispute_stage":"dispute","dispute_status":"dispute_won","created_at":"2027-01-01T00:00:00Z","reason":"fraudulent","customer":{"email":"ada@example.com"}}`},
			[]string{"GET /disputes/dp_1"}, "dp_1 dispute_won at dispute\npayment  pay_1 of ada@example.com\namount   900 EUR (minor units)\nreason   fraudulent\nopened   2027-01-01T00:00:00Z\n",
		},
		{
			"settings set recovery.grace_days=3 recovery.end_action=cancel branding.name=null",
			map[string]string{"PATCH /settings": `{"version":1}`},
			[]string{`PATCH /settings {"branding":{"name":null},"recovery":{"end_action":"cancel","grace_days":3}}`}, "{\n  \"version\": 1\n}\n",
		},
		{"settings get", map[string]string{"GET /settings": `{"version":0}`}, []string{"GET /settings"}, "{\n  \"version\": 0\n}\n"},
		{
			"key create --name ci --read-only",
			map[string]string{"POST /api_keys": `{"id":"key_1","key":"sk_test_new"}`},
			[]string{`POST /api_keys {"name":"ci","read_only":true}`}, "sk_test_new\n",
		},
		{
			"key list",
			map[string]string{
				"GET /api_keys?page_size=100&page_number=0": `{"items":[{"id":"key_1","name":"ci","hint":"abcd","read_only":true,"last_used_at":"2027-01-02T03:04:05Z","revoked_at":null}]}`,
				"GET /api_keys?page_size=100&page_number=1": `{"items":[]}`,
			},
			[]string{"GET /api_keys?page_size=100&page_number=0", "GET /api_keys?page_size=100&page_number=1"},
			"key_1  …abcd  read-only  used 2027-01-02  ci\n",
		},
		{"key revoke key_1", map[string]string{"DELETE /api_keys/key_1": ``}, []string{"DELETE /api_keys/key_1"}, ""},
		{
			"clock show", map[string]string{"GET /test-clock": `{"time":"2027-03-01T00:00:00Z","status":"ready"}`},
			[]string{"GET /test-clock"}, "2027-03-01T00:00:00Z ready\n",
		},
		{
			"clock freeze", map[string]string{"POST /test-clock/freeze": `{"time":"2027-03-01T00:00:00Z","status":"frozen"}`},
			[]string{"POST /test-clock/freeze"}, "2027-03-01T00:00:00Z frozen\n",
		},
	} {
		s := newShop(t, c.answers)
		out, err := s.run(strings.Fields(c.args)...)
		if err != nil || out != c.out {
			t.Errorf("%s: %q, %v", c.args, out, err)
		}
		if diff := cmp.Diff(c.asked, s.asked); diff != "" {
			t.Errorf("%s: %s", c.args, diff)
		}
		if strings.HasPrefix(c.asked[0], "POST") != (len(s.keys) == 1) {
			t.Errorf("%s: idempotency keys %q", c.args, s.keys)
		}
	}
}

func TestARefusalIsToldWithItsCode(t *testing.T) {
	t.Parallel()
	s := newShop(t, nil)
	for _, args := range []string{"customer invite cus_1", "subscription cancel sub_1", "payment retry sub_1", "refund pay_1", "settings get", "key list", "key revoke key_1"} {
		if _, err := s.run(strings.Fields(args)...); err == nil || !strings.Contains(err.Error(), "NOT_FOUND") {
			t.Errorf("%s: %v", args, err)
		}
	}
}

func TestADeclinedRetryFailsTheCommand(t *testing.T) {
	t.Parallel()
	s := newShop(t, map[string]string{
		"POST /subscriptions/sub_1/retry": `{"payment_id":"pay_1"}`, "GET /payments/pay_1": `{"status":"failed","error_message":"Insufficient funds."}`,
	})
	if out, err := s.run("payment", "retry", "sub_1"); err == nil || out != "pay_1 failed Insufficient funds.\n" {
		t.Errorf("%q, %v", out, err)
	}
}

func TestAssignmentsBecomeAPatch(t *testing.T) {
	t.Parallel()
	got, err := patch([]string{"a.b=1", "a.c=text", `d=["x"]`, "e=", "a.f=null"})
	raw, _ := json.Marshal(got) // it was read from JSON
	if want := `{"a":{"b":1,"c":"text","f":null},"d":["x"],"e":""}`; err != nil || string(raw) != want {
		t.Errorf("%s, %v", raw, err)
	}
	for _, bad := range []string{"a", "=1"} {
		if got, err := patch([]string{bad}); err == nil {
			t.Errorf("%q was read as %v", bad, got)
		}
	}
}
