package stripetest

import (
	"slices"
	"strconv"
	"strings"

	"perennial/shared/gateway"
	"perennial/shared/money"
)

func (w *Twin) refund(c *twinCall) (any, error) {
	id := c.Form.Get("payment_intent")
	body, err := w.intent(c, id)
	if err != nil {
		return nil, err
	}
	minor, err := strconv.ParseInt(c.Form.Get("amount"), 10, 64)
	if err != nil || c.Form.Get("metadata[key]") != c.key {
		return nil, badState
	}
	currency := money.Currency(strings.ToUpper(body["currency"].(string)))
	made, err := w.bank.Refund(c.Context(), c.account, Banked(id), c.key, money.Of(minor, currency))
	return w.refunded(id, made), err
}

// Bounce brings the money of a refund back, by its key. The bank knows
// nothing of it.
func (w *Twin) Bounce(key string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.bounced[key] = true
}

func (w *Twin) refunded(id string, r gateway.Refund) map[string]any {
	if w.bounced[r.Key] {
		r.State, r.Problem = gateway.RefundFailed, "lost_or_stolen_card"
	}
	return map[string]any{
		"id": r.Ref, "object": "refund", "payment_intent": id, "status": string(r.State), "amount": r.Amount.Minor,
		"currency": strings.ToLower(string(r.Amount.Currency)), "metadata": map[string]string{"key": r.Key}, "failure_reason": r.Problem,
	}
}

func (w *Twin) refunds(c *twinCall) (any, error) {
	id := c.Form.Get("payment_intent")
	if id == "" {
		return w.nothing(c)
	}
	made, err := w.bank.Refunds(c.Context(), c.account, Banked(id))
	items := []any{}
	for _, r := range slices.Backward(made) {
		items = append(items, w.refunded(id, r))
	}
	return page(c.URL.Path, items), err
}

var rulings = map[gateway.DisputeState]string{
	gateway.DisputeOpened: "needs_response", gateway.DisputeChallenged: "under_review", gateway.DisputeWon: "won",
	gateway.DisputeCancelled: "won", gateway.DisputeLost: "lost", gateway.DisputeAccepted: "lost",
}

func (w *Twin) dispute(c *twinCall) (any, error) {
	d, err := w.bank.Dispute(c.Context(), c.account, c.PathValue("id"))
	if err != nil {
		return nil, missing
	}
	status := rulings[d.State]
	if d.Stage == gateway.StageInquiry {
		status = "warning_" + status
	}
	id := Named(string(d.Intent), false)
	body := map[string]any{
		"id": d.Ref, "object": "dispute", "status": status, "amount": d.Amount.Minor, "currency": strings.ToLower(string(d.Amount.Currency)),
		"reason": d.Reason, "created": d.OpenedAt.Unix(), "payment_intent": any(id),
	}
	if c.Form.Get("expand[0]") == "payment_intent" {
		body["payment_intent"], err = w.intent(c, id)
	}
	return body, err
}
