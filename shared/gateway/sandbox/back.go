package sandbox

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"perennial/shared/gateway"
	"perennial/shared/money"
)

// Refund implements gateway.Refunder.
func (g *Gateway) Refund(ctx context.Context, account gateway.Account, id gateway.Intent, key string, amount money.Amount) (gateway.Refund, error) {
	in := refundJSON{Key: key, Intent: string(id), Amount: amount.Minor, Currency: string(amount.Currency)}
	var out refundJSON
	if err := g.call(ctx, account, http.MethodPost, "/v1/refunds", in, &out); err != nil {
		return gateway.Refund{}, err
	}
	return out.refund()
}

// Refunds implements gateway.Refunder.
func (g *Gateway) Refunds(ctx context.Context, account gateway.Account, id gateway.Intent) ([]gateway.Refund, error) {
	var page struct {
		Items []refundJSON `json:"items"`
	}
	if err := g.call(ctx, account, http.MethodGet, intentPath(id, "/refunds"), struct{}{}, &page); err != nil {
		return nil, err
	}
	var refunds []gateway.Refund
	for _, item := range page.Items {
		refund, err := item.refund()
		if err != nil {
			return nil, err
		}
		refunds = append(refunds, refund)
	}
	return refunds, nil
}

// Dispute implements gateway.Disputer.
func (g *Gateway) Dispute(ctx context.Context, account gateway.Account, ref string) (gateway.Dispute, error) {
	var out disputeJSON
	if err := g.call(ctx, account, http.MethodGet, "/v1/disputes/"+url.PathEscape(ref), struct{}{}, &out); err != nil {
		return gateway.Dispute{}, err
	}
	return out.dispute()
}

// Rehearse implements gateway.Rehearser.
func (g *Gateway) Rehearse(ctx context.Context, account gateway.Account, ref string, to gateway.DisputeState) error {
	in := map[string]gateway.DisputeState{"state": to}
	return g.call(ctx, account, http.MethodPost, "/v1/disputes/"+url.PathEscape(ref), in, &struct{}{})
}

type refundJSON struct {
	ID       string `json:"id,omitempty"`
	Key      string `json:"key"`
	Intent   string `json:"intent"`
	State    string `json:"state,omitempty"`
	Amount   int64  `json:"amount"` // minor units
	Currency string `json:"currency"`
	Problem  string `json:"problem,omitempty"`
}

var refundStates = map[string]gateway.RefundState{
	"pending": gateway.RefundPending, "succeeded": gateway.RefundSucceeded, "failed": gateway.RefundFailed,
}

// refund refuses to guess what a refund without id, state or currency is.
func (r refundJSON) refund() (gateway.Refund, error) {
	state, ok := refundStates[r.State]
	currency, err := money.ParseCurrency(r.Currency)
	if !ok || err != nil || r.ID == "" {
		return gateway.Refund{}, errUnreadable
	}
	return gateway.Refund{
		Ref: r.ID, Key: r.Key, Intent: gateway.Intent(r.Intent), State: state,
		Amount: money.Of(r.Amount, currency), Problem: r.Problem,
	}, nil
}

type disputeJSON struct {
	ID       string    `json:"id"`
	Intent   string    `json:"intent"`
	Payment  string    `json:"payment"`
	Amount   int64     `json:"amount"` // minor units
	Currency string    `json:"currency"`
	Stage    string    `json:"stage"`
	State    string    `json:"state"`
	Reason   string    `json:"reason"`
	Opened   time.Time `json:"opened"`
}

var (
	disputeStages = map[string]gateway.DisputeStage{
		"inquiry": gateway.StageInquiry, "dispute": gateway.StageDispute, "arbitration": gateway.StageArbitration,
	}
	disputeStates = map[string]gateway.DisputeState{
		"opened": gateway.DisputeOpened, "challenged": gateway.DisputeChallenged, "expired": gateway.DisputeExpired,
		"accepted": gateway.DisputeAccepted, "cancelled": gateway.DisputeCancelled, "won": gateway.DisputeWon, "lost": gateway.DisputeLost,
	}
)

// dispute refuses to guess as refund does.
func (d disputeJSON) dispute() (gateway.Dispute, error) {
	stage, known := disputeStages[d.Stage]
	state, ok := disputeStates[d.State]
	currency, err := money.ParseCurrency(d.Currency)
	if !known || !ok || err != nil || d.ID == "" || d.Payment == "" {
		return gateway.Dispute{}, errUnreadable
	}
	return gateway.Dispute{
		Ref: d.ID, Intent: gateway.Intent(d.Intent), Payment: d.Payment, Amount: money.Of(d.Amount, currency),
		Stage: stage, State: state, Reason: d.Reason, OpenedAt: d.Opened,
	}, nil
}
