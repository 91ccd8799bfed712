package billing

import (
	"fmt"
	"slices"
	"time"

	"perennial/shared/calendar"
	"perennial/shared/fault"
	"perennial/shared/money"
)

// How long a lock is left to the one who took it.
const (
	LeaseCharge    = 2 * time.Minute  // a charge is being made
	LeaseChallenge = 15 * time.Minute // the customer is authenticating (rules 7)
)

// LockState is how far the locked attempt has come.
type LockState string

// The lock states.
const (
	LockSubmitting LockState = "submitting"
	LockAction     LockState = "action_needed"
	LockProcessing LockState = "processing"
)

// Lock is the payment lock of a subscription or a purchase: one attempt in flight. It holds
// everything that is needed to finish the attempt after a crash.
type Lock struct {
	Payment   string // id of the payment that is being made
	Seen      int64  // version of that payment when it existed before
	Invoices  []string
	Key       string // idempotency key at the gateway: invoice and attempt number
	Retry     int    // 0 for the first attempt at the invoice
	Amount    money.Amount
	Method    Method
	Intent    string // the gateway's intent, committed before it is confirmed
	State     LockState
	By        Initiator
	Cause     Cause
	Restart   bool             // paying replaces the overdue period by one from payment (rules 5)
	RestartAt calendar.Instant // from when on it does; zero: never
	Keep      bool             // save the method for renewals when paid
	Checkout  string
	ReturnURL string
	Challenge bool // the bank is asked to make sure of the customer
	ActionURL string
	Country   string           // that the payer's request came from; empty when unknown
	Statement string           // what the customer's bank statement is to say, of the brand; empty: the account's own
	Refused   Decline          // with which it fails without a charge; empty: it is charged
	At        calendar.Instant // business time at which it was taken
	TakenAt   time.Time        // wall time at which it was taken
	Lease     time.Time        // wall time until which only its taker acts
	Asked     int              // questions of ours in a row that the gateway did not answer
	Next      time.Time        // wall time before which it is not asked again unless somebody waits
}

// Set reports whether an attempt is in flight.
func (l Lock) Set() bool { return l.Payment != "" }

// SetsUp reports an attempt that asks for no money and makes the method usable
// for what comes: the first payment of a free trial or of a mandate (rules 12).
// A bank debit got its mandate when it was saved.
func (l Lock) SetsUp() bool {
	return l.Amount.Nothing() && l.Cause == CauseFirst && !l.Method.IsZero() && l.Method.Type == ""
}

// Free reports an attempt for which the gateway is not needed.
func (l Lock) Free() bool { return l.Amount.Nothing() && !l.SetsUp() }

// Barred reports an attempt that fails without a charge, because its card may
// not be charged (rules 11, 14).
func (l Lock) Barred() bool { return l.Refused.Code != "" }

// restarts reports whether a payment at an instant starts a new period. An
// attempt may take days, so the instant at which it succeeds decides.
func (l Lock) restarts(at calendar.Instant) bool {
	return l.Restart || !l.RestartAt.IsZero() && at >= l.RestartAt
}

// OnSession reports whether the customer is present.
func (l Lock) OnSession() bool { return l.By == ByCustomer }

// ErrNothingDue refuses a charge when no invoice is open.
var ErrNothingDue = fault.New(fault.Conflict, "NOTHING_DUE", "There is nothing to pay.")

// Attempt is what a charge is started with.
type Attempt struct {
	Payment   string
	Seen      int64
	Method    Method
	By        Initiator
	Keep      bool
	Checkout  string
	ReturnURL string
	Challenge bool
	Country   string
	Statement string
	Refused   Decline // why nothing is charged; empty: it is
	At        calendar.Instant
	Wall      time.Time
}

// Begin locks the subscription for one charge of all its open invoices.
func (s Subscription) Begin(a Attempt, dues Dues) (Subscription, []Invoice, error) {
	if s.Lock.Set() {
		return s, nil, ErrLocked
	}
	if s.Status.Ended() {
		return s, nil, ErrInactive
	}
	if len(dues.Invoices) == 0 {
		return s, nil, ErrNothingDue
	}
	if s.Manual.On {
		if err := s.letsPay(a, dues); err != nil {
			return s, nil, err
		}
		a.Keep = false
	}
	if a.By != BySystem {
		s.Attempts++
	}
	lock, invoices := a.lock(dues.Invoices, dues.Total)
	lock.Restart, lock.RestartAt = dues.Restart, dues.RestartAt
	s.Lock = lock
	return s, invoices, nil
}

// lock makes the lock of an attempt at invoices, and counts it on them.
func (a Attempt) lock(due []Invoice, total money.Amount) (Lock, []Invoice) {
	invoices := slices.Clone(due)
	ids := make([]string, len(invoices))
	for i := range invoices {
		invoices[i].Attempts++
		ids[i] = invoices[i].ID
	}
	first := invoices[0]
	return Lock{
		Payment: a.Payment, Seen: a.Seen, Invoices: ids,
		Key: fmt.Sprintf("%s#%d", first.ID, first.Attempts), Retry: first.Attempts - 1,
		Amount: total, Method: a.Method, State: LockSubmitting, By: a.By, Cause: first.Cause,
		Keep: a.Keep, Checkout: a.Checkout, ReturnURL: a.ReturnURL, Challenge: a.Challenge, Country: a.Country, Statement: a.Statement, Refused: a.Refused,
		At: a.At, TakenAt: a.Wall, Lease: a.Wall.Add(LeaseCharge),
	}, invoices
}

// Prepared records the gateway's intent, before it is confirmed.
func (s Subscription) Prepared(intent string) Subscription {
	s.Lock.Intent = intent
	return s
}

// Dues is what a subscription owes.
type Dues struct {
	Invoices  []Invoice
	Total     money.Amount
	Restart   bool             // a new period starts at payment
	RestartAt calendar.Instant // from when on it does; zero: never
	Next      calendar.Instant // next billing date once paid
}

// DuesAt adds up the open invoices and tells where the billing dates stand
// after payment: an unpaid renewal keeps the anchor while access was kept,
// or within keep of its due date as long as its period still runs; later it
// is replaced by a full period from payment (rules 5).
func (s Subscription) DuesAt(open []Invoice, at calendar.Instant, keep time.Duration, zone *time.Location) (Dues, error) {
	d := Dues{Next: s.Period.End, Total: money.Of(0, s.Price.Amount.Currency)}
	for _, v := range open {
		if v.Status != InvoiceOpen {
			continue
		}
		total, err := d.Total.Add(v.Due())
		if err != nil {
			return Dues{}, err
		}
		d.Total, d.Invoices = total, append(d.Invoices, v)
		if v.Cause == CauseTrialEnd {
			d.Next = v.Period.End
		}
		if v.Cause != CauseRenewal {
			continue
		}
		d.Next = v.Period.End
		if s.Status.Access() {
			continue
		}
		d.RestartAt = min(v.DueAt.Add(keep), v.Period.End)
		if at >= d.RestartAt {
			d.Restart = true
			d.Next, _ = calendar.Next(at, s.Price.Every, at, zone)
		}
	}
	return d, nil
}
