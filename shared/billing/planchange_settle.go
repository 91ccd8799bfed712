package billing

import (
	"slices"
	"time"

	"perennial/shared/calendar"
	"perennial/shared/money"
)

// take is the subscription on the plan of a change. A new cycle begins where
// the change says so; a new interval that is not billed begins at the next
// billing date.
func (s Subscription) take(c PlanChange) Subscription {
	interval, cycle := c.Plan.Price.Every != s.Price.Every, s.cycle()
	s = s.on(c.Plan)
	s.Change, s.ChangedAt = nil, max(c.At, c.Date)
	if c.Date == 0 {
		s.Scheduled = nil
	}
	if c.Period != (calendar.Period{}) {
		s.Period, s.Anchor, s.Frozen = c.Period, c.Period.Start, 0
		s.TrialEnd = min(s.TrialEnd, c.At)
		s.Receipts, s.Gone, s.Cycle = nil, money.Amount{}, calendar.Interval{}
		return s
	}
	if interval {
		s.Anchor, s.Cycle = s.Period.End, cycle
	}
	return s
}

// settled notes what a paid change is worth: for what time it is paid, and
// what it gives back.
func (s Subscription) settled(c PlanChange) Subscription {
	s.Funded, s.Gone = c.Funded, c.Gone
	if !c.Credit.Left.Nothing() {
		s.Credits = append(append([]Credit(nil), s.Credits...), c.Credit)
	}
	return s
}

// Await is the subscription with a change that waits for its payment.
func (s Subscription) Await(p Proposal) Subscription {
	s = s.spend(p.Change.Used)
	change := p.Change
	s.Change, s.Carried = &change, Carried{}
	return s
}

// Dues is what a proposed or pending change costs.
func (v Invoice) Dues() Dues {
	return Dues{Invoices: []Invoice{v}, Total: v.Due(), Next: v.Period.End}
}

// Carry carries out a change that costs nothing now, in one step.
func (s Subscription) Carry(p Proposal, i Issuer, customer Customer, at calendar.Instant) (Change, error) {
	after := p.After
	if p.Invoice != nil && p.Change.Period != (calendar.Period{}) { // a period that credit alone pays
		after.Receipts = paidWith(after.Receipts, append(slices.Clone(after.Spent), p.Change.Credit))
	}
	after.Spent = nil // it has paid
	if p.Invoice != nil && p.Change.Date == 0 && p.Change.Period != (calendar.Period{}) {
		after.Discounts = spend(after.Discounts, *p.Invoice)
	}
	ch := Change{Subscription: after, Events: after.events(EventPlanChanged, string(p.Change.Mode), EventSubscriptionUpdated)}
	if p.Change.Date != 0 {
		ch.Events = after.events(EventSubscriptionUpdated, "")
		return ch, nil
	}
	if p.Invoice == nil {
		return ch, nil
	}
	invoice, customer, ticket := p.Invoice.pay("", i, customer, at)
	entry := Entry{ID: invoice.ID, Customer: s.Customer, At: at}
	used, err := captured(Payment{ID: invoice.ID, Amount: invoice.Due(), Tax: invoice.Tax, Credit: invoice.Credit, Customer: s.Customer}, at)
	if err != nil {
		return Change{}, err
	}
	entry.Postings = used.Postings[1:] // no gateway took part
	entry = entry.note(p.Change.Credit)
	ch.Customer, ch.Invoices = &customer, []Invoice{invoice}
	if ticket != nil {
		ch.Tickets = []Ticket{*ticket}
	}
	if !invoice.Total.Nothing() || !p.Change.Credit.Gross.Nothing() {
		ch.Entry = &entry
	}
	return ch, nil
}

// Switches are the events of a renewal that puts a scheduled plan in place.
func (s Subscription) Switches() []Event {
	if s.Scheduled == nil {
		return nil
	}
	return s.events(EventPlanChanged, "scheduled")
}

// DropScheduled takes back a change that waits for the next billing date.
func (s Subscription) DropScheduled() (Change, error) {
	if s.Scheduled == nil {
		return Change{}, ErrNoScheduled
	}
	s.Scheduled = nil
	return Change{Subscription: s, Events: s.events(EventSubscriptionUpdated, "")}, nil
}

// Discard gives up a change that nobody paid: its invoice is void, and the
// credit that it would have used is free again (rules 3).
func (s Subscription) Discard(open []Invoice, at calendar.Instant) (Change, error) {
	switch {
	case s.Lock.Set():
		return Change{}, ErrLocked
	case s.Change == nil || s.Change.Former != nil:
		return Change{}, ErrNoPending
	}
	s = s.stays(at)
	s.Attempts = 0
	if s.Failure.At.IsZero() && len(s.Open) == 0 {
		s.Failure = Failure{} // only the change was declined, and nobody owes it any more
	}
	ch := Change{Subscription: s, Events: s.events(EventSubscriptionUpdated, "")}
	for _, v := range open {
		ch.Invoices = append(ch.Invoices, v.void())
	}
	return ch, nil
}

// ReturnToPaid leaves a plan whose charge failed for the one that is still
// paid, until its period ends (rules 3).
func (s Subscription) ReturnToPaid(open []Invoice, hold *Hold, at calendar.Instant) (Change, error) {
	c := s.Change
	switch {
	case s.Lock.Set():
		return Change{}, ErrLocked
	case c == nil || c.Former == nil || at >= c.Former.Period.End:
		return Change{}, ErrNoPending
	}
	status, err := s.Status.after(MoveRecover)
	if err != nil {
		return Change{}, err
	}
	held := !s.Status.Access()
	f := *c.Former
	s = s.on(f.Plan).stays(at)
	s.Funded, s.Period, s.Anchor, s.TrialEnd = f.Funded, f.Period, f.Anchor, f.TrialEnd
	s.Receipts, s.Gone, s.Frozen, s.Cycle = f.Receipts, f.Gone, f.Frozen, f.Cycle
	s.Status, s.Open, s.Failure, s.Attempts = status, nil, Failure{}, 0
	s.Mails = Campaign{}
	ch := Change{Subscription: s}
	for _, v := range open {
		ch.Invoices = append(ch.Invoices, v.void())
	}
	if held {
		ch.Events = s.events(EventSubscriptionActive, ReasonReactivated)
	}
	ch.Events = append(ch.Events, s.events(EventPlanChanged, ReasonReturned, EventSubscriptionUpdated)...)
	if hold != nil && hold.Open() {
		ch.close(*hold, VerdictEnded)
	}
	return ch, nil
}

// forced reports that the attempt is for a change which takes place even when
// its charge fails: a decline is then a failed charge like a renewal's.
func (s Subscription) forced() bool {
	return s.Lock.Cause == CausePlanChange && s.Change != nil && s.Change.Former == nil && !s.Change.Prevent
}

// unpaid lets a forced change take place without its payment: it is owed, and
// nothing that it gives back is given (rules 3).
func (ch *Change) unpaid() {
	s := ch.Subscription
	c := *s.Change
	c.Former = &Former{
		Plan: s.Plan(), Funded: s.Funded, Receipts: s.Receipts, Gone: s.Gone,
		Period: s.Period, Anchor: s.Anchor, TrialEnd: s.TrialEnd, Frozen: s.Frozen, Cycle: s.Cycle,
	}
	s = s.take(c)
	s.Change, s.Open = &c, []string{c.Invoice}
	ch.Subscription = s
	ch.Events = append(ch.Events, s.events(EventPlanChanged, string(c.Mode))...)
}

// changed settles the change of a paid invoice.
func (s Subscription) changed() Subscription {
	if s.Change == nil {
		return s
	}
	c := *s.Change
	if c.Former == nil {
		s = s.take(c)
	}
	s = s.settled(c)
	s.Change = nil
	return s
}

// beginsPeriod reports that the locked attempt pays for a period that begins,
// not for a change within one: only a period uses up a discount's cycle.
func (s Subscription) beginsPeriod() bool {
	return s.Lock.Cause != CausePlanChange || s.Change != nil && s.Change.Period != (calendar.Period{})
}

// gives is the credit that settling the locked attempt gives.
func (s Subscription) gives() Credit {
	if s.Lock.Cause != CausePlanChange || s.Change == nil {
		return Credit{}
	}
	return s.Change.Credit
}

// caughtUp lets a subscription that was kept waiting beyond its billing date
// go on from now: the time on hold is not billed. Paying a plan change moves
// no date that still lies ahead (rules 5).
func (s Subscription) caughtUp(at calendar.Instant, zone *time.Location) Subscription {
	if s.Status.Access() || at < s.Period.End {
		return s
	}
	if next, _ := calendar.Next(s.Anchor, s.Price.Every, s.Period.End, zone); at >= min(next, s.Period.End.Add(keepDates)) {
		s.Period.End, s.Anchor = at, at
	}
	return s
}

// keepDates is how long after a billing date that was missed on hold the
// dates stay as they were.
const keepDates = 7 * 24 * time.Hour

// maxReceipts is how many payments of one period are remembered.
const maxReceipts = 20

// receipts are the payments of the running period, once one more was made.
func (s Subscription) receipts(p Payment) []string {
	var kept []string
	if p.Cause == CausePlanChange {
		kept = s.Receipts[max(0, len(s.Receipts)-maxReceipts+1):]
	}
	if p.Amount.Nothing() { // credit paid it: the money is that of older payments
		return paidWith(kept, s.Spent)
	}
	return append(slices.Clone(kept), p.ID)
}

// paidWith adds the payments whose money a credit was to the receipts of what
// the credit paid, so that a refund of them is known there.
func paidWith(receipts []string, spent []Credit) []string {
	out := slices.Clone(receipts)
	for _, c := range spent {
		for _, id := range c.Payments {
			if !slices.Contains(out, id) && len(out) < maxReceipts {
				out = append(out, id)
			}
		}
	}
	return out
}
