package stripe_test

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stripe/stripe-go/v84/webhook"

	"perennial/shared/gateway"
	"perennial/shared/gateway/stripe"
	"perennial/shared/gateway/stripe/stripetest"
	"perennial/shared/money"
)

var noon = time.Date(2031, 3, 1, 12, 0, 0, 0, time.UTC)

func signature(secret string, at time.Time, body string) string {
	return "v1=" + hex.EncodeToString(webhook.ComputeSignature(at, []byte(body), secret))
}

func stamp(at time.Time) string { return fmt.Sprintf("t=%d,", at.Unix()) }

// TestOnlyStripesOwnWebhooksAreRead: R316's counterpart for what comes in.
func TestOnlyStripesOwnWebhooksAreRead(t *testing.T) {
	t.Parallel()
	const body = `{"id":"evt_1","type":"customer.created","data":{"object":{"id":"cus_1"}}}`
	g := stripe.New(stripe.Options{Keyring: ring{}, BaseURL: "http://127.0.0.1:1"})
	good := signature(webhookSecret, noon, body)
	for name, c := range map[string]struct {
		header  string
		genuine bool
	}{
		"signed":                       {stamp(noon) + good, true},
		"one of several signatures":    {stamp(noon) + signature("whsec_old", noon, body) + "," + good + ",v0=00", true},
		"under the next secret":        {stamp(noon) + signature("whsec_next", noon, body), true},
		"five minutes old":             {stamp(noon.Add(-stripe.Tolerance)) + signature(webhookSecret, noon.Add(-stripe.Tolerance), body), true},
		"older":                        {stamp(noon.Add(-301*time.Second)) + signature(webhookSecret, noon.Add(-301*time.Second), body), false},
		"from the future":              {stamp(noon.Add(301*time.Second)) + signature(webhookSecret, noon.Add(301*time.Second), body), false},
		"another time than was signed": {stamp(noon.Add(time.Second)) + good, false},
		"two times":                    {stamp(noon) + stamp(noon.Add(time.Hour)) + good, false},
		"another secret":               {stamp(noon) + signature("whsec_guessed", noon, body), false},
		"no secret":                    {stamp(noon) + signature("", noon, body), false},
		"no signature":                 {"t=" + fmt.Sprint(noon.Unix()), false},
		"no time":                      {good, false},
		"nothing":                      {"", false},
	} {
		_, ours, err := g.Receive(t.Context(), account, c.header, []byte(body), noon)
		if errors.Is(err, stripe.ErrSignature) == c.genuine || c.genuine && err != nil || ours {
			t.Errorf("%s: %v, %v", name, ours, err)
		}
	}
	unset := stripe.New(stripe.Options{Keyring: keyring("rk_test_1"), BaseURL: "http://127.0.0.1:1"})
	if _, _, err := unset.Receive(t.Context(), account, stamp(noon)+signature("", noon, body), []byte(body), noon); !errors.Is(err, stripe.ErrSignature) {
		t.Errorf("without a signing secret: %v", err)
	}
}

// receive delivers a signed webhook.
func receive(t *testing.T, g *stripe.Gateway, body string) (gateway.Event, bool) {
	t.Helper()
	event, ours, err := g.Receive(t.Context(), account, stamp(noon)+signature(webhookSecret, noon, body), []byte(body), noon)
	if err != nil {
		t.Fatal(err)
	}
	return event, ours
}

func paid(t *testing.T, w *stripetest.Twin, g *stripe.Gateway) gateway.Outcome {
	t.Helper()
	ctx := context.Background()
	holder, err := g.Enrol(ctx, account, "cus_ada")
	if err != nil {
		t.Fatal(err)
	}
	m, err := g.Save(ctx, account, "s", holder, w.Token(t, account.ID, "visa_ok"), gateway.Visitor{})
	if err != nil {
		t.Fatal(err)
	}
	id, err := g.Prepare(ctx, account, gateway.Params{
		Key: "k", Amount: money.Of(1250, "EUR"), Customer: holder, Method: m.Ref, ReturnURL: "https://a.test/b", Payment: "pay_1",
	})
	if err != nil {
		t.Fatal(err)
	}
	out, err := g.Confirm(ctx, account, id, "c")
	if err != nil || out.State != gateway.StateSucceeded {
		t.Fatalf("%+v, %v", out, err)
	}
	return out
}

func TestAWebhookIsOnlyAReasonToAsk(t *testing.T) {
	t.Parallel()
	w, g := open(t)
	out := paid(t, w, g)
	late := fmt.Sprintf(`{"id":"evt_1","type":"payment_intent.payment_failed","data":{"object":{"id":%q,"status":"requires_payment_method",
		"amount":9,"metadata":{"payment":"pay_1"}}}}`, out.Intent)
	event, ours := receive(t, g, late)
	if diff := cmp.Diff(gateway.Event{ID: "evt_1", Outcome: out}, event); diff != "" || !ours {
		t.Errorf("ours %v: %s", ours, diff)
	}
	for _, foreign := range []string{
		`{"id":"evt_2","type":"payment_intent.succeeded","data":{"object":{"id":"pi_shop","metadata":{}}}}`,
		`{"id":"evt_3","type":"charge.dispute.created","data":{"object":{"id":"dp_shop","payment_intent":null}}}`,
		`{"id":"evt_4","type":"invoice.paid","data":{"object":{"id":"in_1"}}}`,
	} {
		if event, ours := receive(t, g, foreign); ours {
			t.Errorf("%s became %+v", foreign, event)
		}
	}
}

func TestAWebhookTellsOfADispute(t *testing.T) {
	t.Parallel()
	w, g := open(t)
	out := paid(t, w, g)
	ref := w.Dispute(t, account.ID, string(stripetest.Banked(out.Intent)), "dispute")
	event, ours := receive(t, g, fmt.Sprintf(`{"id":"evt_1","type":"charge.dispute.created","data":{"object":{"id":%q,"payment_intent":%q}}}`, ref, out.Intent))
	if !ours || event.Dispute == nil {
		t.Fatalf("%v, %+v", ours, event)
	}
	if d := event.Dispute; d.Payment != "pay_1" || d.Amount != out.Amount || d.State != gateway.DisputeOpened || event.Outcome.Payment != "pay_1" {
		t.Errorf("%+v", event)
	}
}

func TestWhatIsNoEventIsRefused(t *testing.T) {
	t.Parallel()
	g := stripe.New(stripe.Options{Keyring: ring{}, BaseURL: "http://127.0.0.1:1"})
	for _, body := range []string{``, `null`, `{}`, `{"id":"evt_1"}`, `{"id":"evt_1","data":{"object":"x"}}`} {
		_, _, err := g.Receive(t.Context(), account, stamp(noon)+signature(webhookSecret, noon, body), []byte(body), noon)
		if !errors.Is(err, stripe.ErrEvent) {
			t.Errorf("%s: %v", body, err)
		}
	}
}

// late has been told of a new secret a moment ago.
type late struct{ ring }

func (late) Fresh(context.Context, gateway.Account) (stripe.Keys, error) {
	return stripe.Keys{Webhooks: []string{"whsec_new"}}, nil
}

func TestASecretThatWasJustReplacedIsBelieved(t *testing.T) {
	t.Parallel()
	const body = `{"id":"evt_1","type":"customer.created","data":{"object":{"id":"cus_1"}}}`
	g := stripe.New(stripe.Options{Keyring: late{}, BaseURL: "http://127.0.0.1:1"})
	if _, _, err := g.Receive(t.Context(), account, stamp(noon)+signature("whsec_new", noon, body), []byte(body), noon); err != nil {
		t.Error(err)
	}
}
