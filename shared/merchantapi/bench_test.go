package merchantapi_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	dodo "github.com/dodopayments/dodopayments-go"
	"github.com/dodopayments/dodopayments-go/option"

	"perennial/shared/billing"
	"perennial/shared/catalog"
	"perennial/shared/customers"
	"perennial/shared/endpoints"
	"perennial/shared/gateway"
	"perennial/shared/gateways"
	"perennial/shared/httpapi"
	"perennial/shared/idempotency"
	"perennial/shared/identity"
	"perennial/shared/ids"
	"perennial/shared/lifecycle/lifecycletest"
	"perennial/shared/merchant"
	"perennial/shared/merchantapi"
	"perennial/shared/operations"
	"perennial/shared/record"
	"perennial/shared/record/recordtest"
	"perennial/shared/refunds"
	"perennial/shared/register"
	"perennial/shared/settings"
	"perennial/shared/subscriptions"
	"perennial/shared/taxfix"
)

// The keys of the bench.
const (
	writer   = "sk_test_writer"
	reader   = "sk_test_reader"
	revoked  = "sk_test_revoked"
	live     = "sk_live_writer"
	stranger = "sk_test_stranger" // of another business
)

// counter counts the requests that a real store would make.
type counter struct {
	*recordtest.Fake
	mu sync.Mutex
	n  map[string]int
}

func (c *counter) add(what string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.n[what]++
}

func (c *counter) total() (n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, made := range c.n {
		n += made
	}
	return n
}

func (c *counter) reset() {
	c.mu.Lock()
	defer c.mu.Unlock()
	clear(c.n)
}

func (c *counter) Load(ctx context.Context, s merchant.Scope, refs ...record.Ref) ([]any, error) {
	c.add("load")
	return c.Fake.Load(ctx, s, refs...)
}

func (c *counter) Commit(ctx context.Context, commit record.Commit) error {
	c.add("commit")
	return c.Fake.Commit(ctx, commit)
}

func (c *counter) List(ctx context.Context, s merchant.Scope, q record.Query) ([]any, error) {
	c.add("list")
	return c.Fake.List(ctx, s, q)
}

func (c *counter) Owned(ctx context.Context, s merchant.Scope, customer string, kinds ...record.Kind) ([]any, error) {
	c.add("owned")
	return c.Fake.Owned(ctx, s, customer, kinds...)
}

func (c *counter) Customers(ctx context.Context, s merchant.Scope, email string) ([]string, error) {
	c.add("customers")
	return c.Fake.Customers(ctx, s, email)
}

func (c *counter) State(ctx context.Context, s merchant.Scope) (merchant.State, error) {
	c.add("state")
	return c.Fake.State(ctx, s)
}

// queue remembers what was sent.
type queue struct {
	sent  []string
	fails error
}

func (q *queue) Send(_ context.Context, body string) error {
	if q.fails == nil {
		q.sent = append(q.sent, body)
	}
	return q.fails
}

// box seals by writing the purpose beside the secret, readable for tests.
type box struct{}

func (box) Seal(_ context.Context, purpose, scope string, plaintext []byte) (string, error) {
	return purpose + "|" + scope + "|" + base64.StdEncoding.EncodeToString(plaintext), nil
}

func (box) Open(_ context.Context, purpose, scope, sealed string) ([]byte, error) {
	text, ok := strings.CutPrefix(sealed, purpose+"|"+scope+"|")
	if !ok {
		return nil, errors.New("sealed for something else")
	}
	return base64.StdEncoding.DecodeString(text)
}

// shelf signs by saying what is allowed.
type shelf struct{}

func (shelf) Upload(_ context.Context, key string) (string, error) {
	return "https://files.example/put/" + key, nil
}

func (shelf) Download(_ context.Context, key string) (string, error) {
	return "https://files.example/get/" + key, nil
}

// bench is a world with the API in front of it.
type bench struct {
	*lifecycletest.World
	counter *counter
	keys    *merchantapi.Keys
	mails   *queue
	work    *queue
	api     *httpapi.API
	url     string
	client  *dodo.Client
}

func newBench(t *testing.T) *bench {
	t.Helper()
	w := lifecycletest.New(t)
	b := &bench{
		World: w, counter: &counter{Fake: w.Store, n: map[string]int{}}, mails: &queue{}, work: &queue{},
	}
	b.found(t)
	b.wire()
	server := httptest.NewServer(b.api)
	t.Cleanup(server.Close)
	b.url, b.client = server.URL, newClient(server.URL, writer)
	return b
}

func newClient(url, key string) *dodo.Client {
	return dodo.NewClient(option.WithBaseURL(url), option.WithBearerToken(key), option.WithMaxRetries(0))
}

// found writes the keys, the live mode and another business.
func (b *bench) found(t *testing.T) {
	t.Helper()
	other := merchant.Scope{Business: "bus_2", Mode: merchant.Test}
	b.must(b.Store.Commit(t.Context(), record.Commit{
		Scope: other, Actor: record.System, Cause: "test",
		Put: []any{merchant.State{Scope: other, Business: b.State().Business, Recovery: merchant.DefaultRecovery()}, key(stranger, other)},
	}))
	liveScope := merchant.Scope{Business: "bus_1", Mode: merchant.Live}
	b.must(b.Store.Commit(t.Context(), record.Commit{
		Scope: liveScope, Actor: record.System, Cause: "test",
		Put: []any{merchant.State{Scope: liveScope, Business: b.State().Business}, key(live, liveScope)},
	}))
	readOnly, gone := key(reader, b.Scope), key(revoked, b.Scope)
	readOnly.ReadOnly, gone.RevokedAt = true, lifecycletest.Start.Add(-time.Second)
	b.Put(key(writer, b.Scope), readOnly, gone, billing.Mailbox{Email: "ada@example.com", Customer: b.Customer.ID})
}

func key(secret string, scope merchant.Scope) merchant.APIKey {
	return merchant.APIKey{
		Hash: ids.Hash(secret), Scope: scope, Hint: secret[len(secret)-4:],
		CreatedAt: lifecycletest.Start, LastUsed: lifecycletest.Start,
	}
}

func (b *bench) wire() {
	wall := b.Clock.Now
	people := &customers.Service{Store: b.counter, Vault: b.Gateway, Wall: wall}
	b.keys = &merchantapi.Keys{Store: b.Store, Wall: wall}
	b.Life.Store, b.Recovery.Store = b.counter, b.counter
	b.api = merchantapi.New(
		"https://api.example.com",
		b.keys,
		merchantapi.Services{
			Customers:     people,
			Catalog:       &catalog.Service{Store: b.counter, Assets: shelf{}, Wall: wall},
			Subscriptions: &subscriptions.Service{Store: b.counter, Payer: b.Recovery, Charger: b.Charging, Wall: wall},
			Purchases:     b.Sales(b.counter),
			Register:      &register.Service{Store: b.counter},
			Recovery:      b.Recovery,
			Refunds:       &refunds.Service{Store: b.counter, Gateway: b.Gateway, Wall: wall},
			Disputes:      b.Disputes,
			TaxFixes: &taxfix.Corrector{
				Service: taxfix.Service{Store: b.counter}, Commits: b.counter,
				Refunds: &refunds.Service{Store: b.counter, Gateway: b.Gateway, Wall: wall}, Wall: wall,
			},
			Endpoints: &endpoints.Service{Store: b.counter, Sealer: box{}, Queue: b.work, Wall: wall},
			Advancer:  b.Advancer,
			Links: &identity.Service{
				Store: b.Store, Wall: wall,
				Portals: map[merchant.Mode]string{merchant.Test: "https://test.portal.example", merchant.Live: "https://portal.example"},
			},
			LoginMails: b.mails, ClockWork: b.work, CheckoutURL: "https://checkout.example", AssetsURL: "https://api.example/assets", Wall: wall,
			PortalURLs: map[merchant.Mode]string{merchant.Test: "https://test.portal.example", merchant.Live: "https://portal.example"},
			Settings:   &settings.Service{Store: b.counter, Wall: wall},
			Operations: &operations.Service{Store: b.Store, Wall: wall},
			Gateways: &gateways.Service{
				Store: b.counter, Sealer: box{}, Inspectors: map[string]gateway.Inspector{"stripe": inspector{}}, Wall: wall,
				Helpers: map[string]gateways.Helper{"stripe": {Endpoints: narrow{}, Domains: narrow{}, Prober: narrow{}}}, Hooks: "https://api.example",
			},
			HooksURL: "https://api.example",
		})
	b.api.KeepAnswers(&idempotency.Service{Store: b.Store, Sealer: box{}, Wall: wall})
}

func (b *bench) must(err error) {
	b.T.Helper()
	if err != nil {
		b.T.Fatal(err)
	}
}

// problem is an error's body.
type problem struct{ Code, Message string }

// refused checks that the SDK met an error of a status and code.
func (b *bench) refused(err error, status int, code string) problem {
	b.T.Helper()
	var failure *dodo.Error
	if !errors.As(err, &failure) {
		b.T.Fatalf("got %v, want %d %s", err, status, code)
	}
	var p problem
	b.must(json.Unmarshal([]byte(failure.JSON.RawJSON()), &p))
	if failure.StatusCode != status || p.Code != code || p.Message == "" {
		b.T.Errorf("got %d %+v, want %d %s", failure.StatusCode, p, status, code)
	}
	return p
}

// unchanged fails the test when something was committed since.
func (b *bench) unchanged(before int) {
	b.T.Helper()
	if made := b.Store.Commits()[before:]; len(made) > 0 {
		b.T.Errorf("a refusal wrote %q", made[0].Cause)
	}
}

// events are the types of the events since the nth.
func (b *bench) events(since int) []string {
	var types []string
	for _, e := range b.Store.Events()[since:] {
		types = append(types, string(e.Type))
	}
	return types
}

// send makes a raw request and gives status and body.
func (b *bench) send(method, path, secret, body string) (int, string) {
	b.T.Helper()
	r, err := http.NewRequestWithContext(b.T.Context(), method, b.url+path, strings.NewReader(body))
	b.must(err)
	r.Header.Set("Authorization", "Bearer "+secret)
	r.Header.Set("Content-Type", "application/json")
	answer, err := http.DefaultClient.Do(r)
	b.must(err)
	defer func() { _ = answer.Body.Close() }()
	raw, err := io.ReadAll(answer.Body)
	b.must(err)
	return answer.StatusCode, string(raw)
}

// has reports the wanted among the given.
func has(given []string, wanted ...string) bool {
	return !slices.ContainsFunc(wanted, func(w string) bool { return !slices.Contains(given, w) })
}

// cancelNow ends a subscription at once, through the API.
func (b *bench) cancelNow(id string) error {
	_, err := b.client.Subscriptions.Update(b.T.Context(), id, dodo.SubscriptionUpdateParams{Status: dodo.F(dodo.SubscriptionStatusCancelled)})
	return err
}

// options make a client with its default retries for a handler.
func (b *bench) options(h http.Handler) []option.RequestOption {
	server := httptest.NewServer(h)
	b.T.Cleanup(server.Close)
	return []option.RequestOption{option.WithBaseURL(server.URL), option.WithBearerToken(writer)}
}

// away is a store that cannot be reached.
type away struct{ merchantapi.KeyStore }

func (away) Find(context.Context, record.Ref) (merchant.Scope, any, error) {
	return merchant.Scope{}, nil, errors.New("the table is away")
}

func unique(ids []string) []string {
	sorted := slices.Clone(ids)
	slices.Sort(sorted)
	return slices.Compact(sorted)
}

func readAll(r *http.Request) []byte {
	raw, _ := io.ReadAll(r.Body) // a body that broke does not verify
	return raw
}
