package merchantapi

import (
	"context"
	"encoding/json"

	"perennial/shared/endpoints"
	"perennial/shared/hooks"
	"perennial/shared/httpapi"
	"perennial/shared/record"
	"perennial/shared/wire"
)

const (
	aboutDeliveries = "The log of what was sent to the webhook, newest first: 30 days of what was accepted, 90 days of what was not. " +
		"A delivery holds the events of one change, which are sent in their order."
	aboutResend = "Sends the delivery again at once, under the same `webhook-id`s and with the same bodies. One that was given up " +
		"goes on at the event that was refused."
	aboutReplay = "Sends again what happened since a time, up to 90 days back, behind what is new, under the same " +
		"`webhook-id`s. It runs in the background, one replay of a webhook at a time; what is still being tried is left alone."
)

type listDeliveries struct {
	WebhookPath
	httpapi.Cursor
	Status string `query:"status" enum:"pending,delivered,failed" doc:"Failed ones were given up: they wait for a resend or a replay."`
}

func (s *server) listDeliveries(ctx context.Context, c httpapi.Caller, in listDeliveries) (httpapi.CursorPage[wire.Delivery], error) {
	after, err := parseCursor(in.Iterator)
	if err != nil {
		return httpapi.CursorPage[wire.Delivery]{}, err
	}
	found, err := s.Endpoints.Deliveries(ctx, scopeOf(c), in.WebhookID, record.DeliveryState(in.Status),
		record.Query{To: after.created, Limit: record.MaxLimit})
	if err != nil {
		return httpapi.CursorPage[wire.Delivery]{}, err
	}
	rest, next := pageAfter(after, found, in.Limit, placeOfDelivery)
	var data []wire.Delivery
	for _, d := range rest {
		data = append(data, ToAPIDelivery(d))
	}
	return httpapi.Slice(data, "", next), nil
}

// ToAPIDelivery converts a delivery.
func ToAPIDelivery(d record.Delivery) wire.Delivery {
	return wire.ToDelivery(d, endpoints.PublicID(d), func(event int) string { return hooks.WebhookID(d.Outbox, event, d.Endpoint) })
}

type deliveryPath struct {
	WebhookPath
	DeliveryID string `path:"delivery_id" maxLength:"2000"`
}

// DeliveryDetails is a delivery with the bodies of its events.
type DeliveryDetails struct {
	wire.Delivery
	Payloads []json.RawMessage `json:"payloads" doc:"What is sent, event by event; the endpoint gets those it asked for."`
}

func (s *server) getDelivery(ctx context.Context, c httpapi.Caller, in deliveryPath) (DeliveryDetails, error) {
	d, o, err := s.Endpoints.Delivery(ctx, scopeOf(c), in.WebhookID, in.DeliveryID)
	if err != nil {
		return DeliveryDetails{}, err
	}
	details := DeliveryDetails{Delivery: ToAPIDelivery(d), Payloads: []json.RawMessage{}}
	for i, e := range o.Events {
		if !hooks.Documented(e.Type) {
			continue
		}
		body, err := wire.EventWith(o, i, s.Documents)
		if err != nil {
			return details, err
		}
		details.Payloads = append(details.Payloads, body)
	}
	return details, nil
}

func (s *server) resendDelivery(ctx context.Context, c httpapi.Caller, in deliveryPath) (wire.Delivery, error) {
	d, err := s.Endpoints.Resend(ctx, scopeOf(c), actorOf(c), in.WebhookID, in.DeliveryID)
	return ToAPIDelivery(d), err
}

type startReplay struct {
	WebhookPath
	Body struct {
		Since      httpapi.Time                   `json:"since" doc:"Of the wall clock, as the log shows it: events committed since."`
		Until      httpapi.Optional[httpapi.Time] `json:"until,omitzero" doc:"Before; null means now."`
		FailedOnly bool                           `json:"failed_only,omitempty" doc:"Leave alone what was accepted."`
	}
}

func (s *server) startReplay(ctx context.Context, c httpapi.Caller, in startReplay) (wire.Replay, error) {
	r, err := s.Endpoints.Replay(ctx, scopeOf(c), actorOf(c), in.WebhookID, endpoints.Wish{
		Since: in.Body.Since.Time(), Until: in.Body.Until.Value.Time(), FailedOnly: in.Body.FailedOnly,
	})
	return wire.ToReplay(r), err
}

func (s *server) getReplay(ctx context.Context, c httpapi.Caller, in WebhookPath) (wire.Replay, error) {
	if _, err := s.Endpoints.Get(ctx, scopeOf(c), in.WebhookID); err != nil {
		return wire.Replay{}, err
	}
	r, err := s.Endpoints.LastReplay(ctx, scopeOf(c), in.WebhookID)
	if err == nil && r.Version == 0 {
		err = record.ErrNotFound
	}
	return wire.ToReplay(r), err
}
