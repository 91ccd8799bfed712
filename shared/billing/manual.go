package billing

import (
	"slices"
	"time"

	"perennial/shared/calendar"
	"perennial/shared/fault"
	"perennial/shared/merchant"
)

// CollectionMethod is how the renewals of a subscription are paid, in wire
// names.
type CollectionMethod string

// The collection methods.
const (
	CollectAutomatic CollectionMethod = "automatic" // charged to the stored payment method
	CollectManual    CollectionMethod = "manual"    // the customer pays every invoice (R240)
)

// Manual is what is known of a subscription whose customer pays every renewal
// by themselves: nothing is stored for it, and nothing is charged without the
// customer. Before each period an invoice is issued; unpaid, the subscription
// is past due from its date and expires after the days of grace.
type Manual struct {
	On      bool
	Terms   merchant.Manual  // the merchant's choice when it was last read
	Covered calendar.Instant // the period's end, when the next one costs nothing
	DueAt   calendar.Instant // when the open invoice is due, if that is after the period's end
	Ends    calendar.Instant // when it expires unless the open invoice is paid
	PaidAt  calendar.Instant // when the current period was paid, if that was before it began
}

// Faults of manual renewals.
var (
	ErrManual         = fault.New(fault.Invalid, "MANUAL_COLLECTION", "This subscription is paid by its customer and cannot be charged. Send the customer a payment link.")
	ErrManualOnDemand = fault.New(fault.Invalid, "MANUAL_COLLECTION", "An on-demand subscription is charged to a stored payment method and cannot be paid manually.")
	ErrPaidAhead      = fault.New(fault.Conflict, "PAID_IN_ADVANCE", "The next period is paid already. Please try again when it has begun.")
	ErrNoInvoiceYet   = fault.New(fault.Conflict, "NOTHING_DUE", "There is nothing to pay for this subscription now.")
	ErrCollectMethod  = fault.New(fault.Invalid, "NO_ELIGIBLE_PAYMENT_METHODS", "Give the subscription a payment method before it is collected automatically.")
)

// collectedAs makes a new subscription what the order, or else the product,
// says about its renewals.
func (s Subscription) collectedAs(o Order) (Subscription, error) {
	how := o.Collect
	if how == "" {
		how = o.Product.Collect
	}
	s.Manual.On = how == CollectManual
	if s.Manual.On && s.OnDemand {
		return s, ErrManualOnDemand
	}
	return s, nil
}

// Collection is how the subscription's renewals are paid.
func (s Subscription) Collection() CollectionMethod {
	if s.Manual.On {
		return CollectManual
	}
	return CollectAutomatic
}

// letsPay refuses to charge what only the customer may pay. The first payment
// is the order's own, and nothing costs nobody anything.
func (s Subscription) letsPay(a Attempt, dues Dues) error {
	nothing := dues.Total.Nothing() || merchant.TooSmall(a.Method.Gateway, dues.Total) // it is carried
	if a.By == ByCustomer || nothing || s.Status == StatusPending && a.By == ByMerchant {
		return nil
	}
	return ErrManual
}

// paid is what is known after a payment at an instant for a period.
func (m Manual) paid(terms merchant.Manual, period calendar.Period, at calendar.Instant) Manual {
	if !m.On {
		return m
	}
	m = Manual{On: true, Terms: terms}
	if at < period.Start {
		m.PaidAt = at
	}
	return m
}

// paidAhead reports that the current period was paid and has yet to begin.
func (s Subscription) paidAhead(at calendar.Instant) bool {
	return s.Manual.PaidAt != 0 && at < s.Period.Start
}

// billsAt is when the invoice of the next period is issued: the merchant's
// days before the period ends, at most half of the period. A scheduled change
// of plan takes place on its date, and is billed then.
func (s Subscription) billsAt() calendar.Instant {
	end := s.Period.End
	if !s.Charges() || len(s.Open) > 0 || s.Change != nil || s.Manual.Covered == end {
		return 0
	}
	if s.Scheduled != nil {
		return s.renewsAt()
	}
	return max(end.Add(-s.Manual.notice(s.Period)), s.Blocked.Next)
}

// overdueAt is when the open invoice is past due: at the end of the period, or
// on its own date when it was issued no sooner.
func (s Subscription) overdueAt() calendar.Instant {
	if len(s.Open) == 0 || s.Cancel.AtPeriodEnd {
		return s.Period.End
	}
	return max(s.Period.End, s.Manual.DueAt)
}

// notice is how long before its date the invoice of a period is issued.
func (m Manual) notice(p calendar.Period) time.Duration {
	return min(time.Duration(m.Terms.Filled().Lead)*24*time.Hour, p.End.Sub(p.Start)/2)
}

// grace is how long access stays after the date of an unpaid invoice.
func (m Manual) grace() time.Duration {
	return time.Duration(m.Terms.Filled().Grace) * 24 * time.Hour
}

// manualDue is the earliest instant at which something must be done for a
// manual subscription with access.
func (s Subscription) manualDue() calendar.Instant {
	if s.Status == StatusPastDue {
		return earliest(s.Manual.Ends, s.EndsAt)
	}
	at := s.billsAt()
	if at.IsZero() && len(s.Open) == 0 && !s.Cancel.AtPeriodEnd {
		at = s.renewsAt()
	}
	if at.IsZero() { // its invoice is open, it costs nothing, or it ends
		at = s.overdueAt()
	}
	return earliest(at, s.EndsAt, s.discardAt())
}

// manualStep is what is due at an instant for a manual subscription, besides
// what every subscription's dates bring.
func (s Subscription) manualStep(at calendar.Instant) Step {
	due := func(i calendar.Instant) bool { return !i.IsZero() && i <= at }
	switch {
	case s.Status == StatusPastDue && due(s.Manual.Ends):
		return StepLapse
	case s.Status == StatusOnHold && due(s.mailDue()):
		return StepMail
	case s.Status != StatusActive:
		return StepNone
	case len(s.Open) > 0 && due(s.overdueAt()):
		return StepOverdue
	case due(s.billsAt()):
		return StepBill
	case s.Manual.Covered == s.Period.End && due(s.renewsAt()) && s.Change == nil:
		return StepRenew
	}
	return StepNone
}

// MayBill reports whether the customer may ask for the next period's invoice
// before its time: nothing is open, and the period that was paid has begun.
func (s Subscription) MayBill(at calendar.Instant) bool {
	early := s.Scheduled == nil && !s.paidAhead(at)
	return s.Manual.On && !s.Lock.Set() && !s.billsAt().IsZero() && (early || at >= s.Period.End)
}

// Bill issues the invoice of the next period, for the customer to pay: it has
// its number from now on (rules 17). A period that costs nothing, or too
// little to be paid, has none and is renewed on its date.
func (s Subscription) Bill(t Terms, i Issuer, c Customer, at calendar.Instant, zone *time.Location) (Change, error) {
	switch {
	case s.Lock.Set():
		return Change{}, ErrLocked
	case !s.MayBill(at):
		return Change{}, ErrNoInvoiceYet
	}
	t.At, s.Manual.Terms = at, i.Manual
	billed, invoice, err := s.renewal(t, zone)
	if err != nil {
		return Change{}, err
	}
	if at >= s.Period.End { // nobody could know of it sooner
		invoice.DueAt = at.Add(s.Manual.notice(invoice.Period))
	}
	if invoice.Due().Nothing() || merchant.TooSmall(t.Gateway, invoice.Due()) {
		s.Manual.Covered = s.Period.End
		return Change{Subscription: s}, nil
	}
	billed.Manual.DueAt, billed.Manual.Ends, billed.Manual.Covered = invoice.DueAt, invoice.DueAt.Add(billed.Manual.grace()), 0
	invoice, c, ticket, err := invoice.Issue(i, c, at)
	if err != nil {
		return Change{}, err
	}
	ch := Change{Subscription: billed, Customer: &c, Invoices: []Invoice{invoice}, Events: s.Switches()}
	ch.Events = append(ch.Events, billed.events(EventReminder, string(RemindInvoice), EventSubscriptionUpdated)...)
	if ticket != nil {
		ch.Tickets = []Ticket{*ticket}
	}
	return ch, nil
}

// Overdue makes a subscription whose invoice was not paid by its date past
// due. Access stays for the days of grace.
func (s Subscription) Overdue(at calendar.Instant) (Change, error) {
	if s.Next(at) != StepOverdue {
		return Change{}, ErrInactive
	}
	status, err := s.Status.after(MoveGrace)
	if err != nil {
		return Change{}, err
	}
	s.Status = status
	events := s.events(EventSubscriptionPastDue, ReasonUnpaid, EventSubscriptionUpdated, EventReminder)
	events[2].Reason = string(RemindOverdue)
	return Change{Subscription: s, Events: events}, nil
}

// Lapse ends a subscription whose customer did not pay in the days of grace
// either.
func (s Subscription) Lapse(open []Invoice, at calendar.Instant) (Change, error) {
	if s.Next(at) != StepLapse {
		return Change{}, ErrInactive
	}
	status, err := s.Status.after(MoveExpire)
	if err != nil {
		return Change{}, err
	}
	s.EndsAt = at
	return s.end(status, EventSubscriptionExpired, open, nil, Cancellation{At: at, Reason: ReasonUnpaid}), nil
}

// collectBy changes how renewals are paid, as long as nothing is being paid or
// due. Who pays by themselves keeps no payment method with the subscription.
func (s Subscription) collectBy(e Edit, at calendar.Instant) (Subscription, error) {
	switch {
	case s.Lock.Set() || len(s.Open) > 0:
		return s, ErrLocked
	case s.Status != StatusActive || !s.Failure.At.IsZero():
		return s, ErrInactive
	case s.Change != nil:
		return s, ErrChangePending
	case s.paidAhead(at):
		return s, ErrPaidAhead
	case e.Collect == CollectManual && s.OnDemand:
		return s, ErrManualOnDemand
	case e.Collect == CollectManual:
		s.Manual, s.Method, s.Backup, s.BackupAt = Manual{On: true, Terms: e.Manual}, Method{}, Method{}, 0
		return s, nil
	case s.Method.IsZero():
		return s, ErrCollectMethod
	}
	s.Manual = Manual{}
	return s, nil
}

// Asks reports whether an invoice of the subscription is to be paid by its
// customer: it is due, or a change of plan waits for it.
func (s Subscription) Asks(invoice string) bool {
	c := s.Change
	return slices.Contains(s.Open, invoice) || c != nil && c.Former == nil && c.Invoice == invoice
}
