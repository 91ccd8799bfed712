package main

import (
	"errors"
	"strings"
	"testing"
)

const businessAnswer = `{"business_id":"bus_1","mode":"test"}`

// connect runs the command with what would be typed.
func (s *shop) connect(typed string, args ...string) (out, asked string, err error) {
	s.t.Helper()
	var printed, prompts strings.Builder
	cmd := root()
	cmd.SetIn(strings.NewReader(typed))
	cmd.SetOut(&printed)
	cmd.SetErr(&prompts)
	cmd.SetArgs(append(args, "--api", s.url, "--key", "sk_test_1"))
	err = cmd.ExecuteContext(s.t.Context())
	return printed.String(), prompts.String(), err
}

func TestKeysAreAskedForAndNeverShown(t *testing.T) {
	s := newShop(t, map[string]string{
		"GET /business": businessAnswer,
		"POST /gateways": `{"gateway_id":"acct_1","title":"Northwind","webhook_url":"https://api.example/gateway-events/stripe/bus_1.test.acct_1",` +
			`"findings":[{"code":"wallets_off","level":"warning","message":"pay.example is off.","remedy":"Switch it on."}]}`,
	})
	t.Setenv("STRIPE_SECRET_KEY", "")
	t.Setenv("STRIPE_PUBLISHABLE_KEY", "pk_test_env")
	t.Setenv("STRIPE_WEBHOOK_SECRET", "")
	out, asked, err := s.connect("rk_test_typed\n", "gateway", "connect", "stripe", "--business", "bus_1", "--mode", "test", "--currencies", "eur, CHF")
	if err != nil {
		t.Fatal(err)
	}
	want := `POST /gateways {"countries":[],"currencies":["EUR","CHF"],"gateway":"stripe","publishable_key":"pk_test_env","secret_key":"rk_test_typed","webhook_secret":""}`
	if len(s.asked) != 2 || s.asked[1] != want {
		t.Errorf("asked %q", s.asked)
	}
	if strings.Contains(out+asked, "rk_test_typed") || !strings.Contains(out, "bus_1.test.acct_1") || !strings.Contains(out, "warning: pay.example is off.\n  Switch it on.\n") || strings.Contains(asked, "Webhook") {
		t.Errorf("printed %s and %s", out, asked)
	}
}

func TestAKeyOfAnotherModeConnectsNothing(t *testing.T) {
	t.Parallel()
	s := newShop(t, map[string]string{"GET /business": businessAnswer})
	if _, _, err := s.connect("rk_live_x\npk_live_x\n\n", "gateway", "connect", "stripe", "--business", "bus_1", "--mode", "live"); err == nil || len(s.asked) != 1 {
		t.Errorf("%v after %q", err, s.asked)
	}
}

func TestGatewaysAreListedAndLeft(t *testing.T) {
	t.Parallel()
	s := newShop(t, map[string]string{
		"GET /gateways":                       `{"items":[{"gateway_id":"acct_1","gateway":"stripe","status":"active","priority":1,"currencies":["EUR"]},{"gateway_id":"acct_2","gateway":"stripe","status":"retired"}]}`,
		"DELETE /gateways/acct_1?forget=true": `{"gateway_id":"acct_1","status":"forgotten"}`,
		"PATCH /gateways/acct_1":              `{"gateway_id":"acct_1"}`,
	})
	if out, _, err := s.connect("", "gateway", "list"); err != nil || !strings.HasPrefix(out, "1  acct_1 ") || !strings.Contains(out, "\n-  acct_2 ") || !strings.Contains(out, "never") {
		t.Errorf("%s %v", out, err)
	}
	if out, err := s.run("gateway", "disconnect", "acct_1", "--forget"); err != nil || out != "acct_1 is forgotten\n" {
		t.Errorf("%s %v", out, err)
	}
	if _, _, err := s.connect("whsec_typed\n", "gateway", "webhook", "acct_1"); err != nil || s.asked[len(s.asked)-1] != `PATCH /gateways/acct_1 {"webhook_secret":"whsec_typed"}` {
		t.Errorf("%q %v", s.asked, err)
	}
}

func TestAGatewaysPlaceAndSalesAreChanged(t *testing.T) {
	t.Parallel()
	s := newShop(t, map[string]string{"PATCH /gateways/acct_1": `{"gateway_id":"acct_1","priority":2,"currencies":["EUR"],"countries":["DE"]}`})
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"--priority", "2"}, `{"priority":2}`},
		{[]string{"--currencies", "eur", "--countries", ""}, `{"countries":[],"currencies":["EUR"]}`},
		{[]string{"--sepa-debit=false"}, `{"sepa_debit":false}`},
	} {
		out, err := s.run(append([]string{"gateway", "change", "acct_1"}, c.args...)...)
		if err != nil || out != "acct_1 has place 2, for EUR,DE\n" || s.asked[len(s.asked)-1] != "PATCH /gateways/acct_1 "+c.want {
			t.Errorf("%q: %s %v, asked %q", c.args, out, err, s.asked)
		}
	}
	asked := len(s.asked)
	if _, err := s.run("gateway", "change", "acct_1"); err == nil || len(s.asked) != asked {
		t.Errorf("nothing to change: %v, asked %q", err, s.asked)
	}
}

func TestAnAccountIsCheckedAndSetUp(t *testing.T) {
	t.Parallel()
	s := newShop(t, map[string]string{
		"GET /gateways/acct_1/check":                   `{"gateway_id":"acct_1","findings":[{"level":"error","message":"It is off.","remedy":"Switch it on."}]}`,
		"GET /gateways/acct_2/check":                   `{"gateway_id":"acct_2","findings":[{"level":"warning","message":"It is slow.","remedy":"Wait."}]}`,
		"GET /gateways/acct_3/check":                   `{"gateway_id":"acct_3","findings":[]}`,
		"POST /gateways/acct_1/setup":                  `{"gateway_id":"acct_1","title":"Northwind"}`,
		"POST /gateways/acct_1/setup?new_webhook=true": `{"gateway_id":"acct_1","title":"Northwind"}`,
	})
	for _, c := range []struct {
		args, out string
		amiss     bool
	}{
		{"gateway check acct_1", "error: It is off.\n  Switch it on.\n", true},
		{"gateway check acct_2", "warning: It is slow.\n  Wait.\n", false},
		{"gateway check acct_3", "everything is as it should be\n", false},
		{"gateway setup acct_1", "set up acct_1 (Northwind)\neverything is as it should be\n", false},
		{"gateway setup acct_1 --new-webhook", "set up acct_1 (Northwind)\neverything is as it should be\n", false},
	} {
		out, err := s.run(strings.Fields(c.args)...)
		if errors.Is(err, errAmiss) != c.amiss || err != nil && !c.amiss || !strings.HasPrefix(out, c.out) {
			t.Errorf("%s: %q %v", c.args, out, err)
		}
	}
	if last := s.asked[len(s.asked)-1]; last != "POST /gateways/acct_1/setup?new_webhook=true" {
		t.Errorf("asked %q", last)
	}
}
