package billing

import (
	"slices"
	"time"

	"perennial/shared/calendar"
	"perennial/shared/money"
	"perennial/shared/tax"
)

// payment is the attempt's payment with its new status.
func (c Case) payment(status PaymentStatus) Payment {
	s, l := c.Subscription, c.Lock()
	p := Payment{ID: l.Payment, CreatedAt: l.At, Checkout: l.Checkout}
	if c.Payment != nil {
		p = *c.Payment
	}
	if c.Purchase != nil {
		p = c.Purchase.fill(p)
	} else {
		p.Customer, p.Subscription, p.Product, p.Quantity = s.Customer, s.ID, s.Product, s.Quantity
		p.Brand = s.Brand
		if s.Change != nil && l.Cause == CausePlanChange {
			p.Product, p.Quantity = s.Change.Plan.Product, s.Change.Plan.Quantity
		}
		p.Billing, p.Answers = s.Billing, s.Answers
		if c.Payment == nil || l.Cause != CauseOnDemand { // a charge has metadata of its own
			p.Metadata = s.Metadata
		}
	}
	p.Tax, p.Discount, p.Credit = reckoned(c.Invoices, l.Amount.Currency)
	p.Invoices, p.Amount, p.Method = slices.Clone(l.Invoices), l.Amount, l.Method
	p.Items, p.Discounts = itemsOf(c.Invoices), c.reducing()
	p.Intent, p.Retry, p.By, p.Cause = l.Intent, l.Retry, l.By, l.Cause
	p.UpdatesMethod = l.Keep && l.Cause != CauseFirst && l.Cause != CausePurchase
	p.Pacing = s.Failure.Pacing
	p.Evidence = tax.Evidence{Address: p.Billing.Country, IP: l.Country, Card: l.Method.Country}
	p.Status, p.UpdatedAt, p.ActionURL = status, c.At, ""
	if status == PaymentSucceeded { // it may have been told to be declined before
		p.Decline = Decline{}
	}
	if p.Refunded.Nothing() {
		p.Refunded = money.Of(0, l.Amount.Currency)
	}
	return p
}

// reckoned adds up what invoices that are paid together say about a payment.
func reckoned(invoices []Invoice, c money.Currency) (tax, discount, credit money.Amount) {
	tax = money.Of(0, c)
	for _, v := range invoices {
		tax.Minor += v.Tax.Minor
		discount.Minor += v.Discount.Minor
		credit.Minor += v.Credit.Minor
	}
	if !discount.Nothing() {
		discount.Currency = c
	}
	if !credit.Nothing() {
		credit.Currency = c
	}
	return tax, discount, credit
}

// Paid settles a captured attempt: invoices paid and numbered, journal, and
// the subscription's dates; the period advances only here.
func (c Case) Paid(charge string) (Change, error) {
	if c.Unwanted() {
		return c.returned(charge)
	}
	if c.Purchase != nil {
		return c.paidPurchase(charge)
	}
	s := c.Subscription
	move, status, err := s.settles()
	if err != nil {
		return Change{}, err
	}
	p := c.payment(PaymentSucceeded)
	p.Charge, p.CapturedAt = charge, c.At
	customer := c.Customer.paid(p, c.At)
	gives, begins := s.gives(), s.beginsPeriod()
	invoices, s, err := c.date(s)
	if err != nil {
		return Change{}, err
	}
	var tickets []Ticket
	for i := range invoices {
		if invoices[i].Status == InvoiceOpen {
			var ticket *Ticket
			invoices[i], customer, ticket = invoices[i].pay(p.ID, c.Issuer, customer, c.At)
			if ticket != nil {
				tickets = append(tickets, *ticket)
			}
			p.InvoiceNumber = invoices[i].Number
			p.Invoices[i] = invoices[i].ID
			if begins {
				s.Discounts = spend(s.Discounts, invoices[i])
			}
		}
	}
	entry, err := captured(p, c.At)
	if err != nil {
		return Change{}, err
	}
	entry = entry.note(gives)
	s.Receipts = s.receipts(p)
	if s.Lock.Keep || s.Method.IsZero() && !s.Manual.On {
		s.Method = s.Lock.Method
	}
	change := Change{Customer: &customer, Invoices: invoices, Payment: &p, Entry: &entry, Tickets: tickets}
	if p.Amount.Nothing() && p.Credit.Nothing() {
		change.Entry = nil
	}
	change.Events = append([]Event{{Type: EventPaymentSucceeded, Object: p.ID, Reason: reasonOf(move)}}, s.paidEvents(move)...)
	s.Reminders.Leads, s.Manual = c.Issuer.Leads, s.Manual.paid(c.Issuer.Manual, s.Period, c.At)
	s = s.cleared(status)
	if c.Hold != nil && c.Hold.Open() {
		change.close(*c.Hold, VerdictPaid)
	}
	change.Subscription = s
	return change, nil
}

// settles is the move that settling the locked attempt makes, and the status
// that it leads to.
func (s Subscription) settles() (Move, Status, error) {
	move := map[Cause]Move{CauseFirst: MoveActivate, CauseRenewal: MoveRenew, CauseOnDemand: MoveRenew, CausePlanChange: MoveChange}[s.Lock.Cause]
	reactivated := s.Status == StatusOnHold || s.Status == StatusPastDue
	if reactivated || !s.Failure.At.IsZero() {
		move = MoveRecover
	}
	status, err := s.Status.after(move)
	return move, status, err
}

// cleared is the subscription without anything that was owed, tried or said
// about it.
func (s Subscription) cleared(status Status) Subscription {
	s.Status, s.Failure, s.Open, s.Lock, s.Attempts, s.Spent, s.Blocked = status, Failure{}, nil, Lock{}, 0, nil, Blocked{}
	if !s.Cancel.AtPeriodEnd {
		s.Mails = Campaign{}
	}
	return s
}

// Unwanted reports that the subscription's end was asked for while the
// attempt was locked: what it captures is given back (rules 8, 10).
func (c Case) Unwanted() bool { return c.Subscription.Cancel.Pending }

// returned settles a capture that was given back, and ends the subscription.
func (c Case) returned(charge string) (Change, error) {
	change, err := c.Abandoned()
	if err != nil || c.Subscription.Lock.Amount.Nothing() {
		return change, err
	}
	p := change.Payment
	if c.Owing {
		owed, refund := p.Owe(c.Refund, charge, p.Amount, c.At, c.Wall)
		change.Payment, change.Refund = &owed, &refund
		return change, nil
	}
	back, refund, entry := p.GiveBack(c.Refund, charge, p.Amount, c.At)
	if end := change.Entry; end != nil { // what the end writes off
		entry.Postings = slices.Concat(entry.Postings, end.Postings)
	}
	change.Payment, change.Refund, change.Entry = &back, &refund, &entry
	event := Event{Type: EventRefundSucceeded, Object: refund.ID, Reason: ReasonLateCapture}
	change.Events = slices.Insert(change.Events, 1, event)
	return change, nil
}

// date gives paid invoices and the subscription their periods.
func (c Case) date(s Subscription) ([]Invoice, Subscription, error) {
	var replaced []Invoice
	var err error
	invoices := slices.Clone(c.Invoices)
	for i, v := range invoices {
		switch {
		case v.Cause == CauseFirst:
			s = s.start(c.At, c.Zone)
			invoices[i].Period = s.Period
		case v.Cause == CauseTrialEnd:
			s = s.converted(c.At, c.Zone)
			invoices[i].Period = s.Period
		case v.Cause == CausePlanChange:
			s = s.changed().caughtUp(c.At, c.Zone)
			continue
		case v.Cause == CauseOnDemand:
			end, _ := calendar.Next(c.At, s.Price.Every, c.At, c.Zone)
			s.Period = calendar.Period{Start: c.At, End: end}
		case s.Lock.restarts(c.At):
			s.Anchor = c.At
			if !s.EndsAt.IsZero() { // the term is as long as it was
				s.EndsAt = s.EndsAt.Add(c.At.Sub(v.Period.Start))
			}
			end, _ := calendar.Next(c.At, s.Price.Every, c.At, c.Zone)
			old, fresh := v.restarted(c.Fresh[i], calendar.Period{Start: c.At, End: end})
			invoices[i], replaced = fresh, append(replaced, old)
			s.Period = fresh.Period
		default:
			s.Period = v.Period
		}
		if s, err = s.fund(invoices[i]); err != nil {
			return nil, s, err
		}
	}
	return append(invoices, replaced...), s, nil
}

// start sets the first period, the trial and the term.
func (s Subscription) start(at calendar.Instant, zone *time.Location) Subscription {
	s.Anchor = at
	if s.TrialDays > 0 {
		s.TrialEnd = calendar.Boundary(at, calendar.Interval{Count: s.TrialDays, Unit: calendar.Day}, 1, zone)
		s.Anchor = s.TrialEnd
		s.Period = calendar.Period{Start: at, End: s.TrialEnd}
	} else {
		end, _ := calendar.Next(at, s.Price.Every, at, zone)
		s.Period = calendar.Period{Start: at, End: end}
	}
	s.EndsAt = calendar.Boundary(s.Anchor, s.Price.Term, 1, zone)
	return s
}

func reasonOf(m Move) string {
	switch m {
	case MoveChange:
		return string(CausePlanChange)
	case MoveActivate:
		return ReasonFirst
	case MoveRecover:
		return ReasonReactivated
	default:
		return ReasonRenewal
	}
}

// paidEvents are the subscription's events after payment.succeeded.
func (s Subscription) paidEvents(m Move) []Event {
	var events []Event
	switch {
	case m == MoveActivate:
		events = s.events(EventSubscriptionActive, ReasonFirst)
	case m == MoveRecover && s.Manual.On: // of it no recovery was begun
		events = s.events(EventSubscriptionActive, ReasonReactivated, EventSubscriptionRenewed)
	case m == MoveRecover && !s.Status.Access() || s.Status == StatusPastDue:
		events = s.events(EventSubscriptionActive, ReasonReactivated)
		events = append(events, Event{Type: EventDunningDone, Object: s.ID, Reason: string(s.Status)})
	case m == MoveChange:
		events = s.events(EventPlanChanged, string(CausePlanChange))
	case s.Lock.Cause == CausePlanChange: // it took place before it was paid
	default:
		events = s.events(EventSubscriptionRenewed, ReasonRenewal)
	}
	if s.Lock.Keep && m != MoveActivate {
		events = append(events, s.events(EventMethodUpdated, "")...)
	}
	return append(events, s.events(EventSubscriptionUpdated, "")...)
}
