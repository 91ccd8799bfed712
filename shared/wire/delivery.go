package wire

import (
	"time"

	"perennial/shared/record"
)

// Delivery is one line of a webhook's log: the events of one change on their
// way to the endpoint.
type Delivery struct {
	ID            string            `json:"id"`
	WebhookID     string            `json:"webhook_id"`
	Status        string            `json:"status" enum:"pending,delivered,failed"`
	EventTypes    []string          `json:"event_types"`
	CreatedAt     string            `json:"created_at"` // when it happened, by the wall clock
	DeliveredAt   *string           `json:"delivered_at"`
	NextAttemptAt *string           `json:"next_attempt_at"`
	Problem       *string           `json:"problem"` // why the last attempt failed
	Attempts      []DeliveryAttempt `json:"attempts"`
}

// DeliveryAttempt is one request to the endpoint.
type DeliveryAttempt struct {
	EventType string `json:"event_type"`
	MessageID string `json:"message_id"` // the request's webhook-id
	At        string `json:"at"`
	TookMS    int64  `json:"took_ms"`
	Status    *int   `json:"status"`   // HTTP status; null without an answer
	Response  string `json:"response"` // how the answer began, or what went wrong
}

// ToDelivery converts a delivery; message gives the webhook-id of an event.
func ToDelivery(d record.Delivery, id string, message func(event int) string) Delivery {
	out := Delivery{
		ID: id, WebhookID: d.Endpoint, Status: string(d.State()), EventTypes: append([]string{}, d.Types...),
		CreatedAt: Wall(d.Created), DeliveredAt: moment(d.Done), NextAttemptAt: moment(d.Next),
		Attempts: []DeliveryAttempt{},
	}
	if d.State() != record.DeliveryDelivered {
		out.Problem = text(d.Problem)
	}
	for _, a := range d.Log {
		line := DeliveryAttempt{MessageID: message(a.Event), At: Wall(a.At), TookMS: a.Took.Milliseconds(), Response: a.Note}
		if a.Event < len(d.Types) {
			line.EventType = d.Types[a.Event]
		}
		if a.Status != 0 {
			line.Status = &a.Status
		}
		out.Attempts = append(out.Attempts, line)
	}
	return out
}

// Replay is a run of deliveries that are sent again.
type Replay struct {
	WebhookID  string  `json:"webhook_id"`
	Status     string  `json:"status" enum:"running,finished"`
	Since      string  `json:"since"`
	Until      string  `json:"until"`
	FailedOnly bool    `json:"failed_only"`
	Queued     int     `json:"queued"` // deliveries that are due again
	StartedAt  string  `json:"started_at"`
	FinishedAt *string `json:"finished_at"` // when all were queued
}

// ToReplay converts a replay.
func ToReplay(r record.Replay) Replay {
	out := Replay{
		WebhookID: r.ID, Status: "running", Since: Wall(r.From), Until: Wall(r.Until), FailedOnly: r.FailedOnly,
		Queued: r.Queued, StartedAt: Wall(r.StartedAt), FinishedAt: moment(r.DoneAt),
	}
	if r.Next.IsZero() {
		out.Status = "finished"
	}
	return out
}

func moment(t time.Time) *string {
	if t.IsZero() {
		return nil
	}
	s := Wall(t)
	return &s
}
