package stripe

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"time"

	sdk "github.com/stripe/stripe-go/v84"

	"perennial/shared/gateway"
)

// archived are the events that are looked for in the archive: those that
// nothing but a webhook tells. Whoever waits for an intent asks for it, so that
// only a capture is among them that came when nobody waited any more.
//
// All of them are read, not only those with delivery_success=false: what
// happens while an endpoint is switched off, or is not subscribed to an event,
// was sent to nobody and failed nowhere.
var archived = []string{
	paidEvent, "charge.dispute.created", "charge.dispute.updated", "charge.dispute.closed", "charge.dispute.funds_withdrawn",
	"charge.dispute.funds_reinstated", "refund.updated", "refund.failed", "charge.refund.updated", "payment_method.automatically_updated",
}

const paidEvent = "payment_intent.succeeded"

// kept is how long Stripe keeps events.
const kept = 30 * 24 * time.Hour

// archiveParams are the parameters of GET /v1/events.
type archiveParams struct {
	sdk.Params    `form:"*"`
	Created       *sdk.RangeQueryParams `form:"created"`
	EndingBefore  *string               `form:"ending_before"`
	StartingAfter *string               `form:"starting_after"`
	Limit         *int64                `form:"limit"`
	Types         []*string             `form:"types"`
}

// archivePage is a page of events, newest first.
type archivePage struct {
	sdk.APIResource
	Data []json.RawMessage `json:"data"`
	More bool              `json:"has_more"`
}

// Told implements gateway.Archive. It goes on behind the last event that was
// read; where there is none, or Stripe may not keep it any more, it looks for
// the oldest in ever shorter times, because Stripe lists the newest first.
func (g *Gateway) Told(ctx context.Context, account gateway.Account, after gateway.Mark, until time.Time) ([]gateway.Told, gateway.Mark, bool, error) {
	secret, err := g.key(ctx, account)
	if err != nil {
		return nil, after, false, err
	}
	if after.Event != "" && until.Sub(after.At) < kept-24*time.Hour {
		p := between(ctx, time.Time{}, until)
		p.EndingBefore = &after.Event
		told, more, err := g.page(secret, p)
		if !errors.Is(err, gateway.ErrRejected) {
			return told, behind(told, after), more, err
		}
	}
	if !after.At.Before(until) {
		return nil, after, false, nil
	}
	from := until.Add(-kept)
	if after.At.After(from) {
		from = after.At
	}
	told, next, more, err := g.oldest(ctx, secret, from.Truncate(time.Second), until)
	if err != nil {
		return nil, after, false, err
	}
	return told, next, more, nil
}

// oldest gives the first page of events since a time.
func (g *Gateway) oldest(ctx context.Context, secret string, from, until time.Time) ([]gateway.Told, gateway.Mark, bool, error) {
	for end := until; ; end = from.Add(end.Sub(from) / 2).Truncate(time.Second) {
		p := between(ctx, from, end)
		told, more, err := g.page(secret, p)
		if err == nil && more && end.Sub(from) >= 2*time.Second {
			continue
		}
		for err == nil && more { // within one second
			var older []gateway.Told
			p.StartingAfter = &told[0].ID
			older, more, err = g.page(secret, p)
			told = append(older, told...)
		}
		return told, behind(told, gateway.Mark{At: end}), end.Before(until), err
	}
}

// between asks for a page of what was created in a time; a zero one is open.
func between(ctx context.Context, from, until time.Time) *archiveParams {
	p := &archiveParams{
		Params: params(ctx, "", ""), Limit: sdk.Int64(listed), Types: sdk.StringSlice(archived), Created: &sdk.RangeQueryParams{LesserThan: until.Unix()},
	}
	if !from.IsZero() {
		p.Created.GreaterThanOrEqual = from.Unix()
	}
	return p
}

// behind is the mark behind the last of what was read.
func behind(told []gateway.Told, otherwise gateway.Mark) gateway.Mark {
	if len(told) == 0 {
		return otherwise
	}
	last := told[len(told)-1]
	return gateway.Mark{At: last.At, Event: last.ID}
}

// page asks for one page and gives it oldest first.
func (g *Gateway) page(secret string, p *archiveParams) ([]gateway.Told, bool, error) {
	var page archivePage
	if err := g.backend.Call(http.MethodGet, "/v1/events", secret, p, &page); err != nil {
		return nil, false, told("events", err)
	}
	all := make([]gateway.Told, 0, len(page.Data))
	for _, raw := range slices.Backward(page.Data) {
		entry, err := entryOf(raw)
		if err != nil {
			return nil, false, err
		}
		all = append(all, entry)
	}
	return all, page.More && len(all) > 0, nil
}

// entryOf reads an event of the archive.
func entryOf(raw []byte) (gateway.Told, error) {
	in, err := parse(raw)
	if err != nil || in.Created <= 0 {
		return gateway.Told{}, fmt.Errorf("%w: an archived event", errUnreadable)
	}
	entry := gateway.Told{ID: in.ID, At: time.Unix(in.Created, 0).UTC(), Raw: raw}
	if in.Type == paidEvent {
		entry.Paid = in.Data.Object.Metadata[metaPayment]
	}
	return entry, nil
}

// archivedEvent is an event in the form that Stripe gave it.
type archivedEvent struct {
	sdk.APIResource
	raw json.RawMessage
}

// UnmarshalJSON keeps the text.
func (e *archivedEvent) UnmarshalJSON(text []byte) error { return e.raw.UnmarshalJSON(text) }

// Again implements gateway.Archive.
func (g *Gateway) Again(ctx context.Context, account gateway.Account, id string) (gateway.Told, error) {
	secret, err := g.key(ctx, account)
	if err != nil {
		return gateway.Told{}, err
	}
	var found archivedEvent
	if err := g.backend.Call(http.MethodGet, "/v1/events/"+url.PathEscape(id), secret, &archiveParams{Params: params(ctx, "", "")}, &found); err != nil {
		return gateway.Told{}, told("event", err)
	}
	return entryOf(found.raw)
}

// Recall implements gateway.Archive.
func (g *Gateway) Recall(ctx context.Context, account gateway.Account, t gateway.Told) (gateway.Event, bool, error) {
	in, err := parse(t.Raw)
	if err != nil {
		return gateway.Event{}, false, err
	}
	return g.ask(ctx, account, in)
}
