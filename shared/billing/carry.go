package billing

import (
	"fmt"
	"slices"

	"perennial/shared/calendar"
	"perennial/shared/fault"
	"perennial/shared/merchant"
	"perennial/shared/money"
)

// Carried is what a subscription owes and no gateway charges, because it is
// too little: the next renewal's invoice bills it (rules 9). What is left of
// it when the subscription ends is written off.
type Carried struct {
	Lines []Line           // priced and discounted; their tax is decided when they are paid
	Due   money.Amount     // what was to be paid when it was last too little
	At    calendar.Instant // when that was
}

// maxCarried is how many lines are carried at most; older ones are written
// off. Together they are less than what a gateway takes.
const maxCarried = 100

// ReasonCarried is the reason of a due notice that is void because a later
// invoice bills its lines.
const ReasonCarried = "carried"

// ErrTooSmall refuses a first payment, a purchase or a charge on demand that
// no gateway takes: there is no next invoice to carry it to.
var ErrTooSmall = fault.New(fault.Invalid, "TOTAL_PAYMENT_AMOUNT_BELOW_MINIMUM_AMOUNT", "This amount is too small to be charged.")

// Chargeable refuses an amount that is too small for a gateway, and names the
// smallest. Nothing is free.
func Chargeable(gateway string, a money.Amount) error {
	if !merchant.TooSmall(gateway, a) {
		return nil
	}
	refused := *ErrTooSmall
	least := merchant.LeastCharge(gateway, a.Currency)
	refused.Problems = []fault.Problem{{Message: fmt.Sprintf("the total is %s, and the smallest amount that can be charged is %s", a.Decimal()+" "+string(a.Currency), least.Decimal()+" "+string(a.Currency))}}
	return &refused
}

// Small reports an attempt at less than the gateway of its method takes, which
// is carried instead of being made.
func (c Case) Small() bool {
	l := c.Lock()
	return c.Carries() && merchant.TooSmall(l.Method.Gateway, l.Amount)
}

// Carries reports whether what the attempt is for may be billed by a later
// invoice: it is a renewal, the first period after a trial or a change of
// plan, and has no number yet.
func (c Case) Carries() bool {
	cause := c.Lock().Cause
	later := cause == CauseRenewal || cause == CauseTrialEnd || cause == CausePlanChange
	return later && c.Purchase == nil && !slices.ContainsFunc(c.Invoices, Invoice.Final)
}

// Carried settles an attempt at too little: dates and plan move on as if it
// were paid, nothing fails, and the next renewal's invoice bills its lines.
// The due notice is void; credit that it would have used is free for that
// invoice.
func (c Case) Carried() (Change, error) {
	move, status, err := c.Subscription.settles()
	if err != nil {
		return Change{}, err
	}
	s, err := c.bring()
	if err != nil {
		return Change{}, err
	}
	if s.Lock.Keep {
		s.Method = s.Lock.Method
	}
	change := c.carries(c.Subscription.gives())
	change.Events = append(change.Events, s.paidEvents(move)...)
	s.Reminders.Leads, s.Manual = c.Issuer.Leads, s.Manual.paid(c.Issuer.Manual, s.Period, c.At)
	change.Subscription = s.cleared(status)
	if c.Hold != nil && c.Hold.Open() {
		change.close(*c.Hold, VerdictPaid)
	}
	return change, nil
}

// bring is the subscription with what it owes carried to its next invoice.
func (c Case) bring() (Subscription, error) {
	begins := c.Subscription.beginsPeriod()
	invoices, s, err := c.date(c.Subscription.uncredited(c.Invoices, c.At))
	if err != nil {
		return s, err
	}
	if begins {
		s.Receipts = nil
	}
	for _, v := range invoices {
		if v.Status != InvoiceOpen {
			continue
		}
		lines := append(v.carried(), s.Carried.Lines...)
		s.Carried = Carried{Lines: lines[:min(len(lines), maxCarried)], Due: v.Due(), At: c.At}
		if begins {
			s.Discounts = spend(s.Discounts, v)
		}
	}
	return s, nil
}

// carries is what carrying writes beside the subscription: void notices, a
// promised payment that will not be made, and the credit that a change gives.
func (c Case) carries(gives Credit) Change {
	var change Change
	for _, v := range c.Invoices {
		v = v.void()
		v.Reason = ReasonCarried
		change.Invoices = append(change.Invoices, v)
	}
	if c.Payment != nil {
		p := c.payment(PaymentCancelled)
		change.Payment = &p
		change.Events = []Event{{Type: EventPaymentCancelled, Object: p.ID}}
	}
	if !gives.Gross.Nothing() {
		entry := Entry{ID: c.Invoices[0].ID, Customer: c.Subscription.Customer, At: c.At}.note(gives)
		change.Entry = &entry
	}
	return change
}

// uncredited gives back the credit that invoices would have used, the
// change's own included.
func (s Subscription) uncredited(invoices []Invoice, at calendar.Instant) Subscription {
	for _, v := range invoices {
		s = s.unspend(v, at)
		if s.Change != nil && s.Change.Invoice == v.ID {
			change := *s.Change
			change.Credit.Left, change.Used = change.Credit.Gross, money.Of(0, v.Total.Currency)
			s.Change = &change
		}
	}
	return s
}

// carried are the lines of a due notice as a later invoice bills them: for
// their own period, at the price after discounts.
func (v Invoice) carried() []Line {
	var lines []Line
	for _, l := range v.Lines {
		if l.Discounted().Nothing() {
			continue
		}
		l.Kind, l.Firm, l.Period = LineCarried, true, v.periodOf(l)
		l.Amount, l.Discount, l.Tax, l.Levy = l.Discounted(), money.Of(0, l.Amount.Currency), money.Of(0, l.Amount.Currency), 0
		lines = append(lines, l)
	}
	return lines
}

// Own is what the invoice's own lines cost, with tax: its total without what
// was carried to it.
func (v Invoice) Own() money.Amount {
	own := v.Total
	for _, l := range v.Lines {
		if l.Kind == LineCarried {
			own.Minor -= l.Gross().Minor
		}
	}
	return own
}

// recarry takes back what was carried to an invoice that will not be paid
// while its subscription goes on.
func (s Subscription) recarry(v Invoice, at calendar.Instant) Subscription {
	due := money.Of(0, v.Total.Currency)
	for _, l := range v.Lines {
		if l.Kind == LineCarried {
			due.Minor += l.Gross().Minor // of what the total adds up
			s.Carried.Lines = append(s.Carried.Lines, l)
		}
	}
	if len(s.Carried.Lines) > 0 {
		s.Carried.Due, s.Carried.At = due, at
	}
	return s
}
