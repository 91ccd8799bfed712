package merchantapi_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	dodo "github.com/dodopayments/dodopayments-go"
	"github.com/dodopayments/dodopayments-go/option"

	"perennial/shared/clock"
	"perennial/shared/endpoints"
	"perennial/shared/hooks"
	"perennial/shared/record"
	"perennial/shared/webhooks"
	"perennial/shared/wire"
)

// delivered puts a delivery of the latest commit and a finished replay into
// the log and gives the delivery's public id.
func (b *bench) delivered(hook string) string {
	b.T.Helper()
	all := b.Store.Outboxes()
	d := hooks.New(all[len(all)-1], hook)
	d.Done, d.At = b.Clock.Now(), b.Clock.Now()
	b.must(b.Store.Commit(b.T.Context(), record.Commit{
		Scope: b.Scope, Cause: "test", Put: []any{d, record.Replay{ID: hook, DoneAt: b.Clock.Now()}},
	}))
	return endpoints.PublicID(d)
}

// deliverer posts what was committed.
func (b *bench) deliverer() *hooks.Service {
	return &hooks.Service{Store: b.Store, Poster: webhooks.New(box{}, true, clock.System), Wall: b.Clock.Now}
}

func (b *bench) deliverAll(hook string) {
	b.T.Helper()
	service := b.deliverer()
	for _, o := range b.Store.Outboxes() {
		b.must(service.Deliver(b.T.Context(), hooks.First(b.Scope, o.Key, hook, b.Clock.Now())))
	}
}

type deliveryPage struct {
	Data     []wire.Delivery
	Iterator string
	Done     bool
}

func (b *bench) deliveries(path string) deliveryPage {
	b.T.Helper()
	status, body := b.send("GET", path, reader, "")
	var page deliveryPage
	if err := json.Unmarshal([]byte(body), &page); err != nil || status != 200 {
		b.T.Fatalf("%d %s", status, body)
	}
	return page
}

// R315: what was sent, and what came back, can be looked at.
func TestTheLogShowsWhatWasSentAndIsReadByCursorToTheEnd(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	shop := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = fmt.Fprint(w, "thank\nyou") }))
	t.Cleanup(shop.Close)
	hook := b.webhook(dodo.WebhookNewParams{URL: dodo.F(shop.URL)})
	for range 4 {
		b.Active("visa_ok")
		b.Clock.Advance(time.Second)
	}
	b.deliverAll(hook.ID)
	path, seen := "/webhooks/"+hook.ID+"/deliveries", map[string]bool{}
	for next := ""; ; {
		page := b.deliveries(path + "?limit=3&iterator=" + next)
		for _, d := range page.Data {
			if d.Status != "delivered" || d.DeliveredAt == nil || len(d.Attempts) == 0 || seen[d.ID] {
				t.Errorf("listed %+v", d)
			}
			for _, a := range d.Attempts {
				if *a.Status != 200 || a.Response != "thank you" || !strings.HasPrefix(a.MessageID, "msg_") || a.EventType == "" {
					t.Errorf("attempt %+v", a)
				}
			}
			seen[d.ID] = true
		}
		if next = page.Iterator; page.Done {
			break
		}
	}
	if len(seen) != len(b.Store.Outboxes()) {
		t.Errorf("listed %d of %d", len(seen), len(b.Store.Outboxes()))
	}
	if page := b.deliveries(path + "?status=failed"); len(page.Data) != 0 {
		t.Errorf("failed: %+v", page.Data)
	}
	for id := range seen {
		_, body := b.send("GET", path+"/"+id, reader, "")
		if !strings.Contains(body, `"payloads":[{"business_id":`) {
			t.Error(body)
		}
		break
	}
}

func TestAResendAndAReplayAreQueuedAndPostedAgain(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	posted := map[string]int{}
	shop := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { posted[r.Header.Get("webhook-id")]++ }))
	t.Cleanup(shop.Close)
	hook := b.webhook(dodo.WebhookNewParams{URL: dodo.F(shop.URL)})
	b.Active("visa_ok")
	b.deliverAll(hook.ID)
	path, first := "/webhooks/"+hook.ID, len(posted)
	d := b.deliveries(path + "/deliveries").Data[0]
	status, body := b.send("POST", path+"/deliveries/"+d.ID+"/resend", writer, "")
	if status != 202 || !strings.Contains(body, `"status":"pending"`) || len(b.work.sent) != 1 {
		t.Fatalf("%d %s, queued %v", status, body, b.work.sent)
	}
	item, err := record.DecodeDue([]byte(b.work.sent[0]))
	b.must(err)
	b.must(b.deliverer().Deliver(t.Context(), item))
	status, body = b.send("POST", path+"/replay", writer, fmt.Sprintf(`{"since":%q}`, b.Clock.Now().Add(-time.Hour).Format(time.RFC3339)))
	if status != 202 || !strings.Contains(body, `"status":"running"`) || len(b.work.sent) != 2 {
		t.Fatalf("%d %s, queued %v", status, body, b.work.sent)
	}
	if again, body := b.send("POST", path+"/replay", writer, fmt.Sprintf(`{"since":%q}`, b.Clock.Now().Add(-time.Hour).Format(time.RFC3339))); again != 409 {
		t.Errorf("a second replay: %d %s", again, body)
	}
	if len(posted) != first {
		t.Errorf("sent again under new ids: %v", posted)
	}
	old := fmt.Sprintf(`{"since":%q}`, b.Clock.Now().AddDate(0, 0, -91).Format(time.RFC3339))
	if status, body := b.send("POST", path+"/replay", writer, old); status != 422 {
		t.Errorf("91 days back: %d %s", status, body)
	}
	b.must(b.client.Webhooks.Delete(t.Context(), hook.ID))
}

// R316: after a rotation both secrets verify for a day, then the new one.
func TestBothSecretsVerifyForADayAfterARotation(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	var body []byte
	var header http.Header
	shop := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { body, header = readAll(r), r.Header }))
	t.Cleanup(shop.Close)
	hook := b.webhook(dodo.WebhookNewParams{URL: dodo.F(shop.URL)})
	before, err := b.client.Webhooks.GetSecret(t.Context(), hook.ID)
	b.must(err)
	status, answer := b.send("POST", "/webhooks/"+hook.ID+"/secret/rotate", writer, "")
	var rotated struct {
		Secret string `json:"secret"`
	}
	b.must(json.Unmarshal([]byte(answer), &rotated))
	now, err := b.client.Webhooks.GetSecret(t.Context(), hook.ID)
	b.must(err)
	if status != 200 || rotated.Secret != now.Secret || now.Secret == before.Secret {
		t.Fatalf("%d %s, then %s", status, answer, now.Secret)
	}
	b.Active("visa_ok")
	all := b.Store.Outboxes()
	for _, old := range []bool{true, false} {
		e, err := b.endpoints().Get(t.Context(), b.Scope, hook.ID)
		b.must(err)
		if old {
			e.OldUntil = time.Now().Add(24 * time.Hour) // signatures are of the real time
		} else {
			e.OldUntil = time.Now().Add(-time.Hour)
		}
		_, err = webhooks.New(box{}, true, clock.System).Post(t.Context(), hooks.Webhook{ID: "msg_1", Endpoint: e, Outbox: all[len(all)-1]})
		b.must(err)
		if _, err := b.client.Webhooks.Unwrap(body, header, option.WithWebhookKey(now.Secret)); err != nil {
			t.Errorf("the new secret, the old one good %t: %v", old, err)
		}
		if _, err := b.client.Webhooks.Unwrap(body, header, option.WithWebhookKey(before.Secret)); (err == nil) != old {
			t.Errorf("the old secret, good %t: %v", old, err)
		}
	}
}

func (b *bench) endpoints() *endpoints.Service {
	return &endpoints.Service{Store: b.Store, Sealer: box{}, Wall: b.Clock.Now}
}
