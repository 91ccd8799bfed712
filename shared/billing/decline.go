package billing

import (
	"perennial/shared/calendar"
	"perennial/shared/merchant"
)

// Declined settles a refused attempt. The invoices stay open: they are the
// dues. What follows was decided by the merchant's policy.
func (c Case) Declined(d Decline, f FollowUp) (Change, error) {
	if c.Purchase != nil {
		return c.declinedPurchase(d), nil
	}
	s := c.Subscription
	p := c.payment(PaymentFailed)
	p.Decline = d
	change := Change{Payment: &p, Events: []Event{{Type: EventPaymentFailed, Object: p.ID, Reason: string(s.Lock.Cause)}}}
	automatic := s.Lock.By == BySystem || s.forced()
	if s.forced() {
		change.Subscription = s
		change.unpaid()
		s = change.Subscription
		if f.Status == StatusPastDue {
			f.Status, f.HoldAt = StatusOnHold, 0
		}
	}
	tried := s.Lock
	unasked := tried.By == BySystem && s.Failure.Backup && tried.Intent == "" && d.Class == ClassOurFault
	s.Lock = Lock{}
	if automatic && s.Status != StatusPending {
		s.Failure.At = s.FailingSince(c.At)
		s.Failure.NextRetry, s.Failure.Retries = f.NextRetry, f.Retries
		s.Failure.HoldAt, s.Failure.WindowEnd = f.HoldAt, f.WindowEnd
		s.Failure.Pacing, s.Failure.Backup = f.Pacing, f.Backup
		p.Pacing = f.Pacing
	}
	if tried.Intent != "" || tried.Barred() && s.Failure.Payment == "" {
		s.Failure.Payment, s.Failure.Method = tried.Payment, tried.Method
	}
	if !unasked { // a backup that was never charged tells nothing: the first method's decline stands
		s.Failure.Decline = d
	}
	if c.Hold != nil && (!automatic || tried.State == LockProcessing) {
		hold := *c.Hold
		if !automatic {
			hold.Attempts++
		}
		change.Hold = &hold
	}
	if automatic && s.Cancel.AtPeriodEnd && tried.Cause != CausePlanChange {
		s.Cancel.Pending = true // it was to end on the date that was just charged for (rules 10)
	}
	change.Subscription = s
	change = change.forget(c)
	if automatic && !s.Cancel.Pending && f.Status != "" && f.Status != s.Status {
		if err := change.fall(f.Status, c.At); err != nil {
			return Change{}, err
		}
	}
	if s := change.Subscription; automatic && s.AwaitsConfirmation() && !s.Cancel.Pending && s.Mails.Trigger != merchant.TriggerConfirm {
		change.Subscription.Mails = campaign(merchant.TriggerConfirm, c.At)
	}
	return c.applyPending(change)
}

// fall moves a subscription to past_due or on_hold.
func (ch *Change) fall(to Status, at calendar.Instant) error {
	move, event := MoveHold, EventSubscriptionOnHold
	if to == StatusPastDue {
		move, event = MoveGrace, EventSubscriptionPastDue
	}
	s := ch.Subscription
	status, err := s.Status.after(move)
	if err != nil {
		return err
	}
	wasActive := s.Status == StatusActive
	s.Status, s.Mails = status, campaign(merchant.Trigger(status), at)
	ch.Events = append(ch.Events, s.events(event, ReasonRenewal, EventSubscriptionUpdated)...)
	if wasActive {
		ch.Events = append(ch.Events, Event{Type: EventDunningStarted, Object: s.ID, Reason: string(status)})
	}
	if status == StatusOnHold {
		s.HoldEpoch++
		s.Attempts = 0
		s.HeldAt, s.Failure.HoldAt = at, 0
		hold := Hold{
			Subscription: s.ID, Epoch: s.HoldEpoch, Customer: s.Customer, StartedAt: at,
			WindowEnds: s.Failure.WindowEnd, Flow: FlowRunning, Run: 1, Pacing: s.Failure.Pacing,
		}
		ch.Hold = &hold
		ch.Events = append(ch.Events, Event{Type: EventHoldStarted, Object: hold.ID()})
	}
	ch.Subscription = s
	return nil
}

// EndAccess carries out what the policy decided for kept access that is over:
// the merchant's grace, or the hold.
func (s Subscription) EndAccess(f FollowUp, at calendar.Instant) (Change, error) {
	if s.Lock.Set() {
		return Change{}, ErrLocked
	}
	s.Failure.HoldAt, s.Failure.NextRetry = f.HoldAt, f.NextRetry
	ch := Change{Subscription: s}
	err := ch.fall(f.Status, at)
	return ch, err
}
