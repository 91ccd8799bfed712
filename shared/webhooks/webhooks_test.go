package webhooks_test

import (
	"context"
	"encoding/base64"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	dodo "github.com/dodopayments/dodopayments-go"
	"github.com/dodopayments/dodopayments-go/option"
	"github.com/google/go-cmp/cmp"

	"perennial/shared/billing"
	"perennial/shared/calendar"
	"perennial/shared/clock"
	"perennial/shared/hooks"
	"perennial/shared/merchant"
	"perennial/shared/record"
	"perennial/shared/webhooks"
)

var secret = "whsec_" + base64.StdEncoding.EncodeToString([]byte("a secret of thirty-two bytes....."))

// vault opens what was "sealed" for the endpoint whk_1 of bus_1.test alone.
type vault struct{}

func (vault) Open(_ context.Context, purpose, scope, sealed string) ([]byte, error) {
	if purpose != "webhook:whk_1" || scope != "bus_1.test" || sealed != "sealed" {
		return nil, errors.New("not sealed for " + purpose)
	}
	return []byte(secret), nil
}

func webhook(url string) hooks.Webhook {
	return hooks.Webhook{
		ID:       "msg_1",
		Endpoint: merchant.Endpoint{ID: "whk_1", URL: url, Secret: "sealed"},
		Outbox: record.Outbox{
			Key: "k", Scope: merchant.Scope{Business: "bus_1", Mode: merchant.Test}, At: calendar.At(time.Now()),
			Events: []billing.Event{{Type: billing.EventSubscriptionActive, Object: "sub_1"}},
			State:  []any{billing.Subscription{ID: "sub_1", Customer: "cus_1"}, billing.Customer{ID: "cus_1"}},
		},
	}
}

func post(t *testing.T, w hooks.Webhook, now clock.Wall) hooks.Answer {
	t.Helper()
	answer, err := webhooks.New(vault{}, true, now).Post(t.Context(), w)
	if err != nil {
		t.Fatal(err)
	}
	return answer
}

// receiver keeps what was posted to it.
type receiver struct {
	header http.Header
	body   []byte
}

func (r *receiver) ServeHTTP(_ http.ResponseWriter, q *http.Request) {
	r.header = q.Header
	r.body, _ = io.ReadAll(q.Body) // an empty body fails the test soon enough
}

// R316: the signature holds for what was sent and for nothing else.
func TestTheOfficialSDKVerifiesWhatWePost(t *testing.T) {
	t.Parallel()
	var got receiver
	server := httptest.NewServer(&got)
	defer server.Close()
	if a := post(t, webhook(server.URL), clock.System); !a.Accepted() {
		t.Fatalf("got %+v", a)
	}
	service := dodo.NewWebhookService()
	event, err := service.Unwrap(got.body, got.header, option.WithWebhookKey(secret))
	if err != nil {
		t.Fatal(err)
	}
	if e, ok := event.AsUnion().(dodo.SubscriptionActiveWebhookEvent); !ok || e.Data.SubscriptionID != "sub_1" {
		t.Errorf("unwrapped %#v", event.AsUnion())
	}
	tampered := append([]byte{}, got.body...)
	tampered[len(tampered)-2] ^= 1
	if _, err := service.Unwrap(tampered, got.header, option.WithWebhookKey(secret)); err == nil {
		t.Error("a tampered body was verified")
	}
}

func TestARetryKeepsTheIDAndIsSignedAnew(t *testing.T) {
	t.Parallel()
	var first, second receiver
	for hour, r := range []*receiver{&first, &second} {
		server := httptest.NewServer(r)
		defer server.Close()
		post(t, webhook(server.URL), func() time.Time { return time.Unix(1_800_000_000+int64(hour)*3600, 0) })
	}
	if a, b := first.header.Get("webhook-id"), second.header.Get("webhook-id"); a != "msg_1" || a != b {
		t.Errorf("ids %q and %q", a, b)
	}
	if got := first.header.Get("webhook-timestamp") + " " + second.header.Get("webhook-timestamp"); got != "1800000000 1800003600" {
		t.Errorf("timestamps %s", got)
	}
	if first.header.Get("webhook-signature") == second.header.Get("webhook-signature") {
		t.Error("the second attempt carries the first one's signature")
	}
}

func TestCustomHeadersAreSentButReplaceNoneOfOurs(t *testing.T) {
	t.Parallel()
	var got receiver
	server := httptest.NewServer(&got)
	defer server.Close()
	w := webhook(server.URL)
	w.Endpoint.Headers = map[string]string{"x-tenant": "7", "webhook-id": "mine", "content-type": "text/plain"}
	post(t, w, clock.System)
	want := []string{"7", "msg_1", "application/json"}
	have := []string{got.header.Get("X-Tenant"), got.header.Get("Webhook-Id"), got.header.Get("Content-Type")}
	if diff := cmp.Diff(want, have); diff != "" {
		t.Error(diff)
	}
}

func TestOnlyASuccessStatusIsAcceptance(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	for status, c := range map[int]struct {
		header, value string
		want          hooks.Answer
	}{
		204: {"", "", hooks.Answer{Status: 204}},
		302: {"Location", "/elsewhere", hooks.Answer{Status: 302, Problem: "answered 302 Found"}},
		429: {"Retry-After", "90", hooks.Answer{Status: 429, RetryAfter: 90 * time.Second, Problem: "answered 429 Too Many Requests"}},
		503: {"Retry-After", "Sun, 01 Mar 2026 12:05:00 GMT", hooks.Answer{Status: 503, RetryAfter: 5 * time.Minute, Problem: "answered 503 Service Unavailable"}},
		500: {"Retry-After", "soon", hooks.Answer{Status: 500, Problem: "answered 500 Internal Server Error"}},
	} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/elsewhere" {
				t.Error("a redirect was followed")
			}
			if c.header != "" {
				w.Header().Set(c.header, c.value)
			}
			w.WriteHeader(status)
		}))
		if diff := cmp.Diff(c.want, post(t, webhook(server.URL), func() time.Time { return now })); diff != "" {
			t.Errorf("%d: %s", status, diff)
		}
		server.Close()
	}
}

func TestWhatCannotBeReachedIsAnAnswerWithoutTheURL(t *testing.T) {
	t.Parallel()
	closed := httptest.NewServer(nil)
	closed.Close()
	for url, want := range map[string]string{
		closed.URL + "/?token=s3cret": "the endpoint cannot be reached",
		"https://name.invalid/":       "the host name cannot be resolved",
		"https://exa mple/":           "the URL is not a valid https address",
	} {
		if got := post(t, webhook(url), clock.System); got.Problem != want || got.Accepted() {
			t.Errorf("%s: %+v", url, got)
		}
	}
}

func TestASlowEndpointIsNotWaitedForLonger(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-release }))
	defer server.Close()
	defer close(release)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond) // stands for the 15 seconds
	defer cancel()
	got, err := webhooks.New(vault{}, true, clock.System).Post(ctx, webhook(server.URL))
	if err != nil || got.Status != 0 || got.Problem != "no answer within 15 seconds" {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestASecretThatDoesNotOpenIsOurTrouble(t *testing.T) {
	t.Parallel()
	w := webhook("https://example.com")
	w.Endpoint.Secret = "damaged"
	if answer, err := webhooks.New(vault{}, true, clock.System).Post(t.Context(), w); err == nil {
		t.Errorf("got %+v", answer)
	}
}

func TestPrivateAddressesAreRefusedAfterDNS(t *testing.T) {
	t.Parallel()
	reached := false
	server := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached = true }))
	defer server.Close()
	port := server.URL[len("https://127.0.0.1"):]
	poster := webhooks.New(vault{}, false, clock.System)
	for _, host := range []string{"127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0", "169.254.169.254", "10.0.0.1"} {
		got, err := poster.Post(t.Context(), webhook("https://"+host+port))
		if err != nil || got.Problem != "the address is not a public one" {
			t.Errorf("%s: %+v, %v", host, got, err)
		}
	}
	if got, err := poster.Post(t.Context(), webhook("http://example.com")); err != nil || got.Problem != "the URL is not a valid https address" {
		t.Errorf("plain http: %+v, %v", got, err)
	}
	if reached {
		t.Error("a private server was reached")
	}
}
