package merchantapi_test

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	dodo "github.com/dodopayments/dodopayments-go"
	"github.com/dodopayments/dodopayments-go/option"
	"github.com/google/go-cmp/cmp"

	"perennial/shared/clock"
	"perennial/shared/hooks"
	"perennial/shared/lifecycle/lifecycletest"
	"perennial/shared/merchant"
	"perennial/shared/webhooks"
)

func (b *bench) webhook(params dodo.WebhookNewParams) *dodo.WebhookDetails {
	b.T.Helper()
	if !params.URL.Present {
		params.URL = dodo.F("https://shop.example/hooks")
	}
	made, err := b.client.Webhooks.New(b.T.Context(), params)
	b.must(err)
	return made
}

func TestAWebhookIsMadeReadChangedAndDeleted(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	ctx := t.Context()
	made := b.webhook(dodo.WebhookNewParams{
		Description: dodo.F("orders"), FilterTypes: dodo.F([]dodo.WebhookEventType{dodo.WebhookEventTypePaymentSucceeded}),
		Metadata: dodo.F(map[string]string{"team": "billing"}), RateLimit: dodo.F[int64](5),
	})
	if !strings.HasPrefix(made.ID, "whk_") || len(made.FilterTypes) != 1 || made.RateLimit != 5 || made.CreatedAt == "" {
		t.Errorf("made %+v", made)
	}
	changed, err := b.client.Webhooks.Update(ctx, made.ID, dodo.WebhookUpdateParams{
		Disabled: dodo.F(true), FilterTypes: dodo.Null[[]dodo.WebhookEventType](), RateLimit: dodo.Null[int64](),
	})
	b.must(err)
	got, err := b.client.Webhooks.Get(ctx, made.ID)
	b.must(err)
	if diff := cmp.Diff(changed.JSON.RawJSON(), got.JSON.RawJSON()); diff != "" {
		t.Error(diff)
	}
	if raw := got.JSON.RawJSON(); !got.Disabled || got.Description != "orders" ||
		!strings.Contains(raw, `"filter_types":null`) || !strings.Contains(raw, `"rate_limit":null`) {
		t.Errorf("changed to %s", raw)
	}
	none, err := b.client.Webhooks.Update(ctx, made.ID, dodo.WebhookUpdateParams{FilterTypes: dodo.F([]dodo.WebhookEventType{})})
	if err != nil || !strings.Contains(none.JSON.RawJSON(), `"filter_types":[]`) {
		t.Errorf("an empty list became %s, %v", none.JSON.RawJSON(), err)
	}
	b.must(b.client.Webhooks.Delete(ctx, made.ID))
	b.refused(b.client.Webhooks.Delete(ctx, made.ID), 404, "NOT_FOUND")
}

func TestASecretIsSealedAndSignsWhatTheSDKUnwraps(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	var delivered []byte
	var headers http.Header
	shop := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		delivered, headers = readAll(r), r.Header
	}))
	t.Cleanup(shop.Close)
	made := b.webhook(dodo.WebhookNewParams{URL: dodo.F(shop.URL), Headers: dodo.F(map[string]string{"X-Shop": "1"})})
	secret, err := b.client.Webhooks.GetSecret(t.Context(), made.ID)
	b.must(err)
	raw, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret.Secret, "whsec_"))
	if err != nil || len(raw) < 24 || len(raw) > 32 {
		t.Fatalf("secret %q, %v", secret.Secret, err)
	}
	stored := lifecycletest.Get[merchant.Endpoint](b.World, made.ID)
	if strings.Contains(stored.Secret, secret.Secret) || stored.Secret == "" {
		t.Errorf("stored as %q", stored.Secret)
	}
	sub := b.Active("visa_ok")
	deliverer := &hooks.Service{Store: b.Store, Poster: webhooks.New(box{}, true, clock.System), Wall: b.Clock.Now}
	outboxes := b.Store.Outboxes()
	b.must(deliverer.Deliver(t.Context(), hooks.First(b.Scope, outboxes[len(outboxes)-1].Key, made.ID, b.Clock.Now())))
	event, err := b.client.Webhooks.Unwrap(delivered, headers, option.WithWebhookKey(secret.Secret))
	b.must(err)
	active, ok := event.AsUnion().(dodo.SubscriptionUpdatedWebhookEvent)
	if !ok || active.Data.SubscriptionID != sub.ID || headers.Get("X-Shop") != "1" {
		t.Errorf("delivered %s", delivered)
	}
	if _, err := b.client.Webhooks.Unwrap(append(delivered, ' '), headers, option.WithWebhookKey(secret.Secret)); err == nil {
		t.Error("a tampered body was accepted")
	}
}

func TestWebhooksAreListedByCursorToTheEnd(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	var want []string
	for i := range 7 {
		made := b.webhook(dodo.WebhookNewParams{URL: dodo.F(fmt.Sprintf("https://shop.example/%d", i))})
		want = append([]string{made.ID}, want...)
		if i%2 == 0 { // some share a moment
			b.Clock.Advance(time.Second)
		}
	}
	var got []string
	pages := b.client.Webhooks.ListAutoPaging(t.Context(), dodo.WebhookListParams{Limit: dodo.F[int64](3)})
	for pages.Next() {
		got = append(got, pages.Current().ID)
	}
	b.must(pages.Err())
	if len(got) != len(want) || len(unique(got)) != len(want) {
		t.Errorf("listed %v, want %v", got, want)
	}
	last, err := b.client.Webhooks.List(t.Context(), dodo.WebhookListParams{})
	if err != nil || len(last.Data) != 7 || last.Iterator != "" {
		t.Errorf("one page: %d, iterator %q, %v", len(last.Data), last.Iterator, err)
	}
	if _, body := b.send("GET", "/webhooks", writer, ""); !strings.Contains(body, `"done":true,"iterator":null`) {
		t.Error(body)
	}
	_, err = b.client.Webhooks.List(t.Context(), dodo.WebhookListParams{Iterator: dodo.F("nonsense")})
	b.refused(err, 422, "INVALID_QUERY_PARAMS")
}

func TestHeadersAreMergedAndCredentialsNotShown(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	ctx := t.Context()
	made := b.webhook(dodo.WebhookNewParams{Headers: dodo.F(map[string]string{"X-Shop": "1", "X-Old": "1"})})
	b.must(b.client.Webhooks.Headers.Update(ctx, made.ID, dodo.WebhookHeaderUpdateParams{
		Headers: dodo.F(map[string]string{"x-shop": "2", "X-Old": "", "Authorization": "Bearer s3cret"}),
	}))
	got, err := b.client.Webhooks.Headers.Get(ctx, made.ID)
	b.must(err)
	if diff := cmp.Diff(map[string]string{"x-shop": "2"}, got.Headers); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"Authorization"}, got.Sensitive); diff != "" {
		t.Error(diff)
	}
}

func TestAnIdempotencyKeyMakesOneWebhook(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	first := b.webhook(dodo.WebhookNewParams{IdempotencyKey: dodo.F("setup")})
	second := b.webhook(dodo.WebhookNewParams{IdempotencyKey: dodo.F("setup"), URL: dodo.F("https://shop.example/other")})
	third := b.webhook(dodo.WebhookNewParams{})
	if first.ID != second.ID || second.URL != first.URL || third.ID == first.ID {
		t.Errorf("made %s, %s, %s", first.ID, second.ID, third.ID)
	}
}

func TestAWebhookThatCannotBeIsRefused(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	before := len(b.Store.Commits())
	for name, c := range map[string]struct{ body, field string }{
		"plain http":         {`{"url":"http://shop.example/hooks"}`, "url"},
		"a private address":  {`{"url":"http://10.0.0.1/hooks"}`, "url"},
		"a password":         {`{"url":"https://user:pass@shop.example"}`, "url"},
		"no address":         {`{"url":"shop"}`, "url"},
		"an unknown type":    {`{"url":"https://shop.example","filter_types":["payment.imagined"]}`, "filter_types"},
		"our own header":     {`{"url":"https://shop.example","headers":{"Webhook-Id":"1"}}`, "headers"},
		"a broken header":    {`{"url":"https://shop.example","headers":{"X-A":"1\r\nX-B: 2"}}`, "headers"},
		"a limit of nothing": {`{"url":"https://shop.example","rate_limit":0}`, "rate_limit"},
	} {
		status, body := b.send("POST", "/webhooks", writer, c.body)
		if status != 422 || !strings.Contains(body, c.field) {
			t.Errorf("%s: %d %s", name, status, body)
		}
	}
	b.unchanged(before)
	for _, fine := range []string{"http://localhost:3000/hooks", "http://shop.localhost", "http://127.0.0.1:9"} {
		b.webhook(dodo.WebhookNewParams{URL: dodo.F(fine), FilterTypes: dodo.F([]dodo.WebhookEventType{"hold.started"})})
	}
}
