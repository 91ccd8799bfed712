package bank

import (
	"time"

	"perennial/shared/money"
)

// RefundState is what has become of a refund.
type RefundState string

// The states of a refund.
const (
	RefundPending   RefundState = "pending"
	RefundSucceeded RefundState = "succeeded"
	RefundFailed    RefundState = "failed"
)

// RefundWait is how long a refund of the cards that say so is pending.
const RefundWait = time.Minute

// Refund is one return of money of an intent.
type Refund struct {
	ID     string
	Key    string // the caller's idempotency key, kept after it is forgotten
	Amount money.Amount
	Ends   RefundState // what it becomes
	Ready  time.Time   // when it does
	At     time.Time
}

// State is what has become of the refund at a time.
func (r Refund) State(now time.Time) RefundState {
	if now.Before(r.Ready) {
		return RefundPending
	}
	return r.Ends
}

// Refund gives back part or all of what was captured and is neither given
// back nor disputed. The money of a refund that will fail never leaves.
func (i Intent) Refund(r Refund, m Method) (Intent, Refund, error) {
	left := i.Amount.Minor - i.Disputed
	for _, other := range i.Refunds {
		if other.State(r.At) != RefundFailed {
			left -= other.Amount.Minor
		}
	}
	a := r.Amount
	if i.State != Succeeded || a.Currency != i.Amount.Currency || a.Minor <= 0 || a.Minor > left {
		return i, r, ErrOverRefund
	}
	card, _ := CardNamed(m.Card) // a card that is not known any more refunds at once
	r.Ends, r.Ready = RefundSucceeded, r.At
	if card.Refunds != "" {
		r.Ends, r.Ready = card.Refunds, r.At.Add(RefundWait)
	}
	i.Refunds = append(i.Refunds[:len(i.Refunds):len(i.Refunds)], r)
	if r.Ends == RefundSucceeded {
		i.Refunded += a.Minor
	}
	return i, r, nil
}
