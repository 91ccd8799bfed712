package merchantapi

import (
	"context"
	"maps"
	"slices"
	"strings"

	"perennial/shared/httpapi"
	"perennial/shared/merchant"
	"perennial/shared/record"
	"perennial/shared/wire"
)

type createWebhook struct {
	Body WebhookRequest
}

func (s *server) createWebhook(ctx context.Context, c httpapi.Caller, in createWebhook) (wire.Webhook, error) {
	made, err := s.Endpoints.Create(ctx, scopeOf(c), actorOf(c), FromAPIWebhook(in.Body), in.Body.IdempotencyKey)
	return wire.ToWebhook(made), err
}

type listWebhooks struct {
	httpapi.Cursor
}

func (s *server) listWebhooks(ctx context.Context, c httpapi.Caller, in listWebhooks) (httpapi.CursorPage[wire.Webhook], error) {
	after, err := parseCursor(in.Iterator)
	if err != nil {
		return httpapi.CursorPage[wire.Webhook]{}, err
	}
	found, err := s.Endpoints.List(ctx, scopeOf(c), record.Query{To: after.created, Limit: record.MaxLimit})
	if err != nil {
		return httpapi.CursorPage[wire.Webhook]{}, err
	}
	rest, next := pageAfter(after, found, in.Limit, placeOfEndpoint)
	var data []wire.Webhook
	for _, e := range rest {
		data = append(data, wire.ToWebhook(e))
	}
	return httpapi.Slice(data, "", next), nil
}

// WebhookPath names a webhook.
type WebhookPath struct {
	WebhookID string `path:"webhook_id"`
}

func (s *server) getWebhook(ctx context.Context, c httpapi.Caller, in WebhookPath) (wire.Webhook, error) {
	found, err := s.Endpoints.Get(ctx, scopeOf(c), in.WebhookID)
	return wire.ToWebhook(found), err
}

type updateWebhook struct {
	WebhookPath
	Body WebhookPatch
}

func (s *server) updateWebhook(ctx context.Context, c httpapi.Caller, in updateWebhook) (wire.Webhook, error) {
	changed, err := s.Endpoints.Update(ctx, scopeOf(c), actorOf(c), in.WebhookID, FromAPIWebhookPatch(in.Body))
	return wire.ToWebhook(changed), err
}

func (s *server) deleteWebhook(ctx context.Context, c httpapi.Caller, in WebhookPath) error {
	return s.Endpoints.Delete(ctx, scopeOf(c), actorOf(c), in.WebhookID)
}

const aboutSecrets = "A read-only key answers 403: this is what deliveries are proven with."

// WebhookSecret is what deliveries are signed with.
type WebhookSecret struct {
	Secret string `json:"secret" doc:"whsec_ and base64, as the Standard Webhooks libraries take it."`
}

func (s *server) getSecret(ctx context.Context, c httpapi.Caller, in WebhookPath) (WebhookSecret, error) {
	secret, err := s.Endpoints.Secret(ctx, scopeOf(c), in.WebhookID)
	return WebhookSecret{secret}, err
}

// RotatedSecret is a webhook's new secret.
type RotatedSecret struct {
	WebhookSecret
	OldSecretExpiresAt string `json:"old_secret_expires_at" doc:"Until then deliveries are signed with the old secret as well."`
}

func (s *server) rotateSecret(ctx context.Context, c httpapi.Caller, in WebhookPath) (RotatedSecret, error) {
	secret, changed, err := s.Endpoints.Rotate(ctx, scopeOf(c), actorOf(c), in.WebhookID)
	return RotatedSecret{WebhookSecret{secret}, wire.Wall(changed.OldUntil)}, err
}

// WebhookHeaders are sent with every delivery. The values of sensitive ones
// are not shown again.
type WebhookHeaders struct {
	Headers   map[string]string `json:"headers"`
	Sensitive []string          `json:"sensitive"`
}

// sensitive are the headers whose values are credentials.
var sensitive = []string{"authorization", "cookie", "proxy-authorization", "x-api-key", "x-auth-token"}

// ToAPIHeaders converts an endpoint's headers.
func ToAPIHeaders(e merchant.Endpoint) WebhookHeaders {
	out := WebhookHeaders{Headers: map[string]string{}, Sensitive: []string{}}
	for _, name := range slices.Sorted(maps.Keys(e.Headers)) {
		if slices.Contains(sensitive, strings.ToLower(name)) {
			out.Sensitive = append(out.Sensitive, name)
			continue
		}
		out.Headers[name] = e.Headers[name]
	}
	return out
}

func (s *server) getHeaders(ctx context.Context, c httpapi.Caller, in WebhookPath) (WebhookHeaders, error) {
	found, err := s.Endpoints.Get(ctx, scopeOf(c), in.WebhookID)
	return ToAPIHeaders(found), err
}

type updateHeaders struct {
	WebhookPath
	Body struct {
		Headers map[string]string `json:"headers"`
	}
}

func (s *server) updateHeaders(ctx context.Context, c httpapi.Caller, in updateHeaders) error {
	_, err := s.Endpoints.Update(ctx, scopeOf(c), actorOf(c), in.WebhookID, FromAPIHeaders(in.Body.Headers))
	return err
}
