package bank

import (
	"time"

	"perennial/shared/fault"
	"perennial/shared/money"
)

// DisputeStage is how serious a dispute is.
type DisputeStage string

// The stages of a dispute. An inquiry moves no money.
const (
	StageInquiry     DisputeStage = "inquiry"
	StageDispute     DisputeStage = "dispute"
	StageArbitration DisputeStage = "arbitration"
)

// DisputeState is what has become of a dispute.
type DisputeState string

// The states of a dispute.
const (
	DisputeOpened     DisputeState = "opened"
	DisputeChallenged DisputeState = "challenged"
	DisputeExpired    DisputeState = "expired"
	DisputeAccepted   DisputeState = "accepted"
	DisputeCancelled  DisputeState = "cancelled"
	DisputeWon        DisputeState = "won"
	DisputeLost       DisputeState = "lost"
)

// Errors about disputes.
var (
	ErrNoDispute  = fault.New(fault.NotFound, "NO_SUCH_DISPUTE", "This account has no such dispute.")
	ErrBadDispute = fault.New(fault.Conflict, "INVALID_DISPUTE", "Only what was captured, neither given back nor disputed, can be disputed, and only an open dispute can change.")
)

// Dispute is a holder's complaint about a charge.
type Dispute struct {
	ID       string
	Account  string
	Intent   string
	Customer string
	Payment  string
	Amount   money.Amount
	Stage    DisputeStage
	State    DisputeState
	Reason   string
	Opened   time.Time
	Version  int // of the stored record, 0 before it is stored
}

// Dispute opens a dispute of the whole of what is left of a charge. Anything
// but an inquiry takes the money away at once.
func (i Intent) Dispute(id string, stage DisputeStage, reason string, now time.Time) (Intent, Dispute, []Line, error) {
	left := i.Amount.Minor - i.Refunded - i.Disputed
	if i.State != Succeeded || left <= 0 || stage != StageInquiry && stage != StageDispute {
		return i, Dispute{}, nil, ErrBadDispute
	}
	d := Dispute{
		ID: id, Account: i.Account, Intent: i.ID, Customer: i.Customer, Payment: i.Payment,
		Amount: money.Of(left, i.Amount.Currency), Stage: stage, State: DisputeOpened, Reason: reason, Opened: now,
	}
	if stage == StageInquiry {
		return i, d, nil, nil
	}
	i.Disputed += left
	return i, d, []Line{i.line(Disputed, d.ID, d.Amount, now)}, nil
}

// Escalate makes a dispute of an inquiry, over what is left then.
func (i Intent) Escalate(d Dispute, now time.Time) (Intent, Dispute, []Line, error) {
	left := i.Amount.Minor - i.Refunded - i.Disputed
	if d.Stage != StageInquiry || d.State != DisputeOpened || left <= 0 {
		return i, d, nil, ErrBadDispute
	}
	d.Stage, d.Amount.Minor = StageDispute, left
	i.Disputed += left
	return i, d, []Line{i.line(Disputed, d.ID, d.Amount, now)}, nil
}

// Rule ends a dispute, or notes that it is challenged. The money returns when
// it is won or cancelled.
func (i Intent) Rule(d Dispute, to DisputeState, now time.Time) (Intent, Dispute, []Line, error) {
	switch {
	case d.State != DisputeOpened && d.State != DisputeChallenged:
		return i, d, nil, ErrBadDispute
	case to == DisputeChallenged, to == DisputeExpired, to == DisputeAccepted, to == DisputeLost:
		d.State = to
		return i, d, nil, nil
	case to != DisputeWon && to != DisputeCancelled:
		return i, d, nil, ErrBadDispute
	}
	d.State = to
	if d.Stage == StageInquiry {
		return i, d, nil, nil
	}
	i.Disputed -= d.Amount.Minor
	return i, d, []Line{i.line(Reversed, d.ID+"_reversal", d.Amount, now)}, nil
}
