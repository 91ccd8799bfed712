package wire

import (
	"encoding/json"
	"fmt"
	"strings"

	"perennial/shared/billing"
	"perennial/shared/ids"
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
	PayloadType string          `json:"payload_type"`
	RefundID    string          `json:"refund_id"`
	PaymentID   string          `json:"payment_id"`
	BusinessID  string          `json:"business_id"`
	BrandID     string          `json:"brand_id"`
	Customer    CustomerLimited `json:"customer"`
	CreatedAt   string          `json:"created_at"`
	IsPartial   bool            `json:"is_partial"`
	Metadata    map[string]any  `json:"metadata"`
	Status      string          `json:"status"`
	Amount      int64           `json:"amount"`
	Currency    string          `json:"currency"`
	Reason      *string         `json:"reason"`
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

// Event writes one event of an outbox item as a webhook body, with the state
// of its object as it was then. The same event gives the same bytes.
func Event(o record.Outbox, index int) ([]byte, error) {
	if index < 0 || index >= len(o.Events) {
		return nil, fmt.Errorf("outbox %s has no event %d", o.Key, index)
	}
	e := o.Events[index]
	data, err := dataOf(o, e)
	if err != nil {
		return nil, fmt.Errorf("outbox %s, event %d: %w", o.Key, index, err)
	}
	return json.Marshal(Envelope{BusinessID: o.Scope.Business, Type: string(e.Type), Timestamp: o.At.String(), Data: data})
}

func dataOf(o record.Outbox, e billing.Event) (any, error) {
	if s, ok := record.Find(o, func(s billing.Subscription) bool { return s.ID == e.Object }); ok {
		return subscriptionData(o, s), nil
	}
	if p, ok := record.Find(o, func(p billing.Payment) bool { return p.ID == e.Object }); ok {
		if e.Type == billing.EventRefundSucceeded {
			return refundData(o, p, e), nil
		}
		return PaymentData{PayloadType: "Payment", Version: p.Version, Payment: ToPayment(o.Scope, p, customer(o, p.Customer))}, nil
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
		d.PastDueEndsAt = instant(s.Failure.HoldAt)
	}
	return d
}

// refundData names the refund by the journal entry that reversed the payment.
func refundData(o record.Outbox, p billing.Payment, e billing.Event) RefundData {
	id := ids.Refund + strings.TrimPrefix(p.ID, ids.Payment)
	if entry, ok := record.Find(o, func(e billing.Entry) bool { return strings.HasPrefix(e.ID, ids.Refund) }); ok {
		id = entry.ID
	}
	return RefundData{
		PayloadType: "Refund", RefundID: id, PaymentID: p.ID, BusinessID: o.Scope.Business, BrandID: o.Scope.Business,
		Customer: ToCustomerLimited(customer(o, p.Customer)), CreatedAt: o.At.String(),
		IsPartial: refunded(p) == "partial", Metadata: map[string]any{}, Status: "succeeded",
		Amount: p.Refunded.Minor, Currency: string(p.Amount.Currency), Reason: text(e.Reason),
	}
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
