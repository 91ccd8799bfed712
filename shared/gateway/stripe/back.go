package stripe

import (
	"context"
	"fmt"
	"slices"
	"time"

	sdk "github.com/stripe/stripe-go/v84"
	"github.com/stripe/stripe-go/v84/dispute"
	"github.com/stripe/stripe-go/v84/refund"

	"perennial/shared/gateway"
	"perennial/shared/money"
)

// Refund implements gateway.Refunder. Stripe refunds in the currency of the
// payment without being told it, so the payment is looked at first.
func (g *Gateway) Refund(ctx context.Context, account gateway.Account, id gateway.Intent, key string, sum money.Amount) (gateway.Refund, error) {
	secret, err := g.key(ctx, account)
	if err != nil {
		return gateway.Refund{}, err
	}
	counted, err := units(sum)
	if err != nil {
		return gateway.Refund{}, err
	}
	paid, err := paymentOutcome(g.find(ctx, secret, id))
	if err != nil {
		return gateway.Refund{}, err
	}
	if paid.State != gateway.StateSucceeded || paid.Amount.Currency != sum.Currency {
		return gateway.Refund{}, fmt.Errorf("stripe: refund of %s, which is %s in %s: %w", id, paid.State, paid.Amount.Currency, gateway.ErrRejected)
	}
	made, err := g.refunds(secret).New(&sdk.RefundParams{
		Params: params(ctx, "refund", key), PaymentIntent: sdk.String(string(id)), Amount: &counted,
		Metadata: map[string]string{metaKey: key},
	})
	if err != nil {
		return gateway.Refund{}, told("refund", err)
	}
	return refundOf(made, id)
}

func (g *Gateway) refunds(secret string) refund.Client {
	return refund.Client{B: g.backend, Key: secret}
}

// Refunds implements gateway.Refunder. The payment is looked at first: a list
// that is empty for a wrong reason would make somebody refund again.
func (g *Gateway) Refunds(ctx context.Context, account gateway.Account, id gateway.Intent) ([]gateway.Refund, error) {
	secret, err := g.key(ctx, account)
	if err != nil {
		return nil, err
	}
	if _, err := g.find(ctx, secret, id); err != nil {
		return nil, err
	}
	items := g.refunds(secret).List(&sdk.RefundListParams{
		ListParams: sdk.ListParams{Context: ctx, Limit: sdk.Int64(listed)}, PaymentIntent: sdk.String(string(id)),
	})
	var all []gateway.Refund
	for items.Next() {
		one, err := refundOf(items.Refund(), id)
		if err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	slices.Reverse(all)
	return all, told("refunds", items.Err())
}

var refundStates = map[sdk.RefundStatus]gateway.RefundState{
	sdk.RefundStatusPending: gateway.RefundPending, sdk.RefundStatusRequiresAction: gateway.RefundPending,
	sdk.RefundStatusSucceeded: gateway.RefundSucceeded,
	sdk.RefundStatusFailed:    gateway.RefundFailed, sdk.RefundStatusCanceled: gateway.RefundFailed,
}

// refundOf refuses to guess what a refund without id, state or currency is.
func refundOf(r *sdk.Refund, id gateway.Intent) (gateway.Refund, error) {
	state, known := refundStates[r.Status]
	if !known || r.ID == "" {
		return gateway.Refund{}, fmt.Errorf("%w: refund %q is %q", errUnreadable, r.ID, r.Status)
	}
	sum, err := amount(r.Amount, string(r.Currency))
	if err != nil {
		return gateway.Refund{}, err
	}
	out := gateway.Refund{Ref: r.ID, Key: r.Metadata[metaKey], Intent: id, State: state, Amount: sum}
	if state == gateway.RefundFailed {
		if out.Problem = string(r.FailureReason); out.Problem == "" {
			out.Problem = string(r.Status)
		}
	}
	return out, nil
}

// Dispute implements gateway.Disputer.
func (g *Gateway) Dispute(ctx context.Context, account gateway.Account, ref string) (gateway.Dispute, error) {
	secret, err := g.key(ctx, account)
	if err != nil {
		return gateway.Dispute{}, err
	}
	client := dispute.Client{B: g.backend, Key: secret}
	found, err := client.Get(ref, &sdk.DisputeParams{Params: params(ctx, "", ""), Expand: sdk.StringSlice([]string{"payment_intent"})})
	if err != nil {
		return gateway.Dispute{}, told("dispute", err)
	}
	return disputeOf(found)
}

// disputed are Stripe's states. It does not tell a dispute that the merchant
// accepted from a lost one, nor one that the customer withdrew from a won one.
var disputed = map[sdk.DisputeStatus]gateway.Dispute{
	sdk.DisputeStatusWarningNeedsResponse: {Stage: gateway.StageInquiry, State: gateway.DisputeOpened},
	sdk.DisputeStatusWarningUnderReview:   {Stage: gateway.StageInquiry, State: gateway.DisputeChallenged},
	sdk.DisputeStatusWarningClosed:        {Stage: gateway.StageInquiry, State: gateway.DisputeExpired},
	sdk.DisputeStatusNeedsResponse:        {Stage: gateway.StageDispute, State: gateway.DisputeOpened},
	sdk.DisputeStatusUnderReview:          {Stage: gateway.StageDispute, State: gateway.DisputeChallenged},
	sdk.DisputeStatusWon:                  {Stage: gateway.StageDispute, State: gateway.DisputeWon},
	sdk.DisputeStatusLost:                 {Stage: gateway.StageDispute, State: gateway.DisputeLost},
	sdk.DisputeStatusPrevented:            {Stage: gateway.StageInquiry, State: gateway.DisputeAccepted, ByRule: true},
}

// disputeOf refuses to guess as refundOf does.
func disputeOf(d *sdk.Dispute) (gateway.Dispute, error) {
	out, known := disputed[d.Status]
	if !known || d.ID == "" || d.PaymentIntent == nil {
		return gateway.Dispute{}, fmt.Errorf("%w: dispute %q is %q", errUnreadable, d.ID, d.Status)
	}
	sum, err := amount(d.Amount, string(d.Currency))
	if err != nil {
		return gateway.Dispute{}, err
	}
	out.Ref, out.Intent, out.Payment = d.ID, gateway.Intent(d.PaymentIntent.ID), d.PaymentIntent.Metadata[metaPayment]
	out.Amount, out.Reason, out.OpenedAt = sum, string(d.Reason), time.Unix(d.Created, 0).UTC()
	return out, nil
}
