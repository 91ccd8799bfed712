package merchantapi_test

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"perennial/shared/ids"
	"perennial/shared/record"
)

// asked is what a request with a key was answered.
type asked struct {
	Status   int
	Body     string
	Replayed string
	Retry    string // X-Should-Retry
}

// once posts with an Idempotency-Key.
func (b *bench) once(path, key, body string) asked {
	b.T.Helper()
	r, err := http.NewRequestWithContext(b.T.Context(), http.MethodPost, b.url+path, strings.NewReader(body))
	b.must(err)
	r.Header.Set("Authorization", "Bearer "+writer)
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Idempotency-Key", key)
	answer, err := http.DefaultClient.Do(r)
	b.must(err)
	defer func() { _ = answer.Body.Close() }()
	raw, err := io.ReadAll(answer.Body)
	b.must(err)
	return asked{answer.StatusCode, string(raw), answer.Header.Get("Idempotent-Replayed"), answer.Header.Get("X-Should-Retry")}
}

func (b *bench) customersNow() int {
	b.T.Helper()
	found, err := b.Store.List(b.T.Context(), b.Scope, record.Query{Kind: record.KindCustomer})
	b.must(err)
	return len(found)
}

const ada = `{"email":"new@example.com","name":"New"}`

func TestTheSameKeyIsGivenTheSameAnswer(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	before := b.customersNow()
	first, second := b.once("/customers", "k1", ada), b.once("/customers", "k1", ada)
	if first.Status != 200 || first.Replayed != "" || second.Replayed != "true" {
		t.Fatalf("answered %+v and %+v", first, second)
	}
	if diff := cmp.Diff(first.Body, second.Body); diff != "" || b.customersNow() != before+1 {
		t.Errorf("%d customers more; %s", b.customersNow()-before, diff)
	}
	if refused := b.once("/customers", "k2", `{"email":"no","name":""}`); refused.Status != 422 {
		t.Errorf("bad input: %+v", refused)
	}
	if again := b.once("/customers", "k2", `{"email":"no","name":""}`); again.Status != 422 || again.Replayed != "true" {
		t.Errorf("bad input again: %+v", again)
	}
}

func TestAKeyIsOfOneRequest(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.once("/customers", "k1", ada)
	for path, body := range map[string]string{"/customers": `{"email":"other@example.com","name":"New"}`, "/products": ada, "/customers?x=1": ada} {
		if got := b.once(path, "k1", body); got.Status != 422 || !strings.Contains(got.Body, "IDEMPOTENCY_KEY_REUSED") {
			t.Errorf("%s: %+v", path, got)
		}
	}
	for _, key := range []string{strings.Repeat("k", 256), "ä", ""} {
		if got := b.once("/customers", key, ada); got.Status != 400 {
			t.Errorf("key %q: %+v", key, got)
		}
	}
}

func TestAKeyIsForgottenAfterADay(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	before := b.customersNow()
	b.once("/customers", "k1", ada)
	b.Clock.Advance(24 * time.Hour)
	if got := b.once("/customers", "k1", ada); got.Replayed != "" || b.customersNow() != before+2 {
		t.Errorf("after a day: %+v", got)
	}
}

func TestTwoAtOnceMakeOne(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	before := b.customersNow()
	answers := make([]asked, 8)
	var all sync.WaitGroup
	for i := range answers {
		all.Go(func() { answers[i] = b.once("/customers", "k1", ada) })
	}
	all.Wait()
	for _, a := range answers {
		if a.Status != 200 && (a.Status != 409 || a.Retry != "true") {
			t.Errorf("answered %+v", a)
		}
	}
	if made := b.customersNow() - before; made != 1 {
		t.Errorf("made %d", made)
	}
}

// A rival of the same business is another request, one of another business
// has keys of its own.
func TestKeysAreOfAScope(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.once("/customers", "k1", ada)
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, b.url+"/customers", strings.NewReader(ada))
	b.must(err)
	r.Header.Set("Authorization", "Bearer "+stranger)
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Idempotency-Key", "k1")
	answer, err := http.DefaultClient.Do(r)
	b.must(err)
	defer func() { _ = answer.Body.Close() }()
	raw, err := io.ReadAll(answer.Body)
	b.must(err)
	if answer.StatusCode != 200 || answer.Header.Get("Idempotent-Replayed") != "" || !strings.Contains(string(raw), "bus_2") {
		t.Errorf("answered %d %s", answer.StatusCode, raw)
	}
}

func TestTroubleOfOursIsNotKept(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	before := b.customersNow()
	b.Store.Before = func(c record.Commit) error {
		if c.Cause == "create customer" {
			return errors.New("no capacity")
		}
		return nil
	}
	if got := b.once("/customers", "k1", ada); got.Status != 500 {
		t.Fatalf("answered %+v", got)
	}
	b.Store.Before = nil
	if got := b.once("/customers", "k1", ada); got.Status != 200 || b.customersNow() != before+1 {
		t.Errorf("again: %+v", got)
	}
}

// crashed leaves the record that a request leaves which died, before or after
// its first commit.
func (b *bench) crashed(key string, after bool) {
	b.T.Helper()
	died := errors.New("died")
	cut := false
	b.Store.Before = func(c record.Commit) error {
		if cut || !after && c.Cause == "create customer" {
			cut = true
			return died
		}
		return nil
	}
	b.Store.After = func(c record.Commit) error {
		cut = cut || after && c.Cause == "create customer"
		return nil
	}
	b.once("/customers", key, ada)
	b.Store.Before, b.Store.After = nil, nil
}

func TestARequestThatDiedBeforeItsCommitRunsAnewAfterItsLease(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	before := b.customersNow()
	b.crashed("k1", false)
	if got := b.once("/customers", "k1", ada); got.Status != 409 || got.Retry != "true" {
		t.Errorf("within the lease: %+v", got)
	}
	b.Clock.Advance(time.Minute)
	if got := b.once("/customers", "k1", ada); got.Status != 200 || b.customersNow() != before+1 {
		t.Errorf("after the lease: %+v, %d made", got, b.customersNow()-before)
	}
}

func TestARequestThatDiedAfterItsCommitNeverRunsAgain(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	before := b.customersNow()
	b.crashed("k1", true)
	b.Clock.Advance(time.Minute)
	got := b.once("/customers", "k1", ada)
	if got.Status != 409 || got.Retry != "false" || !strings.Contains(got.Body, "IDEMPOTENCY_OUTCOME_UNKNOWN") || b.customersNow() != before+1 {
		t.Errorf("answered %+v, %d made", got, b.customersNow()-before)
	}
}

// One who was too slow, and whose lease another has taken over, commits
// nothing any more.
func TestWhoHasLostTheLeaseCommitsNothing(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	before := b.customersNow()
	var rival asked
	first := true
	b.Store.Before = func(c record.Commit) error {
		if c.Cause == "create customer" && first {
			first = false
			b.Clock.Advance(time.Minute)
			rival = b.once("/customers", "k1", ada)
		}
		return nil
	}
	slow := b.once("/customers", "k1", ada)
	if rival.Status != 200 || slow.Status == 200 || b.customersNow() != before+1 {
		t.Errorf("rival %+v, slow %+v, %d made", rival, slow, b.customersNow()-before)
	}
}

func TestTheAnswerOfANewKeyRestsSealed(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	got := b.once("/api_keys", "k1", `{"name":"ci"}`)
	if again := b.once("/api_keys", "k1", `{"name":"ci"}`); got.Status != 200 || again.Body != got.Body {
		t.Fatalf("answered %+v, then %+v", got, again)
	}
	kept, err := record.Get[record.Request](t.Context(), b.Store, b.Scope, ids.Hash("k1"))
	b.must(err)
	_, secret, _ := strings.Cut(got.Body, `"key":"`)
	secret, _, _ = strings.Cut(secret, `"`)
	if !strings.HasPrefix(secret, "sk_test_") || !strings.HasPrefix(kept.Sealed, "answer:") || strings.Contains(kept.Sealed, secret) {
		t.Errorf("kept %+v of %s", kept, got.Body)
	}
}
