package compat

import (
	"bytes"
	"encoding/base64"
	"net/http"
	"reflect"
	"strconv"
	"strings"
	"time"

	dodo "github.com/dodopayments/dodopayments-go"
	"github.com/dodopayments/dodopayments-go/option"
	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
)

var webhookChecks = []check{
	{36, "a webhook is made, read, changed, listed and deleted", manageHook},
	{36, "a filter lets only its types through", filtered},
	{37, "every delivery is read as its own type", deliveries},
	{37, "a forged or old delivery is refused", forged},
	{38, "a delivery that failed comes again, signed anew", redelivered},
}

func manageHook(s *shop) {
	hooks := s.sdk.Webhooks
	made, err := hooks.New(s.Context(), dodo.WebhookNewParams{
		URL: dodo.F("https://shop.example/hooks"), Description: dodo.F("orders"), RateLimit: dodo.F(int64(5)),
		Metadata: dodo.F(map[string]string{"team": "billing"}), Headers: dodo.F(map[string]string{"X-Shop": "7"}),
	})
	s.must(err)
	secret, err := hooks.GetSecret(s.Context(), made.ID)
	s.must(err)
	key, found := strings.CutPrefix(secret.Secret, "whsec_")
	if raw, err := base64.StdEncoding.DecodeString(key); !found || err != nil || len(raw) < 24 {
		s.Errorf("a secret of %d bytes, %v", len(raw), err)
	}
	s.must(hooks.Headers.Update(s.Context(), made.ID, dodo.WebhookHeaderUpdateParams{Headers: dodo.F(map[string]string{"X-Till": "2"})}))
	headers, err := hooks.Headers.Get(s.Context(), made.ID)
	s.must(err)
	if len(headers.Headers) != 2 || headers.Headers["X-Till"] != "2" || headers.Sensitive == nil {
		s.Errorf("headers %s", headers.JSON.RawJSON())
	}
	_, err = hooks.Update(s.Context(), made.ID, dodo.WebhookUpdateParams{Description: dodo.F("all"), Disabled: dodo.F(true)})
	s.must(err)
	got, err := hooks.Get(s.Context(), made.ID)
	s.must(err)
	if got.Description != "all" || !got.Disabled || got.RateLimit != 5 || got.Metadata["team"] != "billing" || got.FilterTypes != nil {
		s.Errorf("changed to %s", got.JSON.RawJSON())
	}
	s.eventually("the list has it", func() bool {
		n, pages := 0, hooks.ListAutoPaging(s.Context(), dodo.WebhookListParams{Limit: dodo.F(int64(1))})
		for pages.Next() {
			n++
		}
		s.must(pages.Err())
		return n == 1
	})
	s.must(hooks.Delete(s.Context(), made.ID))
	_, err = hooks.Get(s.Context(), made.ID)
	s.refused(err, http.StatusNotFound, "NOT_FOUND")
}

func filtered(s *shop) {
	all, some := s.listen(), s.listen()
	_, err := s.sdk.Webhooks.Update(s.Context(), some.id, dodo.WebhookUpdateParams{
		FilterTypes: dodo.F([]dodo.WebhookEventType{dodo.WebhookEventTypeSubscriptionActive}),
	})
	s.must(err)
	s.subscriber(s.product(monthly(2900)).ProductID, cardGood)
	s.heard(all, 0, "payment.succeeded", "subscription.active")
	s.heard(some, 0, "subscription.active")
	if got, _ := some.all(); len(got) != 1 {
		s.Errorf("%d deliveries passed the filter", len(got))
	}
}

// ownType is the SDK's type for an event: payment.succeeded is read as
// PaymentSucceededWebhookEvent.
func ownType(event string) string {
	var name strings.Builder
	for part := range strings.FieldsFuncSeq(event, func(r rune) bool { return r == '.' || r == '_' }) {
		name.WriteString(strings.ToUpper(part[:1]) + part[1:])
	}
	return name.String() + "WebhookEvent"
}

func deliveries(s *shop) {
	hooks := s.listen()
	sub := s.held()
	link, err := s.sdk.Subscriptions.UpdatePaymentMethod(s.Context(), sub.SubscriptionID, newMethod)
	s.must(err)
	s.pay(link.PaymentLink, cardOther)
	s.patch(sub.SubscriptionID, dodo.SubscriptionUpdateParams{Status: dodo.F(dodo.SubscriptionStatusCancelled)})
	s.heard(hooks, 0, "payment.succeeded", "subscription.active", "payment.failed", "subscription.on_hold",
		"payment.succeeded", "subscription.active", "subscription.cancelled")
	got, _ := hooks.all()
	for _, d := range got {
		if read := reflect.TypeOf(d.Union).Name(); read != ownType(d.Type) {
			s.Errorf("%s is read as %s: %s", d.Type, read, d.Body)
		}
	}
}

func forged(s *shop) {
	hooks := s.listen()
	s.subscriber(s.product(monthly(2900)).ProductID, cardGood)
	s.heard(hooks, 0, "payment.succeeded")
	got, _ := hooks.all()
	d, trust := got[0], option.WithWebhookKey(hooks.secret)
	if _, err := s.sdk.Webhooks.Unwrap(bytes.Replace(d.Body, []byte("2900"), []byte("1"), 1), d.Header, trust); err == nil {
		s.Error("an altered body is believed")
	}
	signer, err := standardwebhooks.NewWebhook(hooks.secret)
	s.must(err)
	for age, believed := range map[time.Duration]bool{time.Minute: true, 6 * time.Minute: false} {
		at := time.Now().Add(-age)
		signature, err := signer.Sign("msg_1", at, d.Body)
		s.must(err)
		header := d.Header.Clone()
		header.Set("webhook-id", "msg_1")
		header.Set("webhook-timestamp", strconv.FormatInt(at.Unix(), 10))
		header.Set("webhook-signature", signature)
		if _, err := s.sdk.Webhooks.Unwrap(d.Body, header, trust); (err == nil) != believed {
			s.Errorf("%s old: %v", age, err)
		}
	}
}

func redelivered(s *shop) {
	hooks := s.listen()
	hooks.mu.Lock()
	hooks.refuse = 1
	hooks.mu.Unlock()
	s.subscriber(s.product(monthly(2900)).ProductID, cardGood)
	s.heard(hooks, 0, "payment.succeeded", "payment.succeeded") // both verified by the SDK
	got, _ := hooks.all()
	first := got[0]
	for _, again := range got[1:] {
		if again.Header.Get("webhook-id") != first.Header.Get("webhook-id") {
			continue
		}
		if again.Header.Get("webhook-timestamp") <= first.Header.Get("webhook-timestamp") || !bytes.Equal(again.Body, first.Body) {
			s.Errorf("again at %s after %s", again.Header.Get("webhook-timestamp"), first.Header.Get("webhook-timestamp"))
		}
		return
	}
	s.Error("what failed never came again")
}
