package merchantapi

import (
	"maps"
	"strings"
	"time"

	"perennial/shared/fault"
	"perennial/shared/httpapi"
	"perennial/shared/merchant"
	"perennial/shared/wire"
)

// WebhookRequest makes a webhook endpoint.
type WebhookRequest struct {
	URL            string                     `json:"url" maxLength:"2000"`
	Description    string                     `json:"description,omitempty" maxLength:"1000"`
	Disabled       bool                       `json:"disabled,omitempty"`
	FilterTypes    httpapi.Optional[[]string] `json:"filter_types,omitzero" doc:"Null means every type that Dodo documents, an empty list none."`
	Headers        map[string]string          `json:"headers,omitempty"`
	Metadata       map[string]string          `json:"metadata,omitempty"`
	RateLimit      int                        `json:"rate_limit,omitempty" minimum:"1" maximum:"65535" doc:"Messages per second. It is kept and shown, and not applied yet: deliveries are not slowed."`
	IdempotencyKey string                     `json:"idempotency_key,omitempty" maxLength:"256" doc:"A second call with the same key answers with the first one's webhook."`
}

// FromAPIWebhook converts a new endpoint.
func FromAPIWebhook(r WebhookRequest) merchant.Endpoint {
	return merchant.Endpoint{
		URL: r.URL, Description: r.Description, Disabled: r.Disabled, Types: r.FilterTypes.Value,
		Headers: r.Headers, Metadata: r.Metadata, RateLimit: r.RateLimit,
	}
}

// WebhookPatch changes what it names.
type WebhookPatch struct {
	URL         httpapi.Optional[string]            `json:"url,omitzero" maxLength:"2000"`
	Description httpapi.Optional[string]            `json:"description,omitzero" maxLength:"1000"`
	Disabled    httpapi.Optional[bool]              `json:"disabled,omitzero"`
	FilterTypes httpapi.Optional[[]string]          `json:"filter_types,omitzero" doc:"Null means every type that Dodo documents, an empty list none."`
	Metadata    httpapi.Optional[map[string]string] `json:"metadata,omitzero"`
	RateLimit   httpapi.Optional[int]               `json:"rate_limit,omitzero" minimum:"1" maximum:"65535" doc:"Messages per second; null means no limit. It is kept and shown, and not applied yet: deliveries are not slowed."`
}

// FromAPIWebhookPatch is the change that a patch wants.
func FromAPIWebhookPatch(p WebhookPatch) func(merchant.Endpoint) merchant.Endpoint {
	return func(e merchant.Endpoint) merchant.Endpoint {
		e.URL, e.Description = kept(p.URL, e.URL), p.Description.Else(e.Description)
		e.Disabled, e.Types = p.Disabled.Else(e.Disabled), p.FilterTypes.Else(e.Types)
		e.Metadata, e.RateLimit = p.Metadata.Else(e.Metadata), p.RateLimit.Else(e.RateLimit)
		return e
	}
}

// FromAPIHeaders adds headers to those that there are; an empty value removes
// one. Names are the same in any case.
func FromAPIHeaders(more map[string]string) func(merchant.Endpoint) merchant.Endpoint {
	return func(e merchant.Endpoint) merchant.Endpoint {
		headers := maps.Clone(e.Headers)
		if headers == nil {
			headers = make(map[string]string)
		}
		for name, value := range more {
			maps.DeleteFunc(headers, func(old, _ string) bool { return strings.EqualFold(old, name) })
			if value != "" {
				headers[name] = value
			}
		}
		e.Headers = headers
		return e
	}
}

// cursor is a place in a list that is ordered from new to old; the zero
// cursor is before its beginning.
type cursor struct {
	created time.Time
	id      string
}

var errCursor = fault.New(fault.Invalid, "INVALID_QUERY_PARAMS", "iterator: is not one that a list has answered with")

func cursorAt(e merchant.Endpoint) string { return wire.Wall(e.CreatedAt) + "_" + e.ID }

func parseCursor(text string) (cursor, error) {
	if text == "" {
		return cursor{}, nil
	}
	created, id, found := strings.Cut(text, "_")
	at, err := time.Parse(time.RFC3339, created)
	if err != nil || !found {
		return cursor{}, errCursor
	}
	return cursor{at, id}, nil
}

// before reports whether an endpoint comes after the cursor's place.
func (c cursor) before(e merchant.Endpoint) bool {
	if c.id == "" {
		return true
	}
	if !e.CreatedAt.Equal(c.created) {
		return e.CreatedAt.Before(c.created)
	}
	return e.ID < c.id
}
