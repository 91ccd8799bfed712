// Package lifecycle runs a subscription's life: it begins one, renews it,
// cancels it and does whatever its dates make due. It decides with the rules
// of billing and writes one commit per step; charging makes the payments.
package lifecycle

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"perennial/shared/billing"
	"perennial/shared/calendar"
	"perennial/shared/charging"
	"perennial/shared/clock"
	"perennial/shared/dunning"
	"perennial/shared/ids"
	"perennial/shared/merchant"
	"perennial/shared/record"
	"perennial/shared/taxid"
)

// Store is what a subscription's life needs of storage.
type Store interface {
	record.Loader
	record.Committer
	record.Owned
	State(ctx context.Context, scope merchant.Scope) (merchant.State, error)
}

// Charger makes and finishes payments.
type Charger interface {
	Charge(ctx context.Context, in charging.Start) (charging.Result, error)
	Finish(ctx context.Context, r charging.Recover) (charging.Result, error)
}

// Holds looks after holds whose recovery window is over.
type Holds interface {
	CloseWindow(ctx context.Context, scope merchant.Scope, subscription string, epoch int) error
}

// TaxIDs tells what is known of a tax id of a buyer in a country.
type TaxIDs interface {
	Check(ctx context.Context, scope merchant.Scope, id, country string) (taxid.Proof, error)
}

// Numbers gives documents their legal numbers.
type Numbers interface {
	Serve(ctx context.Context, scope merchant.Scope, ticket string, at calendar.Instant) error
}

// Service runs lives.
type Service struct {
	Store   Store
	Charger Charger
	Holds   Holds
	TaxIDs  TaxIDs // nil leaves every tax id unchecked, so that its holder is taxed
	Numbers Numbers
	Wall    clock.Wall
}

// status is what is known of a tax id; an empty one costs nothing to know.
func (s *Service) status(ctx context.Context, scope merchant.Scope, id, country string) (taxid.Status, error) {
	if id == "" || s.TaxIDs == nil {
		return taxid.Unknown, nil
	}
	proof, err := s.TaxIDs.Check(ctx, scope, id, country)
	return proof.Status, err
}

// Perform does one due item. It is safe to call at any time and any number of
// times: what is not due any more is left alone.
func (s *Service) Perform(ctx context.Context, item record.DueItem) error {
	if item.Ref.Kind == record.KindSubscription {
		return s.subscription(ctx, item)
	}
	if item.Ref.Kind == record.KindPurchase {
		return s.purchase(ctx, item)
	}
	if item.Ref.Kind == record.KindCancelReason {
		return s.forget(ctx, item)
	}
	if item.Ref.Kind == record.KindTicket {
		state, err := s.Store.State(ctx, item.Scope)
		if err != nil {
			return fmt.Errorf("state of %s: %w", item.Scope, err)
		}
		return s.Numbers.Serve(ctx, item.Scope, item.Ref.ID, state.Clock.Now(s.Wall()))
	}
	if item.Ref.Kind != record.KindHold {
		return fmt.Errorf("due item of kind %s is not a collector's work", item.Ref.Kind)
	}
	hold, err := record.Get[billing.Hold](ctx, s.Store, item.Scope, item.Ref.ID)
	if err != nil {
		return fmt.Errorf("hold %s: %w", item.Ref.ID, err)
	}
	return s.Holds.CloseWindow(ctx, item.Scope, hold.Subscription, hold.Epoch)
}

// work is a subscription with what deciding about it needs.
type work struct {
	scope    merchant.Scope
	state    merchant.State
	sub      billing.Subscription
	customer billing.Customer
	bar      *billing.Bar // of the subscription's card; nil when it was not read
	now      calendar.Instant
}

func (s *Service) subscription(ctx context.Context, item record.DueItem) error {
	w, err := s.open(ctx, item)
	if err != nil {
		return err
	}
	step := w.sub.Next(w.now)
	if step == billing.StepRecover && w.sub.Lock.Spares(s.Wall()) {
		return nil
	}
	if w.state.Archived() && step.Sells() {
		return s.shelve(ctx, w)
	}
	switch step {
	case billing.StepNone:
		return nil
	case billing.StepRecover:
		_, err = s.Charger.Finish(ctx, charging.Recover{
			Scope: w.scope, Owner: w.sub.ID, Actor: record.System, Cause: "recover attempt",
		})
	case billing.StepRenew:
		err = s.renew(ctx, w)
	case billing.StepRetry:
		err = s.retry(ctx, w)
	case billing.StepRemind:
		err = s.remind(ctx, w)
	case billing.StepMail:
		err = s.mail(ctx, w)
	case billing.StepBill:
		err = s.bill(ctx, w, record.System, string(step))
	case billing.StepFail, billing.StepCancel, billing.StepExpire, billing.StepHold, billing.StepDiscard, billing.StepConvert,
		billing.StepOverdue, billing.StepLapse:
		err = s.end(ctx, w, step)
	}
	var stuck unpriced
	if errors.As(err, &stuck) {
		err = s.block(ctx, w, stuck)
	}
	if err != nil {
		return fmt.Errorf("%s %s: %w", step, w.sub.ID, err)
	}
	slog.InfoContext(ctx, "did due work", "scope", w.scope.String(), "subscription", w.sub.ID, "step", string(step))
	return nil
}

// open loads the subscription, its customer and what bars its card in one
// request when the due item names them.
func (s *Service) open(ctx context.Context, item record.DueItem) (work, error) {
	w := work{scope: item.Scope}
	var err error
	if w.state, err = s.Store.State(ctx, item.Scope); err != nil {
		return w, fmt.Errorf("state of %s: %w", item.Scope, err)
	}
	if item.Customer == "" {
		w.sub, err = record.Get[billing.Subscription](ctx, s.Store, item.Scope, item.Ref.ID)
		if err != nil {
			return w, fmt.Errorf("subscription %s: %w", item.Ref.ID, err)
		}
		item.Customer = w.sub.Customer
	}
	refs := []record.Ref{item.Ref, record.RefOf[billing.Customer](item.Customer)}
	if item.Card != "" {
		refs = append(refs, record.RefOf[billing.Bar](item.Card))
	}
	found, err := s.Store.Load(ctx, item.Scope, refs...)
	if err != nil {
		return w, fmt.Errorf("subscription %s: %w", item.Ref.ID, err)
	}
	sub, isSub := found[0].(billing.Subscription)
	customer, isCustomer := found[1].(billing.Customer)
	if !isSub || !isCustomer {
		return w, fmt.Errorf("subscription %s: %w", item.Ref.ID, record.ErrNotFound)
	}
	w.sub, w.customer, w.now = sub, customer, w.state.Clock.Now(s.Wall())
	if item.Card != "" && item.Card == sub.Method.CardID() {
		bar, _ := found[2].(billing.Bar) // none: nothing is known against the card
		w.bar = &bar
	}
	return w, nil
}

// renew bills the period that follows and charges it off-session.
func (s *Service) renew(ctx context.Context, w work) error {
	zone, err := time.LoadLocation(w.sub.Zone)
	if err != nil {
		return err
	}
	if w.sub.TaxIDStatus, err = s.status(ctx, w.scope, w.sub.TaxID, w.sub.Billing.Country); err != nil {
		return err
	}
	sub, invoice, err := w.sub.Renewal(billing.Terms{Invoice: ids.New("inv_", s.Wall()), Customer: w.customer, Seller: w.state.Seller.Tax}, w.now, zone)
	if err != nil {
		return unpriced{err}
	}
	payee := Payee(w.state, sub)
	if due := invoice.Due(); sub.Manual.On && !due.Nothing() && !merchant.TooSmall(payee.Gateway, due) { // it was to cost nothing when it was last looked at
		w.sub.Manual.Covered = 0
		return s.bill(ctx, w, record.System, string(billing.StepBill))
	}
	dues := billing.Dues{Invoices: []billing.Invoice{invoice}, Total: invoice.Due(), Next: invoice.Period.End}
	_, err = s.Charger.Charge(ctx, charging.Start{
		Scope: w.scope, Actor: record.System, Cause: "renewal", State: w.state,
		Subscription: sub, Customer: w.customer, Dues: dues, Method: payee, Bar: w.bar, By: billing.BySystem,
		Events: w.sub.Switches(),
	})
	return err
}

// retry charges the open invoices again with the method that failed.
func (s *Service) retry(ctx context.Context, w work) error {
	open, hold, err := charging.Arrears(ctx, s.Store, w.scope, w.sub)
	if err != nil {
		return err
	}
	sub, dues, err := Owed(w.state, w.sub, open, w.now)
	if err != nil {
		return unpriced{err}
	}
	method, backup := w.sub.RetryMethod()
	_, err = s.Charger.Charge(ctx, charging.Start{
		Scope: w.scope, Actor: record.System, Cause: "automatic retry", State: w.state, Hold: hold,
		Subscription: sub, Customer: w.customer, Dues: dues, Method: method, By: billing.BySystem, Keep: backup,
	})
	return err
}

// end commits the steps that move no money.
func (s *Service) end(ctx context.Context, w work, step billing.Step) error {
	open, hold, err := charging.Unsettled(ctx, s.Store, w.scope, w.sub)
	if err != nil {
		return err
	}
	var change billing.Change
	switch step {
	case billing.StepDiscard:
		change, err = w.sub.Discard(open, w.now)
	case billing.StepFail:
		change, err = w.sub.Fail(open)
	case billing.StepCancel:
		change, err = w.sub.CancelDue(open, hold, w.now)
	case billing.StepExpire:
		change, err = w.sub.Expire(open, hold)
	case billing.StepHold:
		change, err = w.sub.EndAccess(dunning.Lapse(w.state.Recovery, w.sub, w.now), w.now)
	case billing.StepConvert:
		change, err = w.sub.EndTrial(w.state.Settings.Subscriptions.CancelsTrials(), window(w.state), w.now)
	case billing.StepOverdue:
		change, err = w.sub.Overdue(w.now)
	case billing.StepLapse:
		change, err = w.sub.Lapse(open, w.now)
	case billing.StepNone, billing.StepRecover, billing.StepRenew, billing.StepRetry, billing.StepRemind, billing.StepBill, billing.StepMail:
		err = fmt.Errorf("step %s moves money", step)
	}
	if err == nil {
		change, err = charging.Forgone(ctx, s.Store, w.scope, w.sub, change, w.now)
	}
	if err != nil {
		return err
	}
	return s.put(ctx, w, record.System, string(step), change)
}

// put commits a change that moves no money.
func (s *Service) put(ctx context.Context, w work, actor record.Actor, cause string, change billing.Change) error {
	change, err := Withdrawn(w.state, w.sub, w.customer, change, s.Wall())
	if err == nil {
		change, err = charging.Dropped(ctx, s.Store, w.scope, w.sub, change)
	}
	if err != nil {
		return err
	}
	commit := record.Commit{Scope: w.scope, Actor: actor, Cause: cause, At: w.now, Put: charging.Objects(change), Events: change.Events}
	if change.Customer == nil {
		commit.Attach = []any{w.customer}
	}
	return s.Store.Commit(ctx, commit)
}

// window is how long a hold may last.
func window(state merchant.State) time.Duration {
	return time.Duration(state.Recovery.WindowDays) * 24 * time.Hour
}

// KeepFor is how long after its due date a paid renewal keeps the anchor.
func KeepFor(state merchant.State) time.Duration {
	return time.Duration(state.Recovery.KeepDays) * 24 * time.Hour
}
