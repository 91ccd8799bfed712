package wire

import (
	"encoding/json"
	"fmt"
	"strings"

	"perennial/shared/billing"
	"perennial/shared/ids"
	"perennial/shared/invoices"
	"perennial/shared/record"
)

// Envelope is the body of a webhook: data is flat, with payload_type beside
// the object's own fields.
type Envelope struct {
	BusinessID string `json:"business_id"`
	Type       string `json:"type"`
	Timestamp  string `json:"timestamp"` // business time of the event
	Data       any    `json:"data"`
}

// SubscriptionData is the data of subscription events. Version counts the
// changes of the object, so that a receiver can tell the newer of two.
type SubscriptionData struct {
	PayloadType   string  `json:"payload_type"`
	Version       int64   `json:"version"`
	PastDueEndsAt *string `json:"past_due_ends_at"`
	Subscription
}

// PaymentData is the data of payment events.
type PaymentData struct {
	PayloadType string `json:"payload_type"`
	Version     int64  `json:"version"`
	Payment
}

// RefundData is the data of refund events.
type RefundData struct {
	PayloadType string `json:"payload_type"`
	Version     int64  `json:"version"`
	Refund
}

// DisputeData is the data of dispute events.
type DisputeData struct {
	PayloadType string `json:"payload_type"`
	Version     int64  `json:"version"`
	DisputeDetail
}

// HoldData is the data of events about a hold, which are not Dodo's.
type HoldData struct {
	PayloadType    string  `json:"payload_type"`
	Version        int64   `json:"version"`
	SubscriptionID string  `json:"subscription_id"`
	CustomerID     string  `json:"customer_id"`
	Hold           int     `json:"hold"` // counts the holds of the subscription from 1
	StartedAt      string  `json:"started_at"`
	WindowEndsAt   *string `json:"window_ends_at"`
	Verdict        *string `json:"verdict"`
	Reason         *string `json:"reason"`
}

// DunningData is the data of events about the recovery of a subscription.
type DunningData struct {
	PayloadType    string  `json:"payload_type"`
	SubscriptionID string  `json:"subscription_id"`
	CustomerID     string  `json:"customer_id"`
	BrandID        string  `json:"brand_id"`
	TriggerState   string  `json:"trigger_state"` // past_due or on_hold
	Status         string  `json:"status"`        // recovering or recovered
	CreatedAt      string  `json:"created_at"`
	PaymentID      *string `json:"payment_id"`
}

func dunningData(o record.Outbox, s billing.Subscription, e billing.Event) DunningData {
	d := DunningData{
		PayloadType: "DunningAttempt", SubscriptionID: s.ID, CustomerID: s.Customer, BrandID: BrandID(o.Scope, s.Brand),
		TriggerState: e.Reason, Status: "recovering", CreatedAt: o.At.String(), PaymentID: text(s.Failure.Payment),
	}
	if e.Type == billing.EventDunningDone {
		d.Status = "recovered"
	}
	if p, ok := record.Find(o, func(p billing.Payment) bool { return p.Subscription == s.ID }); ok {
		d.PaymentID = &p.ID
	}
	return d
}

// Event writes one event of an outbox item as a webhook body, with the state
// of its object as it was then. The same event gives the same bytes.
func Event(o record.Outbox, index int) ([]byte, error) {
	return EventWith(o, index, invoices.Links{})
}

// EventWith is Event with the addresses of documents.
func EventWith(o record.Outbox, index int, links invoices.Links) ([]byte, error) {
	if index < 0 || index >= len(o.Events) {
		return nil, fmt.Errorf("outbox %s has no event %d", o.Key, index)
	}
	e := o.Events[index]
	data, err := dataOf(o, e)
	if err != nil {
		return nil, fmt.Errorf("outbox %s, event %d: %w", o.Key, index, err)
	}
	if p, ok := data.(PaymentData); ok {
		p.PaymentBase = p.WithInvoice(o.Scope, links)
		data = p
	}
	if n, ok := data.(CreditNoteData); ok {
		n.DocumentURL = text(links.To(o.Scope, invoices.Invoices, e.Object))
		data = n
	}
	return json.Marshal(Envelope{BusinessID: o.Scope.Business, Type: string(e.Type), Timestamp: o.At.String(), Data: data})
}

func dataOf(o record.Outbox, e billing.Event) (any, error) {
	if s, ok := record.Find(o, func(s billing.Subscription) bool { return s.ID == e.Object }); ok {
		if e.Type == billing.EventDunningStarted || e.Type == billing.EventDunningDone {
			return dunningData(o, s, e), nil
		}
		return subscriptionData(o, s), nil
	}
	if p, ok := record.Find(o, func(p billing.Payment) bool { return p.ID == e.Object }); ok {
		if e.Type == billing.EventRefundSucceeded {
			return lateData(o, p), nil
		}
		return PaymentData{PayloadType: "Payment", Version: p.Version, Payment: ToPayment(o.Scope, p, customer(o, p.Customer))}, nil
	}
	if r, ok := record.Find(o, func(r billing.Refund) bool { return r.ID == e.Object }); ok {
		return RefundData{PayloadType: "Refund", Version: r.Version, Refund: ToRefund(o.Scope, r, customer(o, r.Customer))}, nil
	}
	if d, ok := record.Find(o, func(d billing.Dispute) bool { return d.ID == e.Object }); ok {
		return DisputeData{PayloadType: "Dispute", Version: d.Version, DisputeDetail: ToDisputeDetail(o.Scope, d, customer(o, d.Customer))}, nil
	}
	if v, ok := record.Find(o, func(v billing.Invoice) bool { return v.ID == e.Object }); ok {
		about, _ := record.Find(o, func(a billing.Invoice) bool { return a.ID == v.Corrects })
		note := ToCreditNote(o.Scope, v, about, customer(o, v.Customer), invoices.Links{})
		return CreditNoteData{PayloadType: "CreditNote", Version: v.Version, CreditNote: note}, nil
	}
	if h, ok := record.Find(o, func(h billing.Hold) bool { return h.ID() == e.Object }); ok {
		return holdData(h, e), nil
	}
	return nil, fmt.Errorf("%s speaks of %s, which was not committed with it", e.Type, e.Object)
}

func subscriptionData(o record.Outbox, s billing.Subscription) SubscriptionData {
	d := SubscriptionData{
		PayloadType: "Subscription", Version: s.Version,
		Subscription: ToSubscription(o.Scope, s, customer(o, s.Customer)),
	}
	if s.Status == billing.StatusPastDue {
		d.PastDueEndsAt = instant(max(s.Failure.HoldAt, s.Manual.Ends))
	}
	return d
}

// lateData is the data of a late capture's refund that was committed without
// a refund of its own; its journal entry names it.
func lateData(o record.Outbox, p billing.Payment) RefundData {
	id := ids.Refund + strings.TrimPrefix(p.ID, ids.Payment)
	if entry, ok := record.Find(o, func(e billing.Entry) bool { return strings.HasPrefix(e.ID, ids.Refund) }); ok {
		id = entry.ID
	}
	_, r, _ := p.GiveBack(id, p.Charge, p.Refunded, o.At)
	return RefundData{PayloadType: "Refund", Refund: ToRefund(o.Scope, r, customer(o, p.Customer))}
}

func holdData(h billing.Hold, e billing.Event) HoldData {
	return HoldData{
		PayloadType: "Hold", Version: h.Version, SubscriptionID: h.Subscription, CustomerID: h.Customer, Hold: h.Epoch,
		StartedAt: h.StartedAt.String(), WindowEndsAt: instant(h.WindowEnds),
		Verdict: text(h.Verdict), Reason: text(e.Reason),
	}
}

// customer is the customer attached to the outbox item; without one only the
// id is known.
func customer(o record.Outbox, id string) billing.Customer {
	if c, ok := record.Find(o, func(c billing.Customer) bool { return c.ID == id }); ok {
		return c
	}
	return billing.Customer{ID: id}
}
