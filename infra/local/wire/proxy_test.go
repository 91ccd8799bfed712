package wire_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"perennial/infra/local/wire"
)

// upstream is a service that counts what reaches it and answers with the
// count.
type upstream struct {
	*httptest.Server
	mu      sync.Mutex
	reached []string
}

func newUpstream(t *testing.T) *upstream {
	t.Helper()
	u := &upstream{}
	u.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		u.mu.Lock()
		u.reached = append(u.reached, r.URL.RequestURI()+" "+string(body))
		n := len(u.reached)
		u.mu.Unlock()
		w.Header().Set("X-Host", r.Host)
		w.WriteHeader(http.StatusOK)
		if _, err := fmt.Fprintf(w, `{"answer":%d}`, n); err != nil {
			t.Error(err)
		}
	}))
	t.Cleanup(u.Close)
	return u
}

func (u *upstream) count() int {
	u.mu.Lock()
	defer u.mu.Unlock()
	return len(u.reached)
}

func newProxy(t *testing.T, seed uint64) *wire.Proxy {
	t.Helper()
	p := wire.New(seed)
	t.Cleanup(func() {
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	})
	return p
}

func address(t *testing.T, p *wire.Proxy, function, service, target string) string {
	t.Helper()
	url, err := p.URL(function, service, target)
	if err != nil {
		t.Fatal(err)
	}
	return url
}

// ask sends one request, with an AWS target if there is one.
func ask(t *testing.T, url, target, body string) (int, string, error) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, bytes.NewReader([]byte(body)))
	if err != nil {
		t.Fatal(err)
	}
	r.Close = true // the client would repeat a request that broke a used connection
	if target != "" {
		r.Header.Set("X-Amz-Target", target)
	}
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		return 0, "", err
	}
	defer func() { _ = response.Body.Close() }() // read to its end or broken
	data, err := io.ReadAll(response.Body)
	return response.StatusCode, string(data), err
}

func TestForwardsAndLogs(t *testing.T) {
	t.Parallel()
	u, p := newUpstream(t), newProxy(t, 1)
	p.KeepBodies(true)
	url := address(t, p, "collector", "dynamodb", u.URL+"/base/")
	if again := address(t, p, "collector", "dynamodb", u.URL+"/base/"); again != url {
		t.Errorf("a second address %s for the same route %s", again, url)
	}
	if _, _, err := ask(t, url+"/", "DynamoDB_20120810.Query", `{"IndexName":"due"}`); err != nil {
		t.Fatal(err)
	}
	sandbox := address(t, p, "collector", "sandbox", u.URL)
	status, body, err := ask(t, sandbox+"/v1/intents/a%2Fb?x=1", "", `hello`)
	if err != nil || status != http.StatusOK || body != `{"answer":2}` {
		t.Fatalf("%d %s %v", status, body, err)
	}
	want := []wire.Request{
		{Seq: 1, Function: "collector", Service: "dynamodb", Operation: "Query", Index: "due", Bytes: 19, Reply: 12, Status: 200, Body: []byte(`{"IndexName":"due"}`)},
		{Seq: 2, Function: "collector", Service: "sandbox", Operation: "POST /v1/intents/a/b", Bytes: 5, Reply: 12, Status: 200, Body: []byte("hello")},
	}
	if diff := cmp.Diff(want, p.Log()); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{`/base/ {"IndexName":"due"}`, "/v1/intents/a%2Fb?x=1 hello"}, u.reached); diff != "" {
		t.Error(diff)
	}
	counts := map[wire.Source]int{{Function: "collector", Service: "dynamodb"}: 1, {Function: "collector", Service: "sandbox"}: 1}
	if diff := cmp.Diff(counts, p.Counts()); diff != "" {
		t.Error(diff)
	}
	p.Reset()
	if len(p.Log()) != 0 || len(p.Operations("collector", "dynamodb")) != 0 {
		t.Error("the log survives a reset")
	}
}

func TestLosses(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		fault   wire.Fault
		status  int // of the second request, 0 for none
		reached int
		killed  bool
	}{
		{"killed before", wire.Fault{Kind: wire.KindKill, Nth: 2}, 0, 2, true},
		{"killed after", wire.Fault{Kind: wire.KindKill, Nth: 2, When: wire.After}, 0, 3, true},
		{"dropped before", wire.Fault{Kind: wire.KindDrop, Nth: 2}, 0, 2, false},
		{"dropped after", wire.Fault{Kind: wire.KindDrop, Nth: 2, When: wire.After}, 0, 3, false},
		{"failed before", wire.Fault{Kind: wire.KindServerError, Nth: 2}, 500, 2, false},
		{"failed after", wire.Fault{Kind: wire.KindServerError, Nth: 2, When: wire.After}, 500, 3, false},
		{"throttled", wire.Fault{Kind: wire.KindThrottle, Nth: 2}, 429, 2, false},
		{"another function", wire.Fault{Function: "api", Kind: wire.KindDrop}, 200, 3, false},
		{"another service", wire.Fault{Service: "sqs", Kind: wire.KindDrop}, 200, 3, false},
		{"another operation", wire.Fault{Operation: "GET /", Kind: wire.KindDrop}, 200, 3, false},
		{"not a DynamoDB write", wire.Fault{Kind: wire.KindConflict}, 200, 3, false},
		{"not an index query", wire.Fault{Kind: wire.KindStaleRead}, 200, 3, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			u, p := newUpstream(t), newProxy(t, 1)
			var killed []string
			p.OnKill(func(function string) { killed = append(killed, function) })
			p.Plan(test.fault)
			url := address(t, p, "collector", "sandbox", u.URL)
			for i, want := range []int{200, test.status, 200} {
				status, _, err := ask(t, url+"/", "", "")
				if status != want || (want == 0) != (err != nil) {
					t.Errorf("request %d: status %d, error %v, want %d", i+1, status, err, want)
				}
			}
			if u.count() != test.reached {
				t.Errorf("%d requests reached the service, want %d", u.count(), test.reached)
			}
			if test.killed != slices.Equal(killed, []string{"collector"}) {
				t.Errorf("killed %q", killed)
			}
			injected := 0
			if test.status != 200 {
				injected = 1
			}
			if got := p.Injected()[test.fault.Kind]; got != injected {
				t.Errorf("counted %d %ss, want %d", got, test.fault.Kind, injected)
			}
		})
	}
}

func TestRequestOfAKilledFunctionIsStillDone(t *testing.T) {
	t.Parallel()
	arrived, goOn, done := make(chan bool), make(chan bool), make(chan error, 1)
	u := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		close(arrived)
		<-goOn
		done <- r.Context().Err()
	}))
	t.Cleanup(u.Close)
	p := newProxy(t, 1)
	url := address(t, p, "collector", "sandbox", u.URL)
	ctx, kill := context.WithCancel(t.Context())
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		<-arrived
		kill()
	}()
	if response, err := http.DefaultClient.Do(r); !errors.Is(err, context.Canceled) {
		t.Fatalf("%v %v", response, err)
	}
	close(goOn)
	if err := <-done; err != nil {
		t.Errorf("the service saw %v", err)
	}
}

func TestDelay(t *testing.T) {
	t.Parallel()
	u, p := newUpstream(t), newProxy(t, 1)
	p.Plan(wire.Fault{Kind: wire.KindDelay, Delay: 30 * time.Millisecond})
	begin := time.Now()
	if status, _, err := ask(t, address(t, p, "f", "s", u.URL), "", ""); status != 200 || err != nil {
		t.Fatal(status, err)
	}
	if took := time.Since(begin); took < 30*time.Millisecond {
		t.Errorf("took %s", took)
	}
}

func TestUnreachableServiceAndBadURL(t *testing.T) {
	t.Parallel()
	p := newProxy(t, 1)
	closed := httptest.NewServer(http.NotFoundHandler())
	closed.Close()
	if status, _, err := ask(t, address(t, p, "f", "s", closed.URL), "", ""); err == nil {
		t.Errorf("an unreachable service answered %d", status)
	}
	if url, err := p.URL("f", "s", "not a url"); err == nil {
		t.Errorf("got %s for no base URL", url)
	}
}

func TestStaleIndexReads(t *testing.T) {
	t.Parallel()
	u, p := newUpstream(t), newProxy(t, 1)
	url := address(t, p, "sweeper", "dynamodb", u.URL)
	due := func(shard, now string) string {
		t.Helper()
		body, err := json.Marshal(map[string]any{
			"TableName": "t", "IndexName": "due", "KeyConditionExpression": "(#0 = :0) AND (#1 <= :1)",
			"ExpressionAttributeNames":  map[string]string{"#0": "dpk", "#1": "dsk"},
			"ExpressionAttributeValues": map[string]any{":0": map[string]string{"S": shard}, ":1": map[string]string{"S": now}},
		})
		if err != nil {
			t.Fatal(err)
		}
		status, answer, err := ask(t, url, "DynamoDB_20120810.Query", string(body))
		if err != nil || status != 200 {
			t.Fatal(status, err)
		}
		return answer
	}
	const empty = `{"Count":0,"Items":[],"ScannedCount":0}`
	first := due("DUE#1", "09:00")
	p.Plan(wire.Fault{Kind: wire.KindStaleRead})
	for _, ask := range []struct{ shard, now, want string }{
		{"DUE#1", "09:00", first},
		{"DUE#1", "09:01", first}, // the question of the next minute is the same
		{"DUE#2", "09:01", empty}, // never answered before
	} {
		if got := due(ask.shard, ask.now); got != ask.want {
			t.Errorf("%s at %s: %s, want %s", ask.shard, ask.now, got, ask.want)
		}
	}
	p.Reset()
	p.Plan(wire.Fault{Kind: wire.KindEmptyRead, Nth: 2})
	if got := due("DUE#1", "09:02"); got == first || got == empty {
		t.Errorf("a fresh read got %s", got)
	}
	if got := due("DUE#1", "09:02"); got != empty {
		t.Errorf("an empty read got %s", got)
	}
}

// TestChanceFollowsTheSeed compares the requests that were hit, with another
// function talking in between or not.
func TestChanceFollowsTheSeed(t *testing.T) {
	t.Parallel()
	hits := func(seed uint64, disturbed bool) []int {
		u, p := newUpstream(t), newProxy(t, seed)
		p.Plan(wire.Fault{Kind: wire.KindServerError, Chance: 0.3})
		collector, api := address(t, p, "collector", "s", u.URL), address(t, p, "api", "s", u.URL)
		var hit []int
		for i := range 60 {
			if status, _, _ := ask(t, collector, "", ""); status == 500 {
				hit = append(hit, i)
			}
			if disturbed && i%3 == 0 {
				if _, _, err := ask(t, api, "", ""); err != nil {
					t.Fatal(err)
				}
			}
		}
		return hit
	}
	first := hits(7, false)
	if diff := cmp.Diff(first, hits(7, true)); diff != "" {
		t.Error(diff)
	}
	if slices.Equal(first, hits(8, false)) {
		t.Error("another seed hits the same requests")
	}
	if len(first) < 6 || len(first) > 32 {
		t.Errorf("hit %d of 60 at 30 %%", len(first))
	}
}
