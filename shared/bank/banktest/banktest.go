// Package banktest runs the whole sandbox gateway inside a test: the real
// rules and HTTP face over a real DynamoDB engine, with a clock and a webhook
// queue that the test moves by hand.
package banktest

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sort"
	"strings"
	"sync"
	"testing"
	"time"

	"perennial/infra/local/dynamotest"
	"perennial/infra/topology"
	"perennial/shared/bank/bankhttp"
	"perennial/shared/bank/bankstore"
	"perennial/shared/bank/teller"
)

// Secret is the bearer token of every bank made here.
const Secret = "sandbox-secret"

// Bank is one running gateway.
type Bank struct {
	URL      string
	Store    *bankstore.Store
	Webhooks *bankhttp.Webhooks

	mu     sync.Mutex
	skew   time.Duration
	queued []message
}

type message struct {
	body  string
	delay time.Duration
}

// Start runs a gateway with an empty table until the test ends. Webhooks are
// posted to target, once Flush is called.
func Start(tb testing.TB, target string) *Bank {
	tb.Helper()
	b := &Bank{Store: bankstore.New(dynamotest.Client(tb), dynamotest.TableOf(tb, topology.TableSandbox))}
	server := httptest.NewUnstartedServer(nil)
	b.URL = "http://" + server.Listener.Addr().String()
	b.Webhooks = &bankhttp.Webhooks{
		Queue: b, Origin: b.URL, Target: target, Secret: Secret,
		HTTP: &http.Client{Timeout: 5 * time.Second}, Now: b.Now,
	}
	gateway, err := bankhttp.New(bankhttp.Options{
		Teller:      &teller.Teller{Vault: b.Store, Book: b.Store, Committer: b.Store, Outbox: b.Webhooks, Now: b.Now},
		Switchboard: b.Store, Secret: Secret, BaseURL: b.URL, Now: b.Now,
	})
	if err != nil {
		tb.Fatal(err)
	}
	if server.Config.Handler, err = gateway.Handler(); err != nil {
		tb.Fatal(err)
	}
	server.Start()
	tb.Cleanup(server.Close)
	return b
}

// Now is the bank's wall clock.
func (b *Bank) Now() time.Time {
	b.mu.Lock()
	defer b.mu.Unlock()
	return time.Now().Add(b.skew)
}

// Advance moves the clock forward.
func (b *Bank) Advance(d time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.skew += d
}

// Send implements bankhttp.Queue.
func (b *Bank) Send(_ context.Context, body string, delay time.Duration) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.queued = append(b.queued, message{body, delay})
	return nil
}

// Flush posts the queued webhooks, the delayed ones last, and returns what
// each post came to.
func (b *Bank) Flush(ctx context.Context) []error {
	b.mu.Lock()
	due := b.queued
	b.queued = nil
	b.mu.Unlock()
	sort.SliceStable(due, func(i, j int) bool { return due[i].delay < due[j].delay })
	results := make([]error, len(due))
	for i, m := range due {
		results[i] = b.Webhooks.Deliver(ctx, m.body)
	}
	return results
}

// Token types a card into the card fields.
func (b *Bank) Token(tb testing.TB, account, card string) string {
	tb.Helper()
	var out struct{ Token string }
	in := map[string]any{"account": account, "card": card, "exp_month": 12, "exp_year": b.Now().Year() + 3}
	b.call(tb, http.MethodPost, "/v1/tokens", account, in, &out)
	return out.Token
}

// Fault orders a fault; the fields are those of POST /v1/faults.
func (b *Bank) Fault(tb testing.TB, account string, fault map[string]any) {
	tb.Helper()
	b.call(tb, http.MethodPost, "/v1/faults", account, fault, &struct{}{})
}

// Repair deletes all faults of the account.
func (b *Bank) Repair(tb testing.TB, account string) {
	tb.Helper()
	b.call(tb, http.MethodDelete, "/v1/faults", account, struct{}{}, &struct{}{})
}

// Line is a movement of money as GET /v1/ledger tells it.
type Line struct {
	Kind, Intent, Payment, Currency string
	Amount                          int64
	At                              time.Time
}

// Ledger is every movement of the account, in order.
func (b *Bank) Ledger(tb testing.TB, account string) []Line {
	tb.Helper()
	var out struct{ Items []Line }
	b.call(tb, http.MethodGet, "/v1/ledger", account, struct{}{}, &out)
	return out.Items
}

// Dispute opens a dispute of an intent and gives its id.
func (b *Bank) Dispute(tb testing.TB, account, intent, stage string) string {
	tb.Helper()
	var out struct{ ID string }
	b.call(tb, http.MethodPost, "/v1/disputes", account, map[string]any{"intent": intent, "stage": stage}, &out)
	return out.ID
}

// Rule changes the state of a dispute; "escalated" makes one of an inquiry.
func (b *Bank) Rule(tb testing.TB, account, dispute, state string) {
	tb.Helper()
	b.call(tb, http.MethodPost, "/v1/disputes/"+dispute, account, map[string]any{"state": state}, &struct{}{})
}

// Challenge presses a button on the challenge page, approve or fail, and
// returns where the browser is sent.
func (b *Bank) Challenge(tb testing.TB, intent, answer string) (location string) {
	tb.Helper()
	form := strings.NewReader(url.Values{"answer": {answer}}.Encode())
	request, err := http.NewRequestWithContext(tb.Context(), http.MethodPost, b.URL+"/challenge/"+intent, form)
	if err != nil {
		tb.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.Header.Set("Origin", b.URL)
	answered, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		tb.Fatal(err)
	}
	defer func() { _ = answered.Body.Close() }() // nothing is read
	if answered.StatusCode != http.StatusSeeOther {
		tb.Fatalf("challenge %s answered %d", intent, answered.StatusCode)
	}
	return answered.Header.Get("Location")
}

func (b *Bank) call(tb testing.TB, method, path, account string, in, out any) {
	tb.Helper()
	body, err := json.Marshal(in)
	if err != nil {
		tb.Fatal(err)
	}
	request, err := http.NewRequestWithContext(tb.Context(), method, b.URL+path, bytes.NewReader(body))
	if err != nil {
		tb.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+Secret)
	request.Header.Set("Sandbox-Account", account)
	answered, err := http.DefaultClient.Do(request)
	if err != nil {
		tb.Fatal(err)
	}
	defer func() { _ = answered.Body.Close() }() // read to its end or failed
	if answered.StatusCode != http.StatusOK {
		tb.Fatalf("%s %s answered %d", method, path, answered.StatusCode)
	}
	if err := json.NewDecoder(answered.Body).Decode(out); err != nil {
		tb.Fatal(err)
	}
}
