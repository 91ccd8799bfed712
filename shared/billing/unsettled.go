package billing

import "time"

// ActionNeeded keeps the lock while the customer authenticates.
func (c Case) ActionNeeded(url string, lease time.Time) Change {
	l := c.Lock()
	l.State, l.ActionURL, l.Lease = LockAction, url, lease
	p := c.payment(PaymentRequiresAction)
	p.ActionURL = url
	l.Seen = p.Version + 1
	return c.waits(Change{Payment: &p, Events: []Event{{Type: EventActionRequired, Object: p.ID}}}, l)
}

// Processing keeps the lock while the gateway works for longer.
func (c Case) Processing(lease time.Time) Change {
	l := c.Lock()
	l.State, l.Lease = LockProcessing, lease
	p := c.payment(PaymentProcessing)
	l.Seen = p.Version + 1
	return c.waits(Change{Payment: &p, Events: []Event{{Type: EventPaymentProcessing, Object: p.ID}}}, l)
}

// Abandoned frees the lock of an attempt whose intent the gateway cancelled.
func (c Case) Abandoned() (Change, error) {
	p := c.payment(PaymentCancelled)
	ch := c.waits(Change{Payment: &p, Events: []Event{{Type: EventPaymentCancelled, Object: p.ID}}}, Lock{}).forget(c)
	return c.applyPending(ch)
}

// applyScheduled gives up the invoice of a manual renewal that will not come,
// because its end was scheduled while its customer was paying.
func (c Case) applyScheduled(ch Change) (Change, error) {
	s := ch.Subscription
	if !s.Manual.On || !s.Cancel.AtPeriodEnd || s.Status.Ended() || len(ch.Invoices) > 0 {
		return ch, nil
	}
	var gone []Invoice
	if ch.Subscription, gone = s.unbill(c.Invoices, c.At); len(gone) == 0 {
		ch.Subscription = s
		return ch, nil
	}
	ch.Invoices = gone
	return ch.Withdrawn(c.Fresh, c.Issuer, c.Customer, c.At)
}

// applyPending carries out a cancellation that was asked for while locked.
func (c Case) applyPending(ch Change) (Change, error) {
	if !ch.Subscription.Cancel.Pending {
		return c.applyScheduled(ch)
	}
	hold := ch.Hold
	if hold == nil {
		hold = c.Hold
	}
	open := ch.Invoices
	if open == nil {
		open = c.Invoices
	}
	ended, err := ch.Subscription.CancelNow(open, hold, c.At, ch.Subscription.Cancel)
	if err == nil {
		ended, err = ended.Withdrawn(c.Fresh, c.Issuer, c.Customer, c.At)
	}
	if err != nil {
		return Change{}, err
	}
	if ended.Customer != nil {
		ch.Customer = ended.Customer
	}
	if ch.Entry == nil {
		ch.Entry = ended.Entry
	}
	ch.Tickets = append(ch.Tickets, ended.Tickets...)
	ch.Subscription, ch.Invoices = ended.Subscription, ended.Invoices
	if ended.Hold != nil {
		ch.Hold = ended.Hold
	}
	ch.Events = append(ch.Events, ended.Events...)
	if c.Subscription.Status == StatusPending {
		ch = ch.GiveBack(c.Counts)
	}
	return ch, nil
}

// close records a hold's verdict and tells its flow.
func (ch *Change) close(h Hold, v Verdict) {
	h = h.Decide(v)
	ch.Hold = &h
	ch.Events = append(ch.Events, Event{Type: EventHoldDecided, Object: h.ID(), Reason: string(v)})
}
