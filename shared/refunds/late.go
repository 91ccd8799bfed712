package refunds

import (
	"time"

	"perennial/shared/billing"
	"perennial/shared/gateway"
)

// insistence is how long a capture that nobody waited for is offered back to a
// gateway that refuses; after that the merchant is told that it failed.
const insistence = 30 * 24 * time.Hour

// insists reports a refund that is asked for again although it was refused. It
// is whole, so that it cannot be made twice under any key: a gateway gives back
// no more than it has captured.
func (s *Service) insists(r billing.Refund) bool {
	return r.Late() && s.Wall().Before(r.TakenAt.Add(insistence))
}

// answered is what the gateway says about a refund, among all of its payment.
// A capture that nobody waited for may have gone back by another hand.
func answered(r billing.Refund, known []gateway.Refund) (gateway.Refund, bool) {
	left := r.Amount.Minor
	for _, out := range known {
		if out.State != gateway.RefundFailed && out.Amount.Currency == r.Amount.Currency {
			left -= out.Amount.Minor
		}
	}
	failed, found := gateway.Refund{}, false
	for _, out := range known {
		switch {
		case out.Key != r.ID:
		case out.State != gateway.RefundFailed:
			return out, true
		default:
			failed, found = out, true
		}
	}
	if r.Late() && left <= 0 {
		return gateway.Refund{State: gateway.RefundSucceeded, Amount: r.Amount}, true
	}
	return failed, found
}
