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
// too little: the next invoice, of a renewal or of a change of plan, bills it
// with the credit that goes with it (rules 9). What is left of it when the
// subscription ends is written off.
type Carried struct {
	Lines  []Line           // priced and discounted; their tax is decided when they are paid
	Credit money.Amount     // of the subscription's credit, the oldest: it is promised to the lines
	Due    money.Amount     // what is to be paid for the lines beside the credit: too little
	At     calendar.Instant // when that was
}

// maxCarried is from how many lines on those of the same product are carried
// as one.
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
// were paid, nothing fails, and the next invoice bills its lines.
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
		s.Carried = Carried{Lines: v.carried(), Credit: v.Credit, Due: v.Due(), At: c.At}.with(s.Carried)
		if begins {
			s.Discounts = spend(s.Discounts, v)
		}
	}
	return s, nil
}

// with is what is carried together with what was before.
func (c Carried) with(older Carried) Carried {
	switch {
	case len(c.Lines) == 0:
		return older
	case len(older.Lines) == 0:
		c.Lines = merged(c.Lines)
		return c
	}
	cur := c.Lines[0].Amount.Currency
	c.Lines = merged(slices.Concat(c.Lines, older.Lines))
	c.Credit = money.Of(c.Credit.Minor+older.Credit.Minor, cur)
	c.Due = money.Of(c.Due.Minor+older.Due.Minor, cur)
	return c
}

// merged are lines, those of the same product as one where they are too many.
func merged(lines []Line) []Line {
	if len(lines) <= maxCarried {
		return lines
	}
	var out []Line
	for _, l := range lines {
		same := func(o Line) bool {
			return o.Product == l.Product && o.Addon == l.Addon && o.Category == l.Category && o.Inclusive == l.Inclusive && o.As == nil && l.As == nil
		}
		i := slices.IndexFunc(out, same)
		if i < 0 {
			out = append(out, l)
			continue
		}
		out[i].Amount.Minor += l.Amount.Minor
		out[i].Period.Start, out[i].Period.End = min(out[i].Period.Start, l.Period.Start), max(out[i].Period.End, l.Period.End)
	}
	return out
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
	var back Carried
	var gross int64 // of what the total adds up
	for _, l := range v.Lines {
		if l.Kind == LineCarried {
			gross += l.Gross().Minor
			back.Lines = append(back.Lines, l)
		}
	}
	cur, credit := v.Total.Currency, min(v.Credit.Minor, gross)
	back.Credit, back.Due, back.At = money.Of(credit, cur), money.Of(gross-credit, cur), at
	s.Carried = back.with(s.Carried)
	return s
}

// stays is the subscription on its plan, without the change that nobody paid:
// the credit that it would have used is free, and what it would have billed
// of earlier invoices is carried again.
func (s Subscription) stays(at calendar.Instant) Subscription {
	c := s.Change
	s = s.refill(c.ID, c.Used, at)
	s.Carried = c.Carried.with(s.Carried)
	s.Change = nil
	return s
}

// forgiven writes off what is carried when the subscription ends. The credit
// that is promised to it is used up, and told by the entry.
func (s Subscription) forgiven(at calendar.Instant) (Subscription, *Entry) {
	after := s
	after.Spent = nil
	after = after.spend(s.Carried.Credit)
	entry, err := Entry{ID: s.ID, Customer: s.Customer, At: at}.reclaimed(after.Spent)
	after.Spent, after.Carried = nil, Carried{}
	switch {
	case err != nil: // a share of at most one cannot overflow
		s.Spent, s.Carried = nil, Carried{}
		return s, nil
	case len(entry.Postings) == 0:
		return after, nil
	}
	return after, &entry
}

// unbilled gives back what an open invoice that will not be paid has used, and
// carries again what it bills of earlier ones.
func (s Subscription) unbilled(v Invoice, at calendar.Instant) Subscription {
	if s.Change != nil && s.Change.Invoice == v.ID {
		return s.stays(at)
	}
	return s.unspend(v, at).recarry(v, at)
}

// Spendable is the credit that the subscription has left beside what is
// promised to what it carries.
func (s Subscription) Spendable() money.Amount {
	left := s.Balance()
	left.Minor = max(left.Minor-s.Carried.Credit.Minor, 0)
	return left
}
