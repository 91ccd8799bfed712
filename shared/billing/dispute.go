package billing

import (
	"slices"
	"time"

	"perennial/shared/calendar"
	"perennial/shared/money"
)

// DisputeStage is how serious a dispute is, in wire names. An inquiry or early
// warning (pre_dispute) has moved no money.
type DisputeStage string

// The stages.
const (
	StagePreDispute     DisputeStage = "pre_dispute"
	StageDispute        DisputeStage = "dispute"
	StagePreArbitration DisputeStage = "pre_arbitration"
)

var stageRank = map[DisputeStage]int{StagePreDispute: 0, StageDispute: 1, StagePreArbitration: 2}

// DisputeStatus is the state of a dispute, in wire names.
type DisputeStatus string

// The dispute states. Those from DisputeExpired on are final.
const (
	DisputeOpened     DisputeStatus = "dispute_opened"
	DisputeChallenged DisputeStatus = "dispute_challenged"
	DisputeExpired    DisputeStatus = "dispute_expired"
	DisputeAccepted   DisputeStatus = "dispute_accepted"
	DisputeCancelled  DisputeStatus = "dispute_cancelled"
	DisputeWon        DisputeStatus = "dispute_won"
	DisputeLost       DisputeStatus = "dispute_lost"
)

var disputeEvents = map[DisputeStatus]EventType{
	DisputeOpened: EventDisputeOpened, DisputeChallenged: EventDisputeChallenged, DisputeExpired: EventDisputeExpired,
	DisputeAccepted: EventDisputeAccepted, DisputeCancelled: EventDisputeCancelled, DisputeWon: EventDisputeWon,
	DisputeLost: EventDisputeLost,
}

// rank orders the states of a stage: a dispute only goes up. Between rulings
// there is no order: a bank may take any back.
func (s DisputeStatus) rank() int {
	switch s {
	case DisputeOpened:
		return 1
	case DisputeChallenged:
		return 2
	case "":
		return 0
	default:
		return 3
	}
}

// Final reports a decided dispute.
func (s DisputeStatus) Final() bool { return s.rank() == 3 }

// returns reports a ruling that gives the money back to the merchant.
func (s DisputeStatus) returns() bool { return s == DisputeWon || s == DisputeCancelled }

// Dispute is a customer's complaint to the bank about a payment.
type Dispute struct {
	ID           string
	Version      int64
	Customer     string
	Subscription string
	Payment      string
	Brand        string // the payment's
	Gateway      string
	Account      string
	Reference    string // the gateway's
	Amount       money.Amount
	Claimed      money.Amount // what the gateway names when it is more than was paid: for people to look at
	Stage        DisputeStage
	Status       DisputeStatus
	Reason       string    // the gateway's word, such as "fraudulent"
	ByRule       bool      // an early warning that a refund settled
	Card         string    // fingerprint of the card
	Withholds    []string  // subscriptions that are not charged while it is open
	Taken        bool      // the amount was taken from the merchant
	Returned     bool      // and given back
	Again        int       // how often it was taken once more after that
	Next         time.Time // wall time at which the gateway is asked; zero when it is over
	OpenedAt     time.Time
	CreatedAt    calendar.Instant
	UpdatedAt    calendar.Instant
}

// Open reports a dispute that withholds charges: the money was taken, and
// nothing is decided.
func (d Dispute) Open() bool { return d.Taken && !d.Status.Final() }

// Lost reports a dispute that was decided for the customer: the money stays
// away, however it came to that.
func (d Dispute) Lost() bool { return d.away() && d.Status.Final() }

// away reports that the merchant does not have the money.
func (d Dispute) away() bool { return d.Taken && !d.Returned }

// news reports that a gateway's word is newer than what is known: of a later
// stage, further in this one, or another ruling.
func (d Dispute) news(n DisputeNews) bool {
	stage, known := stageRank[n.Stage], stageRank[d.Stage]
	if d.Stage == "" || stage != known {
		return d.Stage == "" || stage > known
	}
	return n.Status.rank() > d.Status.rank() || n.Status.Final() && n.Status != d.Status
}

// DisputeNews is what a gateway says of a dispute now.
type DisputeNews struct {
	Amount money.Amount
	Stage  DisputeStage
	Status DisputeStatus
	Reason string
	ByRule bool
	Next   time.Time // when it is asked again unless it is over
	At     calendar.Instant
}

// DisputeChange is what news of a dispute want written, together.
type DisputeChange struct {
	Dispute Dispute
	Payment Payment
	Entries []Entry
	Events  []Event
}

// Hear takes news of a dispute. They may come in any order, more than once,
// and begin with the end (R255): the stage only goes up, the state only goes up
// within a stage, and the journal shows each time that the money was taken once
// and each time that it came back (rules 11). A dispute that was won may be
// taken up again by a later stage, or lost after all, and a lost one won. No
// more is taken than was paid. changed is false when the news are old; which
// of two rulings is the later one, its caller knows.
func (d Dispute) Hear(n DisputeNews, p Payment) (ch DisputeChange, changed bool) {
	if !d.news(n) {
		return DisputeChange{Dispute: d, Payment: p}, false
	}
	d.Stage, d.Status, d.UpdatedAt = n.Stage, n.Status, n.At
	if !d.away() { // what is given back is what was taken
		d.Amount, d.Claimed = n.Amount, money.Amount{}
		if n.Amount.Minor > p.Amount.Minor {
			d.Amount, d.Claimed = p.Amount, n.Amount
		}
	}
	d.Reason, d.ByRule, d.Next = n.Reason, n.ByRule, n.Next
	if d.Status.Final() {
		d.Next = time.Time{}
	}
	if !slices.Contains(p.Disputes, d.ID) {
		p.Disputes = append(slices.Clone(p.Disputes), d.ID)
	}
	p.DisputeStatus, p.UpdatedAt = d.Status, n.At
	ch.Events = []Event{{Type: disputeEvents[d.Status], Object: d.ID, Reason: string(d.Stage)}}
	if d.Stage != StagePreDispute && !d.away() {
		if d.Returned {
			d.Again++
		}
		d.Taken, d.Returned = true, false
		p.Withheld = money.Of(p.Withheld.Minor+d.Amount.Minor, d.Amount.Currency)
		ch.Entries = append(ch.Entries, disputed(d, n.At))
	}
	if d.away() && d.Status.returns() {
		d.Returned = true
		p.Withheld.Minor -= d.Amount.Minor
		ch.Entries = append(ch.Entries, reinstated(d, n.At))
	}
	ch.Dispute, ch.Payment = d, p
	return ch, true
}

// Withhold stops renewals and automatic retries while a dispute is open.
func (s Subscription) Withhold(dispute string) Subscription {
	if !slices.Contains(s.Disputes, dispute) {
		s.Disputes = append(slices.Clone(s.Disputes), dispute)
		s.Mails = s.Mails.Ended(CampaignDisputed)
	}
	return s
}

// Release lets a subscription renew again after a dispute. What was not
// charged meanwhile never is: it goes on at its next date (rules 11). Whose
// customer pays by themselves has the days of grace for an open invoice again.
func (s Subscription) Release(dispute string, at calendar.Instant, zone *time.Location) Subscription {
	s.Disputes = slices.DeleteFunc(slices.Clone(s.Disputes), func(id string) bool { return id == dispute })
	if len(s.Disputes) > 0 {
		return s
	}
	s.Disputes = nil
	if s.Manual.On && !s.Manual.Ends.IsZero() && len(s.Open) > 0 {
		s.Manual.Ends = max(s.Manual.Ends, at.Add(s.Manual.grace()))
	}
	missed := s.Status == StatusActive && s.Failure.At.IsZero() && !s.Lock.Set() && !s.Cancel.AtPeriodEnd
	for missed && s.Period.End <= at && len(s.Open) == 0 {
		end, _ := calendar.Next(s.Anchor, s.Price.Every, s.Period.End, zone)
		s.Period = calendar.Period{Start: s.Period.End, End: end}
	}
	return s.rescheduled()
}

// withheld is the subscription without what a dispute withholds, to see what
// is due all the same.
func (s Subscription) withheld() Subscription {
	s.Failure.NextRetry, s.Manual.DueAt, s.Manual.Ends = 0, 0, 0
	if !s.Cancel.AtPeriodEnd {
		s.Period.End = 0
	}
	return s
}
