// Package recovery brings subscriptions back: a customer or merchant gives
// another payment method, the dues are charged with it on-session, and the
// hold's workflow follows. The table is the truth; the workflow is a timer
// and a waiting place.
package recovery

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"

	"perennial/shared/billing"
	"perennial/shared/calendar"
	"perennial/shared/charging"
	"perennial/shared/clock"
	"perennial/shared/fault"
	"perennial/shared/gateway"
	"perennial/shared/lifecycle"
	"perennial/shared/merchant"
	"perennial/shared/record"
)

// Store is what recovery needs of storage.
type Store interface {
	record.Loader
	record.Committer
	charging.Patrons
	State(ctx context.Context, scope merchant.Scope) (merchant.State, error)
}

// Charger makes and finishes payments.
type Charger interface {
	Charge(ctx context.Context, in charging.Start) (charging.Result, error)
	Finish(ctx context.Context, r charging.Recover) (charging.Result, error)
	Supersede(ctx context.Context, r charging.Recover) (charging.Result, error)
}

// Wallet saves new payment methods.
type Wallet interface {
	Save(ctx context.Context, scope merchant.Scope, actor record.Actor, c billing.Customer, token string, from gateway.Fields) (billing.Method, error)
}

// Flow answers the workflow's waiting tasks. A token that nobody waits for
// any more is no error.
type Flow interface {
	Answer(ctx context.Context, token string, outcome Outcome) error
}

// Service recovers.
type Service struct {
	Store   Store
	Charger Charger
	Wallet  Wallet
	Flow    Flow
	Wall    clock.Wall
}

// MaxAttempts is how many charges customer and merchant may try for the same
// dues, or within one hold; challenges that nobody answered count.
const MaxAttempts = 10

// Faults of recovery.
var (
	ErrTooMany  = fault.New(fault.Invalid, "SUBSCRIPTION_PAYMENT_RETRY_LIMIT_EXCEEDED", "There were too many attempts to pay. Please contact the seller.")
	ErrNoMethod = fault.New(fault.Invalid, "INVALID_REQUEST_PARAMETERS", "Choose a saved payment method or give a new card.")
)

// Pay is the wish to use a payment method for a subscription.
type Pay struct {
	Scope        merchant.Scope
	Subscription string
	Customers    []string // the customer records the caller may act for; empty: any
	Method       string   // id of a saved method, or
	Token        string   // one-time token of the card fields
	Fields       gateway.Fields
	Checkout     string // checkout session, when it came from there
	Invoice      string // that of a plan change which waits for its payment; empty: the dues
	ReturnURL    string // where a challenge sends the customer back, by GET
	Challenge    bool   // the bank is asked to make sure of the customer
	By           billing.Initiator
	Actor        record.Actor
}

// Result is what became of it.
type Result struct {
	Subscription billing.Subscription
	Purchase     billing.Purchase
	Payment      billing.Payment // zero when only the method was changed
	ActionURL    string          // where the customer must authenticate
	Pending      bool            // the outcome is not known yet
}

// dossier is a subscription with everything that paying its dues needs.
type dossier struct {
	state    merchant.State
	sub      billing.Subscription
	customer billing.Customer
	open     []billing.Invoice
	hold     *billing.Hold
	now      calendar.Instant
	change   bool // what is open is a change of plan
}

// ChangeMethod uses another payment method. With nothing due, renewals switch
// to it. With dues open (a first payment, past_due, on_hold) they are charged
// with it at once, and the subscription keeps the method only when that
// succeeds (R123, R131 to R137, rules 6). A decline is a result, not an error.
func (s *Service) ChangeMethod(ctx context.Context, p Pay) (Result, error) {
	d, err := s.wanted(ctx, p)
	if err != nil {
		return Result{}, err
	}
	if err := payable(d); err != nil {
		return Result{}, err
	}
	if p.Method == "" && p.Token == "" && !d.needsMethod() {
		return s.payDues(ctx, p, d, billing.Method{})
	}
	method, err := s.method(ctx, p, d) // a mistyped card leaves an open challenge alone
	if err != nil {
		return Result{}, err
	}
	if d.sub.Lock.Set() {
		paid, done, err := s.supersede(ctx, p)
		if err != nil || done {
			return paid, err
		}
	}
	if err := charging.Barred(ctx, s.Store, p.Scope, method); err != nil {
		return Result{}, err
	}
	if p.Token != "" || d.sub.Lock.Set() { // both have changed what was loaded
		if d, err = s.wanted(ctx, p); err != nil {
			return Result{}, err
		}
		if err := payable(d); err != nil {
			return Result{}, err
		}
	}
	if err := s.owed(&d); err != nil {
		return Result{}, err
	}
	if len(d.open) == 0 {
		return s.switchMethod(ctx, p, d, method)
	}
	return s.payDues(ctx, p, d, method)
}

// payable refuses subscriptions for which nothing more can be tried.
func payable(d dossier) error {
	switch {
	case d.sub.Status.Ended():
		return billing.ErrInactive
	case len(d.open) > 0 && d.sub.Attempts >= MaxAttempts:
		return ErrTooMany
	}
	return nil
}

// supersede ends an attempt in flight. done is set when its result is the
// answer: it was paid after all, or nobody may interfere with it now.
func (s *Service) supersede(ctx context.Context, p Pay) (r Result, done bool, err error) {
	got, err := s.Charger.Supersede(ctx, charging.Recover{
		Scope: p.Scope, Owner: p.Subscription, Actor: p.Actor, Cause: "superseded by customer",
	})
	if err != nil {
		return Result{}, true, err
	}
	if got.Payment.Status == billing.PaymentSucceeded {
		s.tell(ctx, p.Scope, got)
		return Result(got), true, nil
	}
	if got.Subscription.Lock.Set() {
		return Result{}, true, billing.ErrLocked
	}
	return Result{}, false, nil
}

// method finds the saved method or saves the new card.
func (s *Service) method(ctx context.Context, p Pay, d dossier) (billing.Method, error) {
	currency := d.sub.Price.Amount.Currency
	switch {
	case p.Token != "":
		p.Fields.Currency = currency
		return s.Wallet.Save(ctx, p.Scope, p.Actor, d.customer, p.Token, p.Fields)
	case p.Method != "":
		m, err := record.Get[billing.Method](ctx, s.Store, p.Scope, record.MethodID(d.customer.ID, p.Method))
		if err != nil {
			return m, fmt.Errorf("payment method %s: %w", p.Method, err)
		}
		if p.By == billing.ByCustomer && !m.PaysFor(d.sub) {
			return m, fmt.Errorf("payment method %s of a guest: %w", p.Method, record.ErrNotFound)
		}
		return m, m.PaysIn(currency)
	}
	return billing.Method{}, ErrNoMethod
}

// switchMethod changes what renewals are charged to; nothing is due.
func (s *Service) switchMethod(ctx context.Context, p Pay, d dossier, m billing.Method) (Result, error) {
	sub, events, err := d.sub.SetMethod(m)
	if err != nil {
		return Result{}, err
	}
	err = s.Store.Commit(ctx, record.Commit{
		Scope: p.Scope, Actor: p.Actor, Cause: "change payment method", At: d.now,
		Put: []any{sub}, Attach: []any{d.customer}, Events: events,
	})
	return Result{Subscription: record.Next(sub)}, err
}

// payDues charges the open invoices and wakes the hold's workflow.
func (s *Service) payDues(ctx context.Context, p Pay, d dossier, m billing.Method) (Result, error) {
	sub, dues, err := lifecycle.Owed(d.state, d.sub, d.open, d.now)
	if err != nil {
		return Result{}, err
	}
	payment, err := s.planned(ctx, p, d.sub)
	if err != nil {
		return Result{}, err
	}
	marks, err := s.marks(ctx, d, dues)
	if err != nil {
		return Result{}, err
	}
	got, err := s.Charger.Charge(ctx, charging.Start{
		Scope: p.Scope, Actor: p.Actor, Cause: "pay dues", State: d.state, Subscription: sub, Marks: marks,
		Customer: d.customer, Dues: dues, Hold: d.hold, Payment: payment, Method: m, By: p.By,
		Keep: !d.change || d.sub.Method.IsZero(), Checkout: p.Checkout, ReturnURL: p.ReturnURL, Challenge: p.Challenge,
	})
	if errors.Is(err, record.ErrStale) {
		return Result{}, billing.ErrLocked
	}
	if err != nil {
		return Result{}, err
	}
	s.tell(ctx, p.Scope, got)
	return Result(got), nil
}

// marks are what a subscription takes that begins with its first payment.
func (s *Service) marks(ctx context.Context, d dossier, dues billing.Dues) ([]billing.Mark, error) {
	if d.sub.Status != billing.StatusPending {
		return nil, nil
	}
	var marks []billing.Mark
	bought := charging.Bought{State: d.state, Subscription: d.sub, Email: d.customer.Email, Due: dues.Total}
	for _, take := range []func(context.Context, charging.Patrons, charging.Bought) (*billing.Mark, error){charging.Only, charging.Trial} {
		mark, err := take(ctx, s.Store, bought)
		if err != nil {
			return nil, err
		}
		if mark != nil {
			marks = append(marks, *mark)
		}
	}
	return marks, nil
}

// planned is the payment that a checkout session was made for, or that was
// promised with the subscription, as long as nobody has tried to make it.
func (s *Service) planned(ctx context.Context, p Pay, sub billing.Subscription) (*billing.Payment, error) {
	id := ""
	if sub.Status == billing.StatusPending {
		id = sub.FirstPayment
	}
	if p.Checkout != "" {
		session, err := record.Get[record.Checkout](ctx, s.Store, p.Scope, p.Checkout)
		if err != nil {
			return nil, fmt.Errorf("checkout of %s: %w", sub.ID, err)
		}
		if session.Subscription != sub.ID {
			return nil, fmt.Errorf("checkout of another subscription than %s: %w", sub.ID, record.ErrNotFound)
		}
		id = session.Payment
	}
	if id == "" {
		return nil, nil
	}
	payment, err := record.Get[billing.Payment](ctx, s.Store, p.Scope, id)
	if err != nil || payment.Status != billing.PaymentRequiresMethod {
		return nil, err
	}
	return &payment, nil
}

// Quote tells what is due, and where the billing dates stand after payment.
func (s *Service) Quote(ctx context.Context, scope merchant.Scope, subscription string) (billing.Dues, error) {
	d, err := s.open(ctx, scope, subscription, nil)
	if err == nil {
		err = s.owed(&d)
	}
	if err != nil {
		return billing.Dues{}, err
	}
	_, dues, err := lifecycle.Owed(d.state, d.sub, d.open, d.now)
	return dues, err
}

// owed adds what is only billed when somebody pays it: the first period after
// a trial that ended without a payment method.
func (s *Service) owed(d *dossier) error {
	if !d.sub.AwaitsFirst() {
		return nil
	}
	sub, invoice, err := lifecycle.FirstPeriod(d.state, d.sub, d.customer, s.Wall())
	if err != nil {
		return fmt.Errorf("first period of %s: %w", d.sub.ID, err)
	}
	d.sub, d.open = sub, []billing.Invoice{invoice}
	return nil
}

// needsMethod reports whether the dues are paid with a payment method.
func (d dossier) needsMethod() bool {
	return len(d.open) != 1 || d.sub.Lock.Set() || d.sub.NeedsMethod(d.open[0].Due())
}

// Finish asks the gateway about an attempt in flight, as after a challenge,
// and settles what it tells.
func (s *Service) Finish(ctx context.Context, scope merchant.Scope, subscription string) (Result, error) {
	got, err := s.Charger.Finish(ctx, charging.Recover{
		Scope: scope, Owner: subscription,
		Actor: record.Actor{Kind: record.ByCustomer}, Cause: "return from challenge",
	})
	if err != nil {
		return Result{}, err
	}
	s.tell(ctx, scope, got)
	return Result(got), nil
}

// wanted loads what somebody wants to pay: the dues, or a change of plan that
// waits for its payment.
func (s *Service) wanted(ctx context.Context, p Pay) (dossier, error) {
	d, err := s.open(ctx, p.Scope, p.Subscription, p.Customers)
	c := d.sub.Change
	if err != nil || c == nil || c.Invoice != p.Invoice || c.Former != nil {
		return d, err
	}
	if d.now >= c.Expires || len(d.sub.Disputes) > 0 {
		return d, billing.ErrNoPending
	}
	d.change = true
	if d.sub.Lock.Set() {
		return d, nil
	}
	d.open, d.hold, err = charging.Unsettled(ctx, s.Store, p.Scope, d.sub)
	return d, err
}

// open loads the subscription, its customer, its dues and its hold. Somebody
// else's subscription does not exist.
func (s *Service) open(ctx context.Context, scope merchant.Scope, id string, customers []string) (dossier, error) {
	var d dossier
	var err error
	if d.state, err = s.Store.State(ctx, scope); err != nil {
		return d, fmt.Errorf("state of %s: %w", scope, err)
	}
	if d.sub, err = record.Get[billing.Subscription](ctx, s.Store, scope, id); err != nil {
		return d, fmt.Errorf("subscription %s: %w", id, err)
	}
	if len(customers) > 0 && !slices.Contains(customers, d.sub.Customer) {
		return d, fmt.Errorf("subscription %s: %w", id, record.ErrNotFound)
	}
	if d.customer, err = record.Get[billing.Customer](ctx, s.Store, scope, d.sub.Customer); err != nil {
		return d, fmt.Errorf("customer %s: %w", d.sub.Customer, err)
	}
	if d.open, d.hold, err = charging.Arrears(ctx, s.Store, scope, d.sub); err != nil {
		return d, err
	}
	d.now = d.state.Clock.Now(s.Wall())
	return d, nil
}

// tell wakes the workflow of a hold after an attempt. A lost answer is
// repeated by the publisher, so failing to answer does not fail the payment.
func (s *Service) tell(ctx context.Context, scope merchant.Scope, r charging.Result) {
	if r.Subscription.HoldEpoch == 0 || r.Payment.ID == "" {
		return
	}
	id := billing.HoldID(r.Subscription.ID, r.Subscription.HoldEpoch)
	hold, err := record.Get[billing.Hold](ctx, s.Store, scope, id)
	if err == nil {
		err = s.answer(ctx, hold, outcomeOf(hold, r))
	}
	if err != nil {
		slog.WarnContext(ctx, "hold flow not told", "scope", scope.String(), "hold", id, "error", err)
	}
}
