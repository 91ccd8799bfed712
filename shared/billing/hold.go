package billing

import (
	"strconv"

	"perennial/shared/calendar"
)

// Flow is the state of a hold's workflow execution.
type Flow string

// The flow states.
const (
	FlowRunning Flow = "running"
	FlowDone    Flow = "done"
)

// Verdict is how a hold ended.
type Verdict string

// The verdicts; empty while it is open.
const (
	VerdictPaid  Verdict = "paid"
	VerdictEnded Verdict = "ended" // cancelled, expired, or the window closed
)

// Hold is one stay of a subscription in on_hold. The table is the truth; the
// workflow execution is its timer and waiting place.
type Hold struct {
	Subscription string
	Epoch        int // counts the holds of the subscription from 1
	Version      int64
	Customer     string
	StartedAt    calendar.Instant
	WindowEnds   calendar.Instant
	Flow         Flow
	Run          int // raised by a repair; tasks of an older run exit
	Verdict      Verdict
	Token        string // task token of the state that waits, empty when none does
	TokenRun     int
	Attempts     int    // customer-started attempts in this hold
	Pacing       Pacing // how its retries are timed
}

// HoldID names a hold: "sub_…:3".
func HoldID(subscription string, epoch int) string {
	return subscription + ":" + strconv.Itoa(epoch)
}

// ID names the hold.
func (h Hold) ID() string { return HoldID(h.Subscription, h.Epoch) }

// Execution is the name of the workflow execution of the hold's current run.
func (h Hold) Execution() string {
	return "hold-" + h.Subscription + "-" + strconv.Itoa(h.Epoch) + "-" + strconv.Itoa(h.Run)
}

// Open reports whether the hold still waits for its dues.
func (h Hold) Open() bool { return h.Verdict == "" }

// Due is when the window must be looked at: never once decided.
func (h Hold) Due() calendar.Instant {
	if !h.Open() {
		return 0
	}
	return h.WindowEnds
}

// Decide closes the hold; a decided hold keeps its first verdict.
func (h Hold) Decide(v Verdict) Hold {
	if h.Open() {
		h.Verdict = v
	}
	return h
}

// CloseHold ends an unpaid hold when its window is over: the subscription
// stays on hold without further retries, or is cancelled.
func (s Subscription) CloseHold(open []Invoice, h Hold, at calendar.Instant, cancel bool) (Change, error) {
	if cancel {
		return s.CancelNow(open, &h, at, Cancellation{Reason: CancelledUnpaid})
	}
	s.Failure.NextRetry, s.Mails = 0, s.Mails.Ended(CampaignExhausted)
	ch := Change{Subscription: s, Events: s.events(EventSubscriptionUpdated, ReasonRecovery)}
	ch.close(h, VerdictEnded)
	return ch, nil
}
