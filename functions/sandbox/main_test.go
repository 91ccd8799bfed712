package main

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/google/go-cmp/cmp"

	"perennial/infra/local/dynamotest"
	"perennial/infra/topology"
	"perennial/shared/bank/bankhttp"
	"perennial/shared/bank/bankstore"
	"perennial/shared/clock"
	"perennial/shared/gateway"
	"perennial/shared/gateway/sandbox"
)

const secret = "sandbox-secret"

func open(t *testing.T, target string) function {
	t.Helper()
	store := bankstore.New(dynamotest.Client(t), dynamotest.TableOf(t, topology.TableSandbox))
	f, err := newFunction(store, &bankhttp.Webhooks{
		Origin: "http://sandbox.localhost", Target: target, Secret: secret,
		HTTP: &http.Client{Timeout: 5 * time.Second}, Now: clock.System,
	})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func sample(t *testing.T, name string) []byte {
	t.Helper()
	raw, err := os.ReadFile("../../events/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func serve(t *testing.T, f function, name string) events.APIGatewayV2HTTPResponse {
	t.Helper()
	out, err := f.invoke(t.Context(), sample(t, name))
	if err != nil {
		t.Fatal(err)
	}
	answer, ok := out.(events.APIGatewayV2HTTPResponse)
	if !ok || answer.StatusCode != http.StatusOK {
		t.Fatalf("answered %+v", out)
	}
	return answer
}

func TestHTTPEventsReachTheGateway(t *testing.T) {
	t.Parallel()
	f := open(t, "http://unused.test")
	var token struct{ Token, Brand, Last4 string }
	if err := json.Unmarshal([]byte(serve(t, f, "sandbox-token.json").Body), &token); err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(token.Token, "tok_") || token.Brand != "visa" || token.Last4 != "4242" {
		t.Errorf("token %+v", token)
	}
	page := serve(t, f, "sandbox-cards.json")
	if !strings.Contains(page.Body, "4000 0000 0000 0341") {
		t.Error("the page does not list the card for failed renewals")
	}
	if csp := page.Headers["Content-Security-Policy"]; !strings.Contains(csp, "frame-ancestors 'none'") {
		t.Errorf("policy %q", csp)
	}
}

// listener is the account's server; it fails the events of one intent.
type listener struct {
	mu   sync.Mutex
	seen map[gateway.Intent]gateway.State
	fail gateway.Intent
}

func (l *listener) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body) // a broken body fails the signature
	account := strings.TrimPrefix(r.URL.Path, "/gateway-events/sandbox/")
	err := sandbox.Verify(secret, account, r.Header.Get(sandbox.SignatureHeader), body, time.Now(), time.Minute)
	event, parse := sandbox.ParseEvent(body)
	outcome := event.Outcome
	l.mu.Lock()
	defer l.mu.Unlock()
	if err != nil || parse != nil || outcome.Intent == l.fail {
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	l.seen[outcome.Intent] = outcome.State
}

func TestQueuedWebhooksArePostedSignedAndFailuresReturnToTheQueue(t *testing.T) {
	t.Parallel()
	l := &listener{seen: map[gateway.Intent]gateway.State{}, fail: "int_SAMPLE2"}
	server := httptest.NewServer(l)
	defer server.Close()
	f := open(t, server.URL)
	out, err := f.invoke(t.Context(), sample(t, "sandbox-webhooks.json"))
	if err != nil {
		t.Fatal(err)
	}
	want := events.SQSEventResponse{BatchItemFailures: []events.SQSBatchItemFailure{
		{ItemIdentifier: "00000000-0000-4000-8000-000000000002"},
	}}
	if diff := cmp.Diff(want, out); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(map[gateway.Intent]gateway.State{"int_SAMPLE1": gateway.StateSucceeded}, l.seen); diff != "" {
		t.Error(diff)
	}
}

func TestWhatIsNoEventIsAnError(t *testing.T) {
	t.Parallel()
	f := function{}
	for _, raw := range []string{"", "[]", `{"Records":1}`, `{"headers":7}`} {
		if out, err := f.invoke(t.Context(), []byte(raw)); err == nil {
			t.Errorf("%q answered %+v", raw, out)
		}
	}
}
