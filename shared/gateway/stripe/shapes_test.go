package stripe_test

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"perennial/shared/gateway"
	"perennial/shared/gateway/stripe"
	"perennial/shared/money"
)

// mockVersion is the release of Stripe's own checker of requests.
const mockVersion = "v0.203.0"

// startMock runs stripe-mock, which holds every request against Stripe's
// published OpenAPI description and answers with fixtures.
func startMock(t *testing.T) string {
	t.Helper()
	cache, err := os.UserCacheDir()
	if err != nil {
		t.Fatal(err)
	}
	folder := filepath.Join(cache, "perennial", "stripe-mock-"+mockVersion)
	binary := filepath.Join(folder, "stripe-mock")
	if _, err := os.Stat(binary); err != nil {
		install := exec.CommandContext(t.Context(), "go", "install", "github.com/stripe/stripe-mock@"+mockVersion)
		install.Env = append(os.Environ(), "GOBIN="+folder)
		if out, err := install.CombinedOutput(); err != nil {
			t.Fatalf("stripe-mock: %v\n%s", err, out)
		}
	}
	mock := exec.CommandContext(t.Context(), binary, "-http-addr", "127.0.0.1:0")
	out, err := mock.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := mock.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = mock.Wait() }) // it was killed with the test's context
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if _, address, found := strings.Cut(lines.Text(), "Listening for HTTP at address: "); found {
			go func() { _, _ = io.Copy(io.Discard, out) }() // ends with the process
			return "http://" + address
		}
	}
	t.Fatal("stripe-mock did not start")
	return ""
}

// witness keeps what was asked and answered. It pretends that the fixtures'
// intents are in a state, and that no customer is found.
type witness struct {
	asked   []string
	wrong   []string
	pretend string
	domains string // that are registered
}

var (
	intentStatus = regexp.MustCompile(`"status": ?"(requires_payment_method|requires_confirmation|succeeded)"`)
	noCharge     = regexp.MustCompile(`"latest_charge": ?null`)
)

func (w *witness) RoundTrip(r *http.Request) (*http.Response, error) {
	answer, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		return nil, err
	}
	what := r.Method + " " + r.URL.Path
	w.asked = append(w.asked, what)
	if answer.StatusCode != http.StatusOK {
		w.wrong = append(w.wrong, what+": "+string(body))
	}
	if r.Method == http.MethodGet && strings.Contains(r.URL.Path, "_intents/") {
		body = intentStatus.ReplaceAll(body, []byte(`"status": "`+w.pretend+`"`))
		body = noCharge.ReplaceAll(body, []byte(`"latest_charge": {"id": "ch_1"}`))
	}
	if strings.HasSuffix(r.URL.Path, "/search") {
		body = []byte(`{"object": "search_result", "data": [], "has_more": false}`)
	}
	if what == "GET /v1/payment_method_domains" {
		body = []byte(`{"object": "list", "data": [` + w.domains + `]}`)
	}
	if what == "POST /v1/payment_method_domains/pmd_1" {
		body = []byte(`{"id": "pmd_1", "enabled": true, "apple_pay": {"status": "inactive"}}`)
	}
	answer.Body = io.NopCloser(bytes.NewReader(body))
	answer.ContentLength = int64(len(body))
	return answer, nil
}

// TestStripesOwnDescriptionAcceptsOurRequests: what the fixtures answer means
// nothing to us, that every request is well-formed does.
func TestStripesOwnDescriptionAcceptsOurRequests(t *testing.T) {
	t.Parallel()
	w := &witness{pretend: "requires_confirmation"}
	origin := startMock(t)
	g := stripe.New(stripe.Options{Keyring: keyring("rk_test_123"), BaseURL: origin, HTTP: &http.Client{Transport: w, Timeout: 20 * time.Second}})
	ctx := t.Context()
	pay := gateway.Params{
		Key: "k", Amount: money.Of(1250, "USD"), Customer: "cus_1", Method: "pm_1", OnSession: true, ReturnURL: "https://a.test/b", Payment: "pay_1",
	}
	away, ready, debit := pay, pay, pay
	away.OnSession, ready.Amount, debit.Type = false, money.Of(0, "USD"), gateway.TypeDebit
	for _, p := range []gateway.Params{pay, away, ready, debit} {
		_, _ = g.Prepare(ctx, account, p)
	}
	for _, id := range []gateway.Intent{"pi_1", "seti_1"} {
		_, _ = g.Confirm(ctx, account, id, "c")
		_, _ = g.Find(ctx, account, id)
		_, _ = g.Cancel(ctx, account, id)
	}
	_, _ = g.List(ctx, account, "cus_1")
	_, _ = g.Enrol(ctx, account, "cus_ada")
	_, _ = g.Save(ctx, account, "s", "cus_1", "pm_1", gateway.Visitor{})
	_, _ = g.Save(ctx, account, "d", "cus_1", "debit:pm_1", gateway.Visitor{IP: "192.0.2.1", Agent: "browser"})
	_, _ = g.Inspect(ctx, "rk_test_123")
	hookUp(ctx, g, w)
	_ = g.Remove(ctx, account, "pm_1")
	for _, mark := range []gateway.Mark{{At: noon}, {At: noon, Event: "evt_1"}} {
		if told, _, _, err := g.Told(ctx, account, mark, noon.Add(time.Hour)); err != nil || len(told) == 0 {
			t.Errorf("the archive told %v, %v", told, err)
		}
	}
	if told, err := g.Again(ctx, account, "evt_1"); err != nil || told.ID == "" {
		t.Errorf("an event is %+v, %v", told, err)
	}
	w.pretend = "succeeded"
	_, _ = g.Refund(ctx, account, "pi_1", "r", money.Of(1, "USD"))
	_, _ = g.Refunds(ctx, account, "pi_1")
	_, _ = g.Dispute(ctx, account, "dp_1")
	slices.Sort(w.asked)
	if diff := cmp.Diff(asked, slices.Compact(w.asked)); diff != "" {
		t.Error(diff)
	}
	for _, wrong := range w.wrong {
		t.Error(wrong)
	}
	noticed(t, origin)
}

// hookUp sets an account up, with a host that is new and one that is off.
func hookUp(ctx context.Context, g *stripe.Gateway, w *witness) {
	_, _ = g.Endpoints(ctx, "rk_test_123", "https://a.test/b")
	_, _, _ = g.OpenEndpoint(ctx, "rk_test_123", "https://a.test/b")
	_ = g.MendEndpoint(ctx, "rk_test_123", "we_1")
	_ = g.CloseEndpoint(ctx, "rk_test_123", "we_1")
	_, _ = g.Register(ctx, "rk_test_123", "pay.a.test")
	w.domains = `{"id": "pmd_1", "enabled": false}`
	_, _ = g.Register(ctx, "rk_test_123", "pay.a.test")
	_, _ = g.Lacks(ctx, "rk_test_123")
}

var asked = []string{
	"DELETE /v1/webhook_endpoints/we_1", "GET /v1/account", "GET /v1/customers", "GET /v1/customers/search", "GET /v1/disputes", "GET /v1/disputes/dp_1",
	"GET /v1/events", "GET /v1/events/evt_1",
	"GET /v1/payment_intents", "GET /v1/payment_intents/pi_1", "GET /v1/payment_method_domains", "GET /v1/payment_methods",
	"GET /v1/refunds", "GET /v1/setup_intents", "GET /v1/setup_intents/seti_1", "GET /v1/webhook_endpoints",
	"POST /v1/customers", "POST /v1/payment_intents", "POST /v1/payment_intents/pi_1/cancel", "POST /v1/payment_intents/pi_1/confirm",
	"POST /v1/payment_method_domains", "POST /v1/payment_method_domains/pmd_1", "POST /v1/payment_method_domains/pmd_1/validate",
	"POST /v1/payment_methods/pm_1/attach", "POST /v1/payment_methods/pm_1/detach", "POST /v1/refunds",
	"POST /v1/setup_intents", "POST /v1/setup_intents/seti_1/cancel", "POST /v1/setup_intents/seti_1/confirm",
	"POST /v1/webhook_endpoints", "POST /v1/webhook_endpoints/we_1",
}

// noticed makes sure that the checker checks.
func noticed(t *testing.T, origin string) {
	t.Helper()
	form := url.Values{"amount": {"1"}, "currency": {"usd"}, "invented": {"1"}}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, origin+"/v1/payment_intents", strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer sk_test_123")
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	_ = answer.Body.Close() // nothing is read
	if answer.StatusCode != http.StatusBadRequest {
		t.Errorf("an invented parameter was answered %d", answer.StatusCode)
	}
}

// keyring has one key.
type keyring string

func (k keyring) Keys(context.Context, gateway.Account) (stripe.Keys, error) {
	return stripe.Keys{Secret: string(k)}, nil
}

func (k keyring) Fresh(ctx context.Context, a gateway.Account) (stripe.Keys, error) {
	return k.Keys(ctx, a)
}
