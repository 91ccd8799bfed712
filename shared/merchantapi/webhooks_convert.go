package merchantapi

import (
	"maps"
	"slices"
	"strings"
	"time"

	"perennial/shared/fault"
	"perennial/shared/httpapi"
	"perennial/shared/merchant"
	"perennial/shared/record"
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
	RateLimit      int                        `json:"rate_limit,omitempty" minimum:"1" maximum:"65535" doc:"Messages per second; more wait in the queue."`
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
	RateLimit   httpapi.Optional[int]               `json:"rate_limit,omitzero" minimum:"1" maximum:"65535" doc:"Messages per second, more wait in the queue; null means no limit."`
}

// FromAPIWebhookPatch is the change that a patch wants.
func FromAPIWebhookPatch(p WebhookPatch) func(merchant.Endpoint) merchant.Endpoint {
	return func(e merchant.Endpoint) merchant.Endpoint {
		e.URL, e.Description = kept(p.URL, e.URL), p.Description.Else(e.Description)
		e.Types = p.FilterTypes.Else(e.Types)
		e.Metadata, e.RateLimit = p.Metadata.Else(e.Metadata), p.RateLimit.Else(e.RateLimit)
		return e.Enable(!p.Disabled.Else(e.Disabled))
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

func (c cursor) String() string { return wire.Wall(c.created) + "_" + c.id }

func placeOfEndpoint(e merchant.Endpoint) cursor { return cursor{e.CreatedAt, e.ID} }

func placeOfDelivery(d record.Delivery) cursor {
	return cursor{d.Created.Truncate(time.Microsecond), d.ID}
}

// pageAfter cuts the page that follows a cursor out of what was found from its
// instant on, and gives the cursor of the next one, empty at the end.
func pageAfter[T any](after cursor, found []T, limit int, place func(T) cursor) (page []T, next string) {
	rest := slices.DeleteFunc(slices.Clone(found), func(obj T) bool { return !after.before(place(obj)) })
	more := len(found) == record.MaxLimit
	if len(rest) > limit {
		rest, more = rest[:limit], true
	}
	if more && len(rest) > 0 {
		next = place(rest[len(rest)-1]).String()
	}
	return rest, next
}

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

// before reports whether a place comes after the cursor's.
func (c cursor) before(p cursor) bool {
	if c.id == "" {
		return true
	}
	if !p.created.Equal(c.created) {
		return p.created.Before(c.created)
	}
	return p.id < c.id
}
