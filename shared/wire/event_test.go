package wire_test

import (
	"encoding/json"
	"errors"
	"reflect"
	"testing"

	dodo "github.com/dodopayments/dodopayments-go"
	"github.com/google/go-cmp/cmp"

	"perennial/shared/billing"
	"perennial/shared/invoices"
	"perennial/shared/money"
	"perennial/shared/record"
	"perennial/shared/wire"
)

func outbox(state []any, events ...billing.Event) record.Outbox {
	return record.Outbox{Key: "bus_1.test#sub_1#7", Scope: scope, At: start, Events: events, State: state}
}

// R314: payment, renewal, cancellation and the rest.
func TestTheSDKReadsEveryEventAsItsOwnType(t *testing.T) {
	t.Parallel()
	late := payment
	late.Refunded = late.Amount
	for _, c := range []struct {
		event billing.EventType
		want  any
	}{
		{billing.EventPaymentSucceeded, dodo.PaymentSucceededWebhookEvent{}},
		{billing.EventPaymentFailed, dodo.PaymentFailedWebhookEvent{}},
		{billing.EventPaymentProcessing, dodo.PaymentProcessingWebhookEvent{}},
		{billing.EventPaymentCancelled, dodo.PaymentCancelledWebhookEvent{}},
		{billing.EventSubscriptionActive, dodo.SubscriptionActiveWebhookEvent{}},
		{billing.EventSubscriptionRenewed, dodo.SubscriptionRenewedWebhookEvent{}},
		{billing.EventSubscriptionOnHold, dodo.SubscriptionOnHoldWebhookEvent{}},
		{billing.EventSubscriptionPaused, dodo.SubscriptionPausedWebhookEvent{}},
		{billing.EventSubscriptionResumed, dodo.SubscriptionUnpausedWebhookEvent{}},
		{billing.EventSubscriptionCanceled, dodo.SubscriptionCancelledWebhookEvent{}},
		{billing.EventSubscriptionFailed, dodo.SubscriptionFailedWebhookEvent{}},
		{billing.EventSubscriptionExpired, dodo.SubscriptionExpiredWebhookEvent{}},
		{billing.EventSubscriptionUpdated, dodo.SubscriptionUpdatedWebhookEvent{}},
		{billing.EventMethodUpdated, dodo.SubscriptionUpdatePaymentMethodWebhookEvent{}},
		{billing.EventRefundSucceeded, dodo.RefundSucceededWebhookEvent{}},
		{billing.EventRefundFailed, dodo.RefundFailedWebhookEvent{}},
		{billing.EventDisputeOpened, dodo.DisputeOpenedWebhookEvent{}},
		{billing.EventDisputeExpired, dodo.DisputeExpiredWebhookEvent{}},
		{billing.EventDisputeAccepted, dodo.DisputeAcceptedWebhookEvent{}},
		{billing.EventDisputeCancelled, dodo.DisputeCancelledWebhookEvent{}},
		{billing.EventDisputeChallenged, dodo.DisputeChallengedWebhookEvent{}},
		{billing.EventDisputeWon, dodo.DisputeWonWebhookEvent{}},
		{billing.EventDisputeLost, dodo.DisputeLostWebhookEvent{}},
	} {
		object := "sub_1"
		switch dataType(c.event) {
		case "Payment":
			object = "pay_1"
		case "Refund":
			object = "ref_1"
		case "Dispute":
			object = "dp_1"
		}
		refund := billing.Refund{ID: "ref_1", Payment: "pay_1", Status: billing.RefundSucceeded, Amount: late.Amount}
		dispute := billing.Dispute{ID: "dp_1", Payment: "pay_1", Amount: late.Amount, Stage: billing.StageDispute, Status: billing.DisputeOpened}
		body, err := wire.Event(outbox([]any{customer, subscription, late, refund, dispute}, billing.Event{Type: c.event, Object: object}), 0)
		if err != nil {
			t.Fatal(err)
		}
		var got dodo.UnsafeUnwrapWebhookEvent
		if err := json.Unmarshal(body, &got); err != nil {
			t.Fatal(err)
		}
		if a, b := kind(got.AsUnion()), kind(c.want); a != b {
			t.Errorf("%s read as %s, want %s", c.event, a, b)
		}
		if !got.Timestamp.Equal(start.Time()) || got.BusinessID != "bus_1" {
			t.Errorf("%s: envelope %s", c.event, body)
		}
	}
}

func dataType(e billing.EventType) string {
	switch string(e[:4]) {
	case "paym":
		return "Payment"
	case "refu":
		return "Refund"
	case "disp":
		return "Dispute"
	}
	return "Subscription"
}

// R315: an event carries the object as it then was.
func TestDataIsFlatAndHoldsTheStateOfThatTime(t *testing.T) {
	t.Parallel()
	held := subscription
	held.Status = billing.StatusOnHold
	body, err := wire.Event(outbox([]any{held, customer}, billing.Event{Type: billing.EventSubscriptionOnHold, Object: "sub_1"}), 0)
	if err != nil {
		t.Fatal(err)
	}
	var got struct{ Data map[string]any }
	if err := json.Unmarshal(body, &got); err != nil {
		t.Fatal(err)
	}
	want := map[string]any{
		"payload_type": "Subscription", "subscription_id": "sub_1", "status": "on_hold", "version": 7.0, "past_due_ends_at": nil,
	}
	have := map[string]any{}
	for key := range want {
		have[key] = got.Data[key]
	}
	if diff := cmp.Diff(want, have); diff != "" {
		t.Error(diff)
	}
	if email := got.Data["customer"].(map[string]any)["email"]; email != "ada@example.com" {
		t.Errorf("customer's e-mail %v", email)
	}
}

func TestAHoldEventShowsNoTaskToken(t *testing.T) {
	t.Parallel()
	hold := billing.Hold{Subscription: "sub_1", Epoch: 2, StartedAt: start, WindowEnds: end, Token: "secret-token"}
	body, err := wire.Event(outbox([]any{hold}, billing.Event{Type: billing.EventHoldStarted, Object: hold.ID()}), 0)
	if err != nil {
		t.Fatal(err)
	}
	want := `{"business_id":"bus_1","type":"hold.started","timestamp":"2026-01-31T10:00:00.120000Z","data":{` +
		`"payload_type":"Hold","version":0,"subscription_id":"sub_1","customer_id":"","hold":2,` +
		`"started_at":"2026-01-31T10:00:00.120000Z","window_ends_at":"2026-02-28T10:00:00.120000Z","verdict":null,"reason":null}}`
	if diff := cmp.Diff(want, string(body)); diff != "" {
		t.Error(diff)
	}
}

func TestARefundIsNamedByItsJournalEntry(t *testing.T) {
	t.Parallel()
	p := payment
	p.Refunded = money.Of(3800, "EUR")
	o := outbox([]any{p, customer, billing.Entry{ID: "ref_9"}}, billing.Event{Type: billing.EventRefundSucceeded, Object: "pay_1"})
	body, err := wire.Event(o, 0)
	if err != nil {
		t.Fatal(err)
	}
	var got dodo.RefundSucceededWebhookEvent
	if err := json.Unmarshal(body, &got); err != nil {
		t.Fatal(err)
	}
	if got.Data.RefundID != "ref_9" || got.Data.Amount != 3800 || got.Data.IsPartial || !got.Data.Status.IsKnown() {
		t.Errorf("refund read as %+v", got.Data)
	}
}

func TestAnEventWithoutItsObjectIsRefused(t *testing.T) {
	t.Parallel()
	o := outbox([]any{customer}, billing.Event{Type: billing.EventPaymentFailed, Object: "pay_1"})
	for _, index := range []int{-1, 0, 1} {
		if body, err := wire.Event(o, index); err == nil {
			t.Errorf("event %d gave %s", index, body)
		}
	}
}

func kind(v any) string { return reflect.TypeOf(v).Name() }

// A payment's webhook carries the address of its invoice once there is one.
func TestAPaidPaymentNamesItsInvoicesAddress(t *testing.T) {
	t.Parallel()
	links := invoices.Links{URL: "https://api.example.com", Secrets: []string{"s"}}
	paid := billing.Payment{ID: "pay_9", Customer: "cus_1", Status: billing.PaymentSucceeded, InvoiceNumber: "A-0001"}
	declined := billing.Payment{ID: "pay_8", Customer: "cus_1", Status: billing.PaymentFailed}
	for want, p := range map[string]billing.Payment{links.To(scope, invoices.Payments, "pay_9"): paid, "": declined} {
		body, err := wire.EventWith(outbox([]any{p}, billing.Event{Type: billing.EventPaymentSucceeded, Object: p.ID}), 0, links)
		var got struct {
			Data struct {
				URL *string `json:"invoice_url"`
			} `json:"data"`
		}
		if err = errors.Join(err, json.Unmarshal(body, &got)); err != nil {
			t.Fatal(err)
		}
		if want == "" && got.Data.URL != nil || want != "" && (got.Data.URL == nil || *got.Data.URL != want) {
			t.Errorf("%s names %v, want %q", p.ID, got.Data.URL, want)
		}
	}
}
