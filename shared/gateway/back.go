package gateway

import (
	"context"
	"time"

	"perennial/shared/money"
)

// RefundState is what has become of a refund.
type RefundState string

// The states of a refund.
const (
	RefundPending   RefundState = "pending"   // accepted, result comes later
	RefundSucceeded RefundState = "succeeded" // the money is on its way
	RefundFailed    RefundState = "failed"    // the money stayed, or came back
)

// Refund is what the gateway knows of a refund now.
type Refund struct {
	Ref     string // the gateway's reference
	Key     string // the idempotency key, which it also keeps as metadata
	Intent  Intent
	State   RefundState
	Amount  money.Amount
	Problem string // why it failed, the gateway's word
}

// Refunder gives money back.
type Refunder interface {
	// Refund returns part or all of a captured intent. The key is forgotten
	// after 24 h: from then on only Refunds can tell whether it was made.
	Refund(ctx context.Context, account Account, intent Intent, key string, amount money.Amount) (Refund, error)
	// Refunds lists every refund of an intent, oldest first.
	Refunds(ctx context.Context, account Account, intent Intent) ([]Refund, error)
}

// DisputeStage is how serious a dispute is.
type DisputeStage string

// The stages of a dispute. An inquiry, or an early warning, has moved no money.
const (
	StageInquiry     DisputeStage = "inquiry"
	StageDispute     DisputeStage = "dispute"
	StageArbitration DisputeStage = "arbitration"
)

// DisputeState is what has become of a dispute.
type DisputeState string

// The states of a dispute. Those from DisputeExpired on are final.
const (
	DisputeOpened     DisputeState = "opened"
	DisputeChallenged DisputeState = "challenged" // evidence was submitted
	DisputeExpired    DisputeState = "expired"    // an inquiry that led to nothing, or nobody answered
	DisputeAccepted   DisputeState = "accepted"   // the merchant gave in
	DisputeCancelled  DisputeState = "cancelled"  // the customer gave in
	DisputeWon        DisputeState = "won"
	DisputeLost       DisputeState = "lost"
)

// Dispute is what the gateway knows of a dispute now.
type Dispute struct {
	Ref      string
	Intent   Intent
	Payment  string // the metadata that Params.Payment carried
	Amount   money.Amount
	Stage    DisputeStage
	State    DisputeState
	Reason   string // the gateway's word, such as "fraudulent"
	ByRule   bool   // an early warning that was settled by a refund before it became a dispute
	OpenedAt time.Time
}

// Disputer tells about disputes. Webhooks come in any order and get lost, so
// the gateway is asked for the dispute itself.
type Disputer interface {
	Dispute(ctx context.Context, account Account, ref string) (Dispute, error)
}

// DisputeEscalated is no state: a rehearsal asks for it, and an inquiry becomes
// a dispute.
const DisputeEscalated DisputeState = "escalated"

// Rehearser plays the bank's part in a dispute, where no money is real: a
// sandbox can. What the rules of disputes do not allow is an ErrRejected.
type Rehearser interface {
	Rehearse(ctx context.Context, account Account, ref string, to DisputeState) error
}
