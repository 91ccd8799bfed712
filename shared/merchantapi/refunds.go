package merchantapi

import (
	"context"
	"net/http"
	"strings"

	"perennial/shared/billing"
	"perennial/shared/gateway"
	"perennial/shared/httpapi"
	"perennial/shared/record"
	"perennial/shared/refunds"
	"perennial/shared/wire"
)

const aboutRefunds = "Without `items` all that is left of the payment goes back. The answer is `pending` " +
	"while the gateway works; `refund.succeeded` or `refund.failed` follows. A payment has one refund at a time."

const aboutRehearsals = "In a test mode you are the bank: what follows, with its webhooks and mails, is as in earnest. " +
	"`dispute_escalated` makes a dispute of an inquiry. Payments with the test card 4000 0000 0000 0259 open a dispute, those with 4000 0000 0000 1976 an inquiry."

func (s *server) routeRefunds(api *httpapi.API) {
	httpapi.Route(api, "POST /refunds", "Create a refund", s.createRefund, httpapi.Describe(aboutRefunds))
	httpapi.Route(api, "GET /refunds", "List refunds", s.listRefunds)
	httpapi.Route(api, "GET /refunds/{refund_id}", "Get a refund", s.getRefund)
	httpapi.Route(api, "POST /tax-corrections", "Correct taxes", s.correctTaxes, httpapi.Describe(aboutTaxCorrections))
	httpapi.Route(api, "GET /disputes", "List disputes", s.listDisputes)
	httpapi.Route(api, "GET /disputes/{dispute_id}", "Get a dispute", s.getDispute)
	httpapi.Do(api, "POST /disputes/{dispute_id}/rehearse", "Decide a test dispute", s.rehearseDispute,
		httpapi.Status(http.StatusAccepted), httpapi.Describe(aboutRehearsals))
	httpapi.Route(api, "GET /balances/ledger", "List balance movements", s.listLedger, httpapi.Describe(aboutLedger))
}

// RefundItemRequest asks for part of what was paid for a product or addon.
type RefundItemRequest struct {
	ItemID       string                  `json:"item_id" doc:"A product or addon of the payment."`
	Amount       httpapi.Optional[int64] `json:"amount,omitzero" doc:"Minor units; absent: all that is left of the item."`
	TaxInclusive httpapi.Optional[bool]  `json:"tax_inclusive,omitzero" doc:"Whether the amount holds the tax; true unless given."`
}

type createRefund struct {
	Body struct {
		PaymentID string                                `json:"payment_id" minLength:"1"`
		Items     httpapi.Optional[[]RefundItemRequest] `json:"items,omitzero"`
		Reason    httpapi.Optional[string]              `json:"reason,omitzero" maxLength:"3000"`
		Metadata  httpapi.Metadata                      `json:"metadata,omitzero"`
	}
}

func (s *server) createRefund(ctx context.Context, c httpapi.Caller, in createRefund) (wire.Refund, error) {
	b := in.Body
	wish := refunds.Wish{
		Scope: scopeOf(c), Actor: actorOf(c), Payment: b.PaymentID, Reason: b.Reason.Value, Metadata: b.Metadata.Values,
	}
	wish.Items = fromItems(b.Items.Value)
	made, err := s.Refunds.Refund(ctx, wish)
	return wire.ToRefund(scopeOf(c), made.Object, made.Customer), err
}

// fromItems reads what is asked for of each item.
func fromItems(items []RefundItemRequest) []billing.RefundItem {
	var out []billing.RefundItem
	for _, item := range items {
		all := !item.Amount.Set || item.Amount.Null
		net := item.TaxInclusive.Set && !item.TaxInclusive.Null && !item.TaxInclusive.Value
		out = append(out, billing.RefundItem{Item: item.ItemID, All: all, Amount: item.Amount.Value, Net: net})
	}
	return out
}

type listRefunds struct {
	httpapi.Paging
	Created
	CustomerID     string `query:"customer_id"`
	SubscriptionID string `query:"subscription_id"`
	Status         string `query:"status" enum:"succeeded,failed,pending,review"`
}

func (s *server) listRefunds(ctx context.Context, c httpapi.Caller, in listRefunds) (httpapi.Page[wire.RefundItem], error) {
	q := filters(in.query(record.KindRefund, in.Paging), map[string]string{
		"status": in.Status, "customer_id": in.CustomerID, "subscription_id": in.SubscriptionID,
	})
	found, err := s.Register.Refunds(ctx, scopeOf(c), q)
	return page(found, err, func(r billing.Refund) wire.RefundItem { return wire.ToRefundItem(scopeOf(c), r) })
}

// RefundPath names a refund.
type RefundPath struct {
	RefundID string `path:"refund_id"`
}

func (s *server) getRefund(ctx context.Context, c httpapi.Caller, in RefundPath) (wire.Refund, error) {
	found, err := s.Register.Refund(ctx, scopeOf(c), in.RefundID)
	return wire.ToRefund(scopeOf(c), found.Object, found.Customer), err
}

type listDisputes struct {
	httpapi.Paging
	Created
	CustomerID string `query:"customer_id"`
	Status     string `query:"dispute_status" enum:"dispute_opened,dispute_expired,dispute_accepted,dispute_cancelled,dispute_challenged,dispute_won,dispute_lost"`
	Stage      string `query:"dispute_stage" enum:"pre_dispute,dispute,pre_arbitration"`
}

func (s *server) listDisputes(ctx context.Context, c httpapi.Caller, in listDisputes) (httpapi.Page[wire.DisputeItem], error) {
	q := filters(in.query(record.KindDispute, in.Paging), map[string]string{
		"status": in.Status, "stage": in.Stage, "customer_id": in.CustomerID,
	})
	found, err := s.Register.Disputes(ctx, scopeOf(c), q)
	return page(found, err, func(d billing.Dispute) wire.DisputeItem { return wire.ToDisputeItem(scopeOf(c), d) })
}

// DisputePath names a dispute.
type DisputePath struct {
	DisputeID string `path:"dispute_id"`
}

func (s *server) getDispute(ctx context.Context, c httpapi.Caller, in DisputePath) (wire.DisputeDetail, error) {
	found, err := s.Register.Dispute(ctx, scopeOf(c), in.DisputeID)
	return wire.ToDisputeDetail(scopeOf(c), found.Object, found.Customer), err
}

type rehearseDispute struct {
	DisputePath
	Body struct {
		Outcome string `json:"outcome" enum:"dispute_challenged,dispute_won,dispute_lost,dispute_accepted,dispute_cancelled,dispute_expired,dispute_escalated"`
	}
}

func (s *server) rehearseDispute(ctx context.Context, c httpapi.Caller, in rehearseDispute) error {
	to := strings.TrimPrefix(in.Body.Outcome, "dispute_")
	return s.Disputes.Rehearse(ctx, scopeOf(c), in.DisputeID, gateway.DisputeState(to))
}
