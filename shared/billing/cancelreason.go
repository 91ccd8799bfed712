package billing

import (
	"strconv"

	"perennial/shared/calendar"
)

// CancelReason is what somebody said about one cancellation (R210 to R212). It
// is kept apart from the subscription, so that it outlives a cancellation that
// is taken back, and is erased when its time is over.
type CancelReason struct {
	ID           string // of the subscription and the instant
	Subscription string
	Customer     string
	Product      string
	Trial        bool   // said in a free trial
	By           string // Dodo's cancel_reason
	Feedback     string // one of Feedbacks; empty when there is only a comment
	Comment      string
	At           calendar.Instant
	Until        calendar.Instant // when it is erased
}

// Kept is a cancellation of which what is said is kept until an instant.
func (c Cancellation) Kept(until calendar.Instant) Cancellation {
	if c.Feedback != "" || c.Comment != "" {
		c.Until = until
	}
	return c
}

// because is what a cancellation says, nil when it says nothing or was written
// down before.
func (s Subscription) because(c Cancellation, at calendar.Instant) *CancelReason {
	if c.Until.IsZero() || s.Cancel.Pending {
		return nil
	}
	return &CancelReason{
		ID: s.ID + "/" + strconv.FormatInt(int64(at), 10), Subscription: s.ID, Customer: s.Customer, Product: s.Product,
		Trial: s.Status == StatusActive && s.Trialing(), By: c.Reason, Feedback: c.Feedback, Comment: c.Comment, At: at, Until: c.Until,
	}
}

// Forgets takes what was said out of the subscription once its time is over;
// ok is false when there is nothing to take out.
func (s Subscription) Forgets(r CancelReason) (out Subscription, ok bool) {
	if s.Cancel.Until != r.Until {
		return s, false
	}
	s.Cancel.Feedback, s.Cancel.Comment, s.Cancel.Until = "", "", 0
	return s, true
}
