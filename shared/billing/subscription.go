package billing

import (
	"time"

	"perennial/shared/calendar"
	"perennial/shared/fault"
	"perennial/shared/money"
	"perennial/shared/proration"
	"perennial/shared/tax"
	"perennial/shared/taxid"
)

// PendingLife is how long a new subscription waits for its first payment.
const PendingLife = 24 * time.Hour

// Subscription is one customer's standing purchase of one product.
type Subscription struct {
	ID           string
	Version      int64
	Customer     string
	Product      string
	ProductName  string
	Brand        string // that it is sold under; empty is the primary one
	Status       Status
	Price        Price // as bought; later changes of the product do not touch it
	Quantity     int64
	TrialDays    int
	Manual       Manual           // of one whose customer pays every renewal
	OnDemand     bool             // charged when the merchant asks for it, never by its dates
	Answers      []Answer         // to the merchant's own questions at the checkout
	Zone         string           // IANA zone that decides billing dates
	Anchor       calendar.Instant // boundaries are counted from here
	Period       calendar.Period  // the period that was last paid for
	EndsAt       calendar.Instant // end of the term
	TrialEnd     calendar.Instant
	Method       Method           // what renewals are charged to
	Backup       Method           // what may be charged, with the customer's consent, when Method is dead
	BackupAt     calendar.Instant // when the customer consented
	Billing      Address
	TaxID        string
	TaxIDStatus  taxid.Status // what is known of TaxID; only a valid one shifts the tax to the buyer
	BusinessName string
	Unproven     bool // whoever bought it only typed the customer's address: no exemption of the customer's holds
	TaxCategory  string
	Discounts    []Applied // in the order in which they are applied
	Addons       []AddonItem
	Funded       proration.Funded  // what was paid for the rest of the period; zero: the plan as it is
	Cycle        calendar.Interval // of the running period, where the price has another since
	Frozen       time.Duration     // how long pauses of the running period were
	Receipts     []string          // payments of the running period
	Gone         money.Amount      // what Funded knows to be given back of them; empty for none
	Credits      []Credit          // what plan changes gave back, the oldest first
	Spent        []Credit          // what open invoices and a waiting change use of it
	Carried      Carried           // what was too little to be charged; the next invoice bills it
	Change       *PlanChange       // a plan change that is not paid
	Scheduled    *PlanChange       // a plan change at the next billing date
	ChangedAt    calendar.Instant  // when the plan was last changed
	PausedAt     calendar.Instant  // while paused
	Metadata     map[string]any
	Cancel       Cancellation
	Open         []string // ids of open invoices: the dues
	Failure      Failure
	Blocked      Blocked // a renewal that cannot be billed
	Reminders    Reminders
	Mails        Campaign // what is written to the customer while it is unpaid, or after it was cancelled
	Attempts     int      // attempts at the dues that somebody asked for, since they arose or the hold began
	FirstPayment string   // the payment that was promised when it was made
	HoldEpoch    int      // number of the current or last hold
	HeldAt       calendar.Instant
	Lock         Lock
	Disputes     []string // open disputes that withhold renewals and retries (rules 11), or Shelf
	CreatedAt    calendar.Instant
}

// Cancellation is what is known about the end of a subscription.
type Cancellation struct {
	AtPeriodEnd bool
	Pending     bool // asked for while a payment was locked; applied when it settles
	At          calendar.Instant
	Reason      string // Dodo's cancel_reason
	Feedback    string // Dodo's cancellation_feedback
	Comment     string
	Until       calendar.Instant // when feedback and comment are erased; zero: nobody said anything, or before there was such a time
}

// Failure is the state of recovery since the first failed charge of the
// current dues.
type Failure struct {
	At        calendar.Instant // first failure; zero when nothing failed
	Decline   Decline          // the last one
	Payment   string           // the last attempt's payment
	Method    Method           // what it was made with
	Retries   int              // retries of the merchant's schedule made
	NextRetry calendar.Instant
	HoldAt    calendar.Instant // when kept access ends
	WindowEnd calendar.Instant
	Pacing    Pacing // how its retries are timed, decided at the first failure
	Backup    bool   // the next retry charges the backup method
}

// Pacing is how the retries of one failure are timed, recorded so that ways
// can be compared.
type Pacing string

// The pacings.
const (
	PacingList    Pacing = "list"
	PacingSmart   Pacing = "smart"
	PacingHoldout Pacing = "holdout" // the list, by chance, so that smart timing can be measured
	PacingDodo    Pacing = "dodo"
)

// FollowUp is what a policy decides after a decline.
type FollowUp struct {
	Status    Status           // active (access kept), past_due or on_hold
	NextRetry calendar.Instant // zero: no automatic retry
	HoldAt    calendar.Instant // when kept access ends
	WindowEnd calendar.Instant
	Retries   int // retries of the merchant's schedule made so far
	Pacing    Pacing
	Backup    bool // the next retry charges the backup method
}

// FailingSince is when the failure began that counts for grace and recovery
// window, now if it only begins. As long as we were to blame, none has begun.
func (s Subscription) FailingSince(now calendar.Instant) calendar.Instant {
	ours := s.Status == StatusActive && s.Failure.Decline.Class == ClassOurFault
	if s.Failure.At.IsZero() || ours {
		return now
	}
	return s.Failure.At
}

// Step is what is due for a subscription.
type Step string

// The steps, in the order in which they are looked for.
const (
	StepNone    Step = ""
	StepRecover Step = "recover" // a payment lock is set: finish it
	StepFail    Step = "fail"    // the first payment never came
	StepCancel  Step = "cancel"  // cancellation at the period's end
	StepExpire  Step = "expire"  // the term is over
	StepRenew   Step = "renew"
	StepConvert Step = "convert" // a trial ended without a payment method
	StepRetry   Step = "retry"   // automatic retry of the dues
	StepHold    Step = "hold"    // kept access ends
	StepRemind  Step = "remind"  // the customer is told of the charge to come
	StepMail    Step = "mail"    // a mail of a sequence
	StepDiscard Step = "discard" // a plan change was not paid in time
	StepBill    Step = "bill"    // the invoice of a manual renewal is to be issued
	StepOverdue Step = "overdue" // it was not paid by its due date
	StepLapse   Step = "lapse"   // nor in the days of grace
)

// Due is the earliest instant at which something must be done. Zero: never.
func (s Subscription) Due() calendar.Instant {
	if s.Lock.Set() {
		return s.Lock.At
	}
	if len(s.Disputes) > 0 {
		s = s.withheld()
	}
	if s.Manual.On && s.Status.Access() {
		return s.manualDue()
	}
	switch s.Status {
	case StatusPending:
		return s.CreatedAt.Add(PendingLife)
	case StatusActive:
		if !s.Failure.At.IsZero() {
			return earliest(s.Failure.NextRetry, s.Failure.HoldAt, s.EndsAt, s.mailDue())
		}
		if s.OnDemand && !s.Cancel.AtPeriodEnd {
			return s.EndsAt
		}
		return earliest(s.renewsAt(), s.EndsAt, s.discardAt(), s.reminderDue(), s.mailDue())
	case StatusPastDue:
		return earliest(s.Failure.NextRetry, s.Failure.HoldAt, s.EndsAt, s.mailDue())
	case StatusOnHold:
		return earliest(s.Failure.NextRetry, s.EndsAt, s.mailDue())
	case StatusCancelled:
		return s.mailDue()
	default:
		return 0
	}
}

// Next is what is due at an instant.
func (s Subscription) Next(at calendar.Instant) Step {
	due := func(i calendar.Instant) bool { return !i.IsZero() && i <= at }
	switch {
	case s.Lock.Set():
		return StepRecover
	case s.Status == StatusPending && due(s.CreatedAt.Add(PendingLife)):
		return StepFail
	case s.Status == StatusCancelled && due(s.mailDue()):
		return StepMail
	case s.Status == StatusPending || s.Status == StatusPaused || s.Status.Ended():
		return StepNone
	case due(s.discardAt()):
		return StepDiscard
	case s.Status == StatusActive && s.Failure.At.IsZero() && s.Cancel.AtPeriodEnd && due(s.Period.End):
		return StepCancel
	case due(s.EndsAt):
		return StepExpire
	case due(s.Failure.HoldAt) && s.Status != StatusOnHold:
		return StepHold
	case len(s.Disputes) > 0:
		return StepNone
	case s.Manual.On:
		return s.manualStep(at)
	case due(s.Failure.NextRetry):
		return StepRetry
	case s.Status == StatusActive && s.Failure.At.IsZero() && due(s.renewsAt()) && !s.OnDemand:
		if s.unconverted() {
			return StepConvert
		}
		return StepRenew
	case due(s.reminderDue()):
		return StepRemind
	case due(s.mailDue()):
		return StepMail
	}
	return StepNone
}

// discardAt is when a change that waits for its payment is given up.
func (s Subscription) discardAt() calendar.Instant {
	if s.Change == nil || s.Change.Former != nil {
		return 0
	}
	return s.Change.Expires
}

func earliest(instants ...calendar.Instant) calendar.Instant {
	var first calendar.Instant
	for _, i := range instants {
		if !i.IsZero() && (first.IsZero() || i < first) {
			first = i
		}
	}
	return first
}

// Order is what a new subscription is made of.
type Order struct {
	ID           string
	InvoiceID    string
	Product      Product
	Customer     Customer
	Quantity     int64
	TrialDays    int // -1 takes the product's
	Zone         string
	Billing      Address
	TaxID        string
	BusinessName string
	Metadata     map[string]any
	Addons       []AddonItem
	Extras       []Line           // one-time products on the first invoice
	Collect      CollectionMethod // empty takes the product's
	OnDemand     *OnDemand        // charged when the merchant asks for it; nil: by its dates
	Answers      []Answer
	Discounts    []Discount // to be redeemed, in the order in which they are applied
	Seller       tax.Seller
	TaxIDStatus  taxid.Status
	Unproven     bool // the buyer only typed the address of a customer who is known
	At           calendar.Instant
}

// Check names everything that is wrong with the order.
func (o Order) Check() error {
	var check fault.Check
	check.That(o.Quantity >= 1 && o.Quantity <= 1_000_000, "quantity", "must be between 1 and 1000000")
	check.That(len(o.Billing.Country) == 2, "billing.country", "must be an ISO 3166 alpha-2 code")
	check.That(o.TrialDays >= -1 && o.TrialDays <= 10000, "trial_period_days", "must be between 0 and 10000")
	check.That(len(o.BusinessName) <= 250, "customer_business_name", "must be at most 250 characters")
	return check.Fault("INVALID_REQUEST_PARAMETERS", "The subscription is not valid.")
}

// Subscribe makes a pending subscription and its open first invoice. The
// periods are settled when the first payment succeeds.
func Subscribe(o Order) (Subscription, Invoice, error) {
	if err := o.Check(); err != nil {
		return Subscription{}, Invoice{}, err
	}
	if err := o.Product.subscribable(); err != nil {
		return Subscription{}, Invoice{}, err
	}
	price, err := o.Product.Price.Net()
	if err != nil {
		return Subscription{}, Invoice{}, err
	}
	trial := o.TrialDays
	if trial < 0 {
		trial = price.TrialDays
	}
	if o.OnDemand != nil {
		trial = 0 // nothing is charged until the merchant asks
	}
	s := Subscription{
		ID: o.ID, Customer: o.Customer.ID, Product: o.Product.ID, ProductName: o.Product.Name, Brand: o.Product.Brand,
		Status: StatusPending, Price: price, Quantity: o.Quantity, TrialDays: trial, Zone: o.Zone,
		Period: calendar.Period{Start: o.At, End: o.At}, Billing: o.Billing, TaxID: o.TaxID,
		BusinessName: o.BusinessName, Metadata: o.Metadata, TaxIDStatus: o.TaxIDStatus,
		TaxCategory: o.Product.TaxCategory, CreatedAt: o.At, Unproven: o.Unproven,
		OnDemand: o.OnDemand != nil, Answers: o.Answers,
	}
	s.Discounts, s.Addons = ApplyDiscounts(o.Discounts), o.Addons
	if s, err = s.collectedAs(o); err != nil {
		return Subscription{}, Invoice{}, err
	}
	if err := s.Plan().Check(); err != nil {
		return Subscription{}, Invoice{}, err
	}
	draft := s.draft(Terms{Invoice: o.InvoiceID, Customer: o.Customer, Seller: o.Seller, At: o.At}, CauseFirst, s.Period)
	invoice, err := o.open(draft).Invoice()
	if err != nil {
		return Subscription{}, Invoice{}, err
	}
	s.Open = []string{invoice.ID}
	return s, invoice, nil
}

// Renewal opens the invoice of the period that follows. It refuses a
// subscription that is not due, not active, or has dues (R135).
func (s Subscription) Renewal(t Terms, at calendar.Instant, zone *time.Location) (Subscription, Invoice, error) {
	if s.Lock.Set() {
		return s, Invoice{}, ErrLocked
	}
	if _, err := s.Status.after(MoveRenew); err != nil || s.Next(at) != StepRenew {
		return s, Invoice{}, ErrInactive
	}
	t.At = at
	return s.renewal(t, zone)
}

// renewal bills the period that follows, on the plan that is scheduled for
// it, and uses the subscription's credit.
func (s Subscription) renewal(t Terms, zone *time.Location) (Subscription, Invoice, error) {
	if s.Scheduled != nil {
		s = s.take(*s.Scheduled)
		s.Scheduled = nil
	}
	s = s.unblocked(t.At, zone)
	if t.Credit.Nothing() {
		t.Credit = s.Balance()
	}
	end, _ := calendar.Next(s.Anchor, s.Price.Every, s.Period.End, zone)
	draft := s.draft(t, CauseRenewal, calendar.Period{Start: s.Period.End, End: end})
	draft.Lines = append(draft.Lines, s.Carried.Lines...)
	invoice, err := draft.Invoice()
	if err != nil {
		return s, Invoice{}, err
	}
	s.Open, s.Carried = []string{invoice.ID}, Carried{}
	return s.spend(invoice.Credit), invoice, nil
}

// SetMethod switches renewals to another payment method. With dues open the
// method changes only when they are paid (rules 6). One that cannot be charged
// in the subscription's currency is an ErrMethodCurrency.
func (s Subscription) SetMethod(m Method) (Subscription, []Event, error) {
	if s.Lock.Set() {
		return s, nil, ErrLocked
	}
	status, err := s.Status.after(MoveSetMethod)
	if err != nil {
		return s, nil, err
	}
	if err := m.PaysIn(s.Price.Amount.Currency); err != nil {
		return s, nil, err
	}
	s.Status, s.Method = status, m
	return s, s.events(EventMethodUpdated, "", EventSubscriptionUpdated), nil
}

// events makes events about the subscription: the first carries the reason.
func (s Subscription) events(first EventType, reason string, more ...EventType) []Event {
	out := []Event{{Type: first, Object: s.ID, Reason: reason}}
	for _, t := range more {
		out = append(out, Event{Type: t, Object: s.ID})
	}
	return out
}
