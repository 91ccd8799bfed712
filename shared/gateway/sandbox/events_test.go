package sandbox_test

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"perennial/shared/bank/banktest"
	"perennial/shared/gateway"
	"perennial/shared/gateway/sandbox"
	"perennial/shared/money"
)

// posted is one webhook as it arrived.
type posted struct {
	path, signature string
	body            []byte
}

// inbox is an account's server that notes webhooks down.
type inbox struct {
	mu     sync.Mutex
	all    []posted
	broken bool
}

func (b *inbox) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	b.mu.Lock()
	defer b.mu.Unlock()
	body, err := io.ReadAll(r.Body)
	if err != nil || b.broken {
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	b.all = append(b.all, posted{r.URL.Path, r.Header.Get(sandbox.SignatureHeader), body})
}

func (b *inbox) states(t *testing.T) (states []gateway.State, ids []string) {
	t.Helper()
	for _, p := range b.all {
		event, err := sandbox.ParseEvent(p.body)
		if err != nil {
			t.Fatal(err)
		}
		states, ids = append(states, event.Outcome.State), append(ids, event.ID)
	}
	return states, ids
}

func openWithInbox(t *testing.T) (*banktest.Bank, *sandbox.Gateway, *inbox) {
	t.Helper()
	box := &inbox{}
	server := httptest.NewServer(box)
	t.Cleanup(server.Close)
	bank := banktest.Start(t, server.URL)
	return bank, sandbox.New(sandbox.Options{BaseURL: bank.URL, Secret: banktest.Secret}), box
}

func flush(t *testing.T, bank *banktest.Bank) {
	t.Helper()
	for _, err := range bank.Flush(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
	}
}

func TestEveryNewStateIsToldInASignedWebhook(t *testing.T) {
	t.Parallel()
	bank, g, box := openWithInbox(t)
	id := prepared(t, bank, g, "authenticate_always")
	if _, err := g.Confirm(t.Context(), account, id, "k1"); err != nil {
		t.Fatal(err)
	}
	bank.Challenge(t, string(id), "approve")
	if _, err := g.Confirm(t.Context(), account, id, "k1"); err != nil {
		t.Fatal(err)
	}
	flush(t, bank)
	states, ids := box.states(t)
	want := []gateway.State{gateway.StateActionNeeded, gateway.StateSucceeded}
	if diff := cmp.Diff(want, states); diff != "" || ids[0] == ids[1] {
		t.Fatal(diff, ids)
	}
	last := box.all[1]
	if last.path != "/gateway-events/sandbox/"+account.ID {
		t.Errorf("posted to %s", last.path)
	}
	if err := sandbox.Verify(banktest.Secret, account.ID, last.signature, last.body, time.Now(), time.Minute); err != nil {
		t.Error(err)
	}
	found, err := g.Find(t.Context(), account, id)
	told, _ := sandbox.ParseEvent(last.body) // parsed above
	if diff := cmp.Diff(found, told.Outcome); err != nil || diff != "" {
		t.Error(err, diff)
	}
}

func TestOrderedTroublesOfWebhooks(t *testing.T) {
	t.Parallel()
	const waiting, done = gateway.StateActionNeeded, gateway.StateSucceeded
	for trouble, want := range map[string][]gateway.State{
		"duplicate": {waiting, waiting, done},
		"reorder":   {done, waiting},
		"drop":      {done},
	} {
		t.Run(trouble, func(t *testing.T) {
			t.Parallel()
			bank, g, box := openWithInbox(t)
			id := prepared(t, bank, g, "authenticate_always")
			bank.Fault(t, account.ID, map[string]any{"operation": "confirm", "webhooks": trouble, "times": 1})
			if _, err := g.Confirm(t.Context(), account, id, "k1"); err != nil {
				t.Fatal(err)
			}
			bank.Challenge(t, string(id), "approve")
			flush(t, bank)
			states, ids := box.states(t)
			if diff := cmp.Diff(want, states); diff != "" {
				t.Error(diff)
			}
			if trouble == "duplicate" && ids[0] != ids[1] {
				t.Error("the two copies have different ids")
			}
		})
	}
}

func TestUnansweredWebhookIsAnErrorForTheQueue(t *testing.T) {
	t.Parallel()
	bank, g, box := openWithInbox(t)
	box.broken = true
	id := prepared(t, bank, g, "visa_ok")
	if _, err := g.Confirm(t.Context(), account, id, "k1"); err != nil {
		t.Fatal(err)
	}
	if errs := bank.Flush(t.Context()); len(errs) != 1 || errs[0] == nil {
		t.Errorf("got %v, want one error", errs)
	}
}

// Values of this signature were made with openssl dgst -sha256 -hmac.
const (
	goldenBody      = `{"version":1,"id":"evt_1","intent":{"id":"int_1","state":"declined","amount":300,"currency":"JPY","payment":"pay_1","decline":{"code":"lost_card","advice":"03"}}}`
	goldenSignature = "t=1790000000,v1=a32650e6b7a7a314068a9ad2245033279b4d607c103c1b9aeab46a559d8581ea"
)

func TestSignatureIsCheckedWhole(t *testing.T) {
	t.Parallel()
	at := time.Unix(1790000000, 0)
	check := func(secret, account, header, body string, now time.Time) error {
		return sandbox.Verify(secret, account, header, []byte(body), now, 5*time.Minute)
	}
	for _, ok := range []string{goldenSignature, "v1=00," + goldenSignature, "v0=x, " + goldenSignature} {
		if err := check("sandbox-secret", "bus_1.test", ok, goldenBody, at); err != nil {
			t.Errorf("%s: %v", ok, err)
		}
	}
	for name, err := range map[string]error{
		"other secret":  check("other", "bus_1.test", goldenSignature, goldenBody, at),
		"other account": check("sandbox-secret", "bus_2.test", goldenSignature, goldenBody, at),
		"other body":    check("sandbox-secret", "bus_1.test", goldenSignature, goldenBody+" ", at),
		"too old":       check("sandbox-secret", "bus_1.test", goldenSignature, goldenBody, at.Add(6*time.Minute)),
		"too new":       check("sandbox-secret", "bus_1.test", goldenSignature, goldenBody, at.Add(-6*time.Minute)),
		"no signature":  check("sandbox-secret", "bus_1.test", "t=1790000000", goldenBody, at),
		"nothing":       check("sandbox-secret", "bus_1.test", "", goldenBody, at),
	} {
		if !errors.Is(err, sandbox.ErrSignature) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestEventIsReadAsAnOutcome(t *testing.T) {
	t.Parallel()
	got, err := sandbox.ParseEvent([]byte(goldenBody))
	want := gateway.Outcome{
		Intent: "int_1", State: gateway.StateDeclined, Amount: money.Of(300, "JPY"), Payment: "pay_1",
		Decline: gateway.Decline{Code: "lost_card", Advice: "03"},
	}
	if diff := cmp.Diff(want, got.Outcome); err != nil || got.ID != "evt_1" || got.Dispute != nil || diff != "" {
		t.Error(err, got.ID, diff)
	}
	for _, body := range []string{"", "{}", `{"version":2,"id":"evt_1"}`, `{"version":1,"id":"evt_1","intent":{}}`, strings.TrimSuffix(goldenBody, "}") + `,"dispute":{}}`} {
		if out, err := sandbox.ParseEvent([]byte(body)); !errors.Is(err, sandbox.ErrEvent) {
			t.Errorf("%s became %+v, %v", body, out, err)
		}
	}
}

// FuzzWebhook holds that nothing unsigned verifies and nothing panics.
func FuzzWebhook(f *testing.F) {
	f.Add(goldenSignature, []byte(goldenBody))
	f.Add("t=,v1=,", []byte("{"))
	f.Fuzz(func(t *testing.T, header string, body []byte) {
		err := sandbox.Verify("sandbox-secret", "bus_1.test", header, body, time.Unix(1790000000, 0), time.Hour)
		if err == nil && !bytes.Equal(body, []byte(goldenBody)) {
			t.Fatalf("%q verified for %q", header, body)
		}
		if out, err := sandbox.ParseEvent(body); err == nil && (out.ID == "" || out.Outcome.Intent == "" || out.Outcome.State == "") {
			t.Fatalf("%q became %+v", body, out)
		}
	})
}
