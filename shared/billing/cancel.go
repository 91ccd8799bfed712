package billing

import (
	"slices"

	"perennial/shared/calendar"
	"perennial/shared/fault"
)

// Feedbacks are Dodo's values of cancellation_feedback.
var Feedbacks = []string{
	"too_expensive", "missing_features", "switched_service", "unused",
	"customer_service", "low_quality", "too_complex", "other",
}

// CancelledUnpaid is the cancel_reason when the recovery window ended.
const CancelledUnpaid = "cancelled_by_merchant_grace_period_expired"

// ErrNotScheduled refuses to revoke a cancellation that was never scheduled.
var ErrNotScheduled = fault.New(fault.Conflict, "CANCELLATION_NOT_SCHEDULED", "No cancellation is scheduled.")

// Check names what is wrong with a cancellation's particulars.
func (c Cancellation) Check() error {
	var check fault.Check
	check.That(c.Feedback == "" || slices.Contains(Feedbacks, c.Feedback), "cancellation_feedback", "is not a known reason")
	check.That(len(c.Comment) <= 1000, "cancellation_comment", "must be at most 1000 characters")
	return check.Fault("INVALID_REQUEST_PARAMETERS", "The cancellation is not valid.")
}

// CancelNow ends the subscription at once: unpaid renewals are voided, a hold
// is closed, retries stop (rules 10). While a payment is locked the wish is
// recorded and applied when the payment settles.
func (s Subscription) CancelNow(open []Invoice, hold *Hold, at calendar.Instant, c Cancellation) (Change, error) {
	if err := c.Check(); err != nil {
		return Change{}, err
	}
	status, err := s.Status.after(MoveCancel)
	if err != nil {
		return Change{}, err
	}
	c.AtPeriodEnd, c.At = false, at
	said := s.because(c, at)
	if s.Lock.Set() {
		c.Pending, c.At = true, 0
		s.Cancel = c
		return Change{Subscription: s, Said: said, Events: s.events(EventSubscriptionUpdated, "")}, nil
	}
	c.Pending = false
	ended := s.end(status, EventSubscriptionCanceled, open, hold, c)
	ended.Said = said
	return ended, nil
}

// CancelAtEnd schedules the end of the subscription for its next billing
// date. In past_due and on_hold it is immediate (rules 10).
func (s Subscription) CancelAtEnd(open []Invoice, hold *Hold, at calendar.Instant, c Cancellation) (Change, error) {
	if s.Status != StatusActive || !s.Failure.At.IsZero() || s.Cancel.Pending {
		return s.CancelNow(open, hold, at, c)
	}
	if err := c.Check(); err != nil {
		return Change{}, err
	}
	c.AtPeriodEnd = true
	said := s.because(c, at)
	s.Cancel, s.Mails = c, s.won(c.Reason, at)
	var gone []Invoice
	if s.Manual.On && !s.Lock.Set() { // its invoice is for what will not be
		s, gone = s.unbill(open, at)
	}
	return Change{Subscription: s, Invoices: gone, Said: said, Events: s.events(EventSubscriptionUpdated, ReasonCancelScheduled)}, nil
}

// Revoke takes back a scheduled cancellation. One that only waits for a
// payment to settle is under way: that payment may be given back already.
func (s Subscription) Revoke() (Change, error) {
	if s.Cancel.Pending && !s.Status.Ended() {
		return Change{}, ErrLocked
	}
	if !s.Cancel.AtPeriodEnd || s.Status.Ended() {
		return Change{}, ErrNotScheduled
	}
	s.Cancel, s.Mails = Cancellation{}, Campaign{}
	return Change{Subscription: s, Events: s.events(EventSubscriptionUpdated, "")}, nil
}

// CancelDue carries out a scheduled cancellation on its date. What is open by
// then is given up.
func (s Subscription) CancelDue(open []Invoice, hold *Hold, at calendar.Instant) (Change, error) {
	if s.Next(at) != StepCancel {
		return Change{}, ErrNotScheduled
	}
	c := s.Cancel
	c.At = at
	return s.end(StatusCancelled, EventSubscriptionCanceled, open, hold, c), nil
}

// Expire ends a subscription whose term is over, whatever it owes.
func (s Subscription) Expire(open []Invoice, hold *Hold) (Change, error) {
	status, err := s.Status.after(MoveExpire)
	if err != nil {
		return Change{}, err
	}
	return s.end(status, EventSubscriptionExpired, open, hold, s.Cancel), nil
}

// Fail ends a pending subscription whose first payment never came.
func (s Subscription) Fail(open []Invoice) (Change, error) {
	status, err := s.Status.after(MoveFail)
	if err != nil {
		return Change{}, err
	}
	return s.end(status, EventSubscriptionFailed, open, nil, s.Cancel), nil
}

// Forgo adds to the end of a pending subscription that its promised payment
// will not be made.
func (ch Change) Forgo(p Payment, at calendar.Instant) Change {
	if p.Status == PaymentRequiresMethod && ch.Subscription.Status.Ended() && ch.Payment == nil {
		p.Status, p.UpdatedAt = PaymentCancelled, at
		ch.Payment = &p
		ch.Events = append([]Event{{Type: EventPaymentCancelled, Object: p.ID}}, ch.Events...)
	}
	return ch
}

// Unasked adds that a payment which somebody was asked for will not be made.
func (ch Change) Unasked(p Payment) Change {
	if p.Status == PaymentRequiresMethod {
		p.Status = PaymentCancelled
		ch.Payment = &p
		ch.Events = append([]Event{{Type: EventPaymentCancelled, Object: p.ID}}, ch.Events...)
	}
	return ch
}

// end is the common part of every ending.
func (s Subscription) end(to Status, event EventType, open []Invoice, hold *Hold, c Cancellation) Change {
	trial := s.Status == StatusActive && s.Trialing() && event == EventSubscriptionCanceled
	s.Mails = s.won(c.Reason, c.At)
	if event != EventSubscriptionCanceled {
		s.Mails = Campaign{}
	}
	s.Status, s.Cancel, s.Open, s.Failure = to, c, nil, Failure{}
	for _, v := range open {
		if v.Status == InvoiceOpen {
			s = s.unbilled(v, c.At)
		}
	}
	ended := c.At
	if ended == 0 { // its term is over
		ended = s.EndsAt
	}
	s, entry := s.forgiven(ended)
	s.Change, s.Scheduled, s.Manual.Ends = nil, nil, 0
	ch := Change{Subscription: s, Entry: entry, Events: s.events(event, c.Reason, EventSubscriptionUpdated)}
	if trial {
		ch.Events = append(ch.Events, Event{Type: EventTrialCancelled, Object: s.ID, Reason: c.Reason})
	}
	for _, v := range open {
		if v.Status == InvoiceOpen {
			v = v.void()
		}
		ch.Invoices = append(ch.Invoices, v)
	}
	if hold != nil && hold.Open() {
		ch.close(*hold, VerdictEnded)
	}
	return ch
}
