// Package charging makes one attempt to collect the open invoices of a
// subscription or a purchase, and finishes it after any crash. It owns the payment lock:
//
//  1. commit the lock with the invoices,
//  2. prepare the payment, commit its intent, then confirm it,
//  3. commit the outcome.
//
// At most one attempt is in flight; an error leaves the lock, and whoever
// comes next asks the gateway what became of the intent before anything else.
package charging

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"
	_ "time/tzdata" // billing dates need the time zones wherever this runs

	"perennial/shared/billing"
	"perennial/shared/clock"
	"perennial/shared/gateway"
	"perennial/shared/ids"
	"perennial/shared/merchant"
	"perennial/shared/record"
)

// Store is what charging needs of storage.
type Store interface {
	record.Loader
	record.Committer
	record.Owned
	// State gives a scope's settings, clock and brake.
	State(ctx context.Context, scope merchant.Scope) (merchant.State, error)
}

// Gateway is what charging needs of a payment gateway.
type Gateway interface {
	gateway.Payments
	gateway.Refunder
}

// Service charges.
type Service struct {
	Store   Store
	Gateway Gateway
	Brake   Brake
	Wall    clock.Wall
}

// Start is what one attempt is made of. The subscription or purchase, its new
// invoices and a new payment are written with the lock, in one commit.
type Start struct {
	Scope        merchant.Scope
	Actor        record.Actor
	Cause        string
	State        merchant.State
	Subscription billing.Subscription
	Purchase     *billing.Purchase // instead of the subscription
	Customer     billing.Customer
	Dues         billing.Dues
	Hold         *billing.Hold
	Payment      *billing.Payment // a payment that this attempt makes, existing or new
	Method       billing.Method
	Bar          *billing.Bar // of the method's card, when it was read with the subscription
	By           billing.Initiator
	Keep         bool // the method becomes the subscription's when paid
	Checkout     string
	ReturnURL    string
	Challenge    bool                  // the bank is asked to make sure of the customer
	Events       []billing.Event       // what the lock's commit tells
	Counts       []billing.DiscountUse // redemptions that the lock's commit counts
	Marks        []billing.Mark        // that the lock's commit takes
}

// Result is what became of an attempt.
type Result struct {
	Subscription billing.Subscription
	Purchase     billing.Purchase // instead of the subscription
	Payment      billing.Payment
	ActionURL    string // where the customer must authenticate
	Pending      bool   // the outcome is not known yet; nothing is charged twice
}

// attempt carries one locked attempt through its steps.
type attempt struct {
	billing.Case
	scope  merchant.Scope
	actor  record.Actor
	cause  string
	state  merchant.State
	claims []record.Claim
	tally  *billing.Tally // counted with the lock
	marks  []billing.Mark // taken with the lock

	unasked bool // the system looks by itself, and nobody waits for the answer
}

// Charge locks the subscription and makes the attempt.
func (s *Service) Charge(ctx context.Context, in Start) (Result, error) {
	if in.State.Archived() {
		return Result{}, merchant.ErrArchived
	}
	if err := s.braked(ctx, in.State, true); err != nil {
		return Result{}, err
	}
	in, paid, err := s.lastLook(ctx, in)
	if err != nil {
		return Result{}, err
	}
	if paid != nil {
		return s.kept(ctx, in, *paid)
	}
	may, err := s.admit(ctx, in)
	refused := may.tally != nil || errors.Is(err, ErrBarred)
	if err != nil && refused && in.By == billing.BySystem && in.Purchase == nil {
		return s.postpone(ctx, in, may.tally)
	}
	if err != nil {
		return Result{}, err
	}
	wall := s.Wall()
	now := in.State.Clock.Now(wall)
	try := billing.Attempt{
		Payment: ids.New("pay_", wall), Method: in.Method, By: in.By, Keep: in.Keep,
		Checkout: in.Checkout, ReturnURL: in.ReturnURL, Challenge: in.Challenge, Country: in.Actor.Country,
		Refused: may.refused, At: now, Wall: wall,
	}
	if in.Payment != nil {
		try.Payment, try.Seen = in.Payment.ID, max(in.Payment.Version, 1)
	}
	open := billing.Case{
		Subscription: in.Subscription, Purchase: in.Purchase, Customer: in.Customer, Payment: in.Payment, Hold: in.Hold,
	}
	if try.Statement, err = s.statement(ctx, in.Scope, open); err != nil {
		return Result{}, err
	}
	locked, err := open.Begin(try, in.Dues)
	if err != nil {
		return Result{}, err
	}
	if err := in.Method.PaysIn(in.Dues.Total.Currency); err != nil && in.By != billing.BySystem && !in.Dues.Total.Nothing() {
		return Result{}, err
	}
	if err := billing.Chargeable(in.Method.Gateway, in.Dues.Total); err != nil && !locked.Carries() {
		return Result{}, err
	}
	a := &attempt{Case: locked, scope: in.Scope, actor: in.Actor, cause: in.Cause, state: in.State, tally: may.tally, marks: in.Marks}
	if err := s.lock(ctx, a, in.Events, in.Counts); err != nil {
		return Result{}, fmt.Errorf("lock %s: %w", locked.Owner(), err)
	}
	return s.drive(ctx, a)
}

// lock commits the lock and leaves the attempt as the store has it.
func (s *Service) lock(ctx context.Context, a *attempt, events []billing.Event, uses []billing.DiscountUse) error {
	put := []any{owner(a.Case)}
	for _, u := range uses {
		put = append(put, u)
	}
	for _, v := range a.Invoices {
		put = append(put, v)
	}
	if a.tally != nil {
		put = append(put, *a.tally)
	}
	put = record.WithAll(put, a.marks)
	if p := a.Payment; p != nil && p.Version == 0 {
		put = append(put, *p)
		next := record.Next(*p)
		a.Payment = &next
	}
	commit := func() error { return s.Store.Commit(ctx, s.commit(a, put, events)) }
	if len(a.Uncounted()) > 0 {
		commit = func() error { return s.redeem(ctx, a, put, events) }
	}
	if err := commit(); err != nil {
		return err
	}
	a.Case = advanced(a.Case)
	for i := range a.Invoices {
		a.Invoices[i] = record.Next(a.Invoices[i])
	}
	return nil
}

// owner is the object that carries the lock, as it is written.
func owner(c billing.Case) any {
	if c.Purchase != nil {
		return *c.Purchase
	}
	return c.Subscription
}

// advanced is the case with its owner as a commit has left it.
func advanced(c billing.Case) billing.Case {
	if c.Purchase == nil {
		c.Subscription = record.Next(c.Subscription)
		return c
	}
	p := record.Next(*c.Purchase)
	c.Purchase = &p
	return c
}

// result tells of an attempt whose outcome is not settled.
func (a *attempt) result() Result {
	r := Result{Subscription: a.Subscription}
	if a.Purchase != nil {
		r.Purchase = *a.Purchase
	}
	if a.Payment != nil {
		r.Payment = *a.Payment
	}
	return r
}

// pending tells that the outcome is not known yet.
func (a *attempt) pending() Result {
	r := a.result()
	r.Pending = true
	return r
}

// drive takes a locked attempt that was not confirmed yet to its outcome.
func (s *Service) drive(ctx context.Context, a *attempt) (Result, error) {
	l := a.Lock()
	switch {
	case a.Unwanted() && l.Intent == "":
		return s.settle(ctx, a, gateway.Outcome{State: gateway.StateCancelled})
	case l.Free():
		return s.settle(ctx, a, gateway.Outcome{State: gateway.StateSucceeded, Amount: l.Amount})
	case a.Small() && l.Intent == "":
		return s.settle(ctx, a, tooSmall)
	case l.Barred() && l.Intent == "":
		why := gateway.Decline{Code: l.Refused.Code, Advice: l.Refused.Advice}
		return s.settle(ctx, a, gateway.Outcome{State: gateway.StateDeclined, Decline: why})
	case l.Method.IsZero():
		missing := gateway.Decline{Code: "no_payment_method"}
		return s.settle(ctx, a, gateway.Outcome{State: gateway.StateDeclined, Decline: missing})
	case l.Intent == "" && !l.Method.Charges(l.Amount.Currency):
		return s.settle(ctx, a, unfit)
	}
	if l.Intent == "" {
		err := s.prepare(ctx, a)
		if errors.Is(err, gateway.ErrRejected) {
			return s.settle(ctx, a, refusal(err))
		}
		if err != nil {
			return s.unknown(ctx, a, err)
		}
	}
	return s.confirm(ctx, a)
}

// What becomes of an attempt that the gateway would not take, of one by a
// method that cannot be charged in its currency, of one at too little, and of a
// challenge that nobody is there to answer.
var (
	unfit      = gateway.Outcome{State: gateway.StateDeclined, Decline: gateway.Decline{Code: "currency_not_supported"}}
	rejected   = gateway.Outcome{State: gateway.StateDeclined, Decline: gateway.Decline{Code: "invalid_request"}}
	tooSmall   = gateway.Outcome{State: gateway.StateTooSmall}
	unanswered = gateway.Outcome{State: gateway.StateDeclined, Decline: gateway.Decline{Code: "authentication_required"}}
)

// refusal is what becomes of an attempt that the gateway would not prepare.
func refusal(err error) gateway.Outcome {
	if errors.Is(err, gateway.ErrTooSmall) {
		return tooSmall
	}
	return rejected
}

// prepare gets the intent from the gateway and commits it before any money
// can move.
func (s *Service) prepare(ctx context.Context, a *attempt) error {
	l := a.Lock()
	intent, err := s.Gateway.Prepare(ctx, accountOf(l.Method), params(a.scope, a.Case))
	if err != nil {
		return fmt.Errorf("prepare %s: %w", l.Key, err)
	}
	return s.remember(ctx, a, intent)
}

// remember commits the intent of the attempt. An edit of the subscription
// that happened meanwhile does not touch the attempt.
func (s *Service) remember(ctx context.Context, a *attempt, intent gateway.Intent) error {
	l := a.Lock()
	for range tries {
		next := a.Prepared(string(intent))
		err := s.Store.Commit(ctx, s.commit(a, []any{owner(next)}, nil))
		if err == nil {
			a.Case = advanced(next)
			return nil
		}
		if !errors.Is(err, record.ErrStale) {
			return fmt.Errorf("record intent of %s: %w", l.Key, err)
		}
		if err := s.reload(ctx, a); err != nil {
			return err
		}
		if now := a.Lock(); now.Payment != l.Payment || now.Intent != "" {
			break
		}
	}
	return fmt.Errorf("record intent of %s: %w", l.Key, record.ErrStale)
}

// confirm charges the committed intent, or cancels it when the end of the
// subscription was asked for, or its business archived, meanwhile.
func (s *Service) confirm(ctx context.Context, a *attempt) (Result, error) {
	if a.Unwanted() {
		return s.cancel(ctx, a)
	}
	if a.state.Archived() {
		return s.withdraw(ctx, a, rejected)
	}
	if err := s.braked(ctx, a.state, false); err != nil {
		return a.pending(), nil
	}
	l := a.Lock()
	out, err := s.Gateway.Confirm(ctx, accountOf(l.Method), gateway.Intent(l.Intent), l.Key)
	if errors.Is(err, gateway.ErrRejected) {
		return s.withdraw(ctx, a, rejected)
	}
	if err != nil {
		return s.unknown(ctx, a, err)
	}
	if out.State == gateway.StateActionNeeded && !l.OnSession() {
		return s.withdraw(ctx, a, unanswered)
	}
	return s.settle(ctx, a, out)
}

// unknown leaves the lock where it is: the outcome must be asked for. What the
// system asked in vain is asked again after a while, longer each time.
func (s *Service) unknown(ctx context.Context, a *attempt, err error) (Result, error) {
	slog.WarnContext(ctx, "payment outcome unknown", "scope", a.scope.String(),
		"owner", a.Owner(), "payment", a.Lock().Payment, "error", err)
	if !a.unasked {
		return a.pending(), nil
	}
	later := a.Unanswered(s.Wall())
	switch err := s.Store.Commit(ctx, s.commit(a, []any{owner(later)}, nil)); {
	case err == nil:
		a.Case = advanced(later)
	case !errors.Is(err, record.ErrStale): // stale: somebody else has moved it
		return Result{}, fmt.Errorf("ask later for %s: %w", a.Lock().Payment, err)
	}
	return a.pending(), nil
}

// commit wraps objects of the attempt for the store.
func (s *Service) commit(a *attempt, put []any, events []billing.Event) record.Commit {
	return record.Commit{
		Scope: a.scope, Actor: a.actor, Cause: a.cause, At: a.state.Clock.Now(s.Wall()),
		Put: put, Attach: []any{a.Customer}, Events: events,
	}
}

// accountOf is the gateway account that a method was saved at.
func accountOf(m billing.Method) gateway.Account {
	return gateway.Account{Gateway: m.Gateway, ID: m.Account}
}

// params rebuilds the same request from the lock, whoever asks.
func params(scope merchant.Scope, c billing.Case) gateway.Params {
	l := c.Lock()
	return gateway.Params{
		Key: l.Key, Amount: l.Amount, Customer: l.Method.Holder, Method: l.Method.Reference, Type: l.Method.Type,
		OnSession: l.OnSession(), Challenge: l.Challenge && l.OnSession(), ReturnURL: l.ReturnURL, Payment: Tag(scope, c.Owner(), l.Payment),
		Statement: l.Statement,
	}
}

// zone loads the zone that decides a subscription's dates.
func zone(name string) (*time.Location, error) {
	location, err := time.LoadLocation(name)
	if err != nil {
		return nil, fmt.Errorf("time zone %q: %w", name, err)
	}
	return location, nil
}
