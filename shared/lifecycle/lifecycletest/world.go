// Package lifecycletest is a small world for tests of the money use cases: a
// store, a gateway, clocks and a business with one product and one customer,
// with the services wired as the functions wire them. Its Reconcile compares
// the books with the gateway's ledger after any test.
package lifecycletest

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"perennial/shared/billing"
	"perennial/shared/calendar"
	"perennial/shared/charging"
	"perennial/shared/clock/clocktest"
	"perennial/shared/customers"
	"perennial/shared/disputes"
	"perennial/shared/gateway"
	"perennial/shared/gateway/gatewaytest"
	"perennial/shared/lifecycle"
	"perennial/shared/merchant"
	"perennial/shared/money"
	"perennial/shared/numbering"
	"perennial/shared/purchases"
	"perennial/shared/record"
	"perennial/shared/record/recordtest"
	"perennial/shared/recovery"
	"perennial/shared/refunds"
	"perennial/shared/wallet"
)

// World is everything a test of the money use cases needs.
type World struct {
	T        testing.TB
	Scope    merchant.Scope
	Clock    *clocktest.Clock
	Store    *recordtest.Fake
	Gateway  *gatewaytest.Fake
	Charging *charging.Service
	Life     *lifecycle.Service
	Recovery *recovery.Service
	Advancer *lifecycle.Advancer
	Refunds  *refunds.Service
	Disputes *disputes.Service
	Product  billing.Product
	Customer billing.Customer
	Flow     *Flow
}

// Flow remembers what the workflow was told.
type Flow struct {
	mu      sync.Mutex
	Answers []recovery.Outcome
}

// Answer implements recovery.Flow.
func (f *Flow) Answer(_ context.Context, _ string, outcome recovery.Outcome) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.Answers = append(f.Answers, outcome)
	return nil
}

// Start is the wall time at which a world begins: the last of January.
var Start = time.Date(2027, 1, 31, 9, 30, 0, 0, time.UTC)

// New makes a world with a monthly product of 20.00 USD.
func New(t testing.TB) *World {
	t.Helper()
	w := &World{
		T: t, Scope: merchant.Scope{Business: "bus_1", Mode: merchant.Test},
		Clock: clocktest.At(Start), Store: recordtest.New(), Gateway: gatewaytest.NewFake(), Flow: &Flow{},
	}
	w.Store.Wall, w.Gateway.Now = w.Clock.Now, w.Clock.Now
	w.Charging = &charging.Service{Store: w.Store, Gateway: w.Gateway, Wall: w.Clock.Now}
	purse := &wallet.Service{
		Store: w.Store, Vault: w.Gateway, Wall: w.Clock.Now,
	}
	w.Recovery = &recovery.Service{Store: w.Store, Charger: w.Charging, Wallet: purse, Flow: w.Flow, Wall: w.Clock.Now}
	w.Life = &lifecycle.Service{Store: w.Store, Charger: w.Charging, Holds: w.Recovery, Numbers: &numbering.Service{Store: w.Store}, Wall: w.Clock.Now}
	w.Advancer = &lifecycle.Advancer{Life: w.Life, Agenda: w.Store, Pause: func(context.Context, time.Duration) {}}
	w.Refunds = &refunds.Service{Store: w.Store, Gateway: w.Gateway, Wall: w.Clock.Now}
	w.Disputes = &disputes.Service{Store: w.Store, Gateway: w.Gateway, Rehearser: w.Gateway, Wall: w.Clock.Now}
	w.found()
	return w
}

// Sales sells carts from a store, which a test may have wrapped.
func (w *World) Sales(store Sold) *purchases.Service {
	return &purchases.Service{
		Store: store, Charger: w.Charging, Recovery: w.Recovery, Wallet: w.Recovery.Wallet, Wall: w.Clock.Now,
		Buyers: &customers.Service{Store: store, Vault: w.Gateway, Wall: w.Clock.Now},
	}
}

// Sold is what selling needs of a store.
type Sold interface {
	purchases.Store
	customers.Store
}

// Account is where a test mode's customers pay.
func Account(s merchant.Scope) gateway.Account {
	return gateway.Account{Gateway: "sandbox", ID: s.String()}
}

// found writes the business, its product and its customer.
func (w *World) found() {
	now := calendar.At(Start)
	business := merchant.Business{ID: "bus_1", Name: "Northwind", Email: "owner@northwind.example", Country: "US", Zone: "Europe/Berlin", CreatedAt: Start}
	state := merchant.State{Scope: w.Scope, Business: business, Recovery: merchant.DefaultRecovery()}
	w.Product = billing.Product{
		ID: "pdt_1", Name: "Atlas Pro", TaxCategory: "saas", CreatedAt: now,
		Price: billing.Price{
			Amount: money.Of(2000, "USD"), Every: calendar.Interval{Count: 1, Unit: calendar.Month},
			Term: calendar.Interval{Count: 10, Unit: calendar.Year},
		},
	}
	w.Customer = billing.Customer{ID: "cus_1", Email: "ada@example.com", Name: "Ada", InvoicePrefix: "ADA1", CreatedAt: now}
	w.Put(business, state, w.Product, w.Customer)
}

// Put commits objects as they are.
func (w *World) Put(objects ...any) {
	w.T.Helper()
	w.must(w.Store.Commit(w.T.Context(), record.Commit{Scope: w.Scope, Actor: record.System, Cause: "test", Put: objects}))
}

func (w *World) must(err error) {
	w.T.Helper()
	if err != nil {
		w.T.Fatal(err)
	}
}

// SetRecovery replaces the merchant's recovery policy.
func (w *World) SetRecovery(change func(*merchant.Recovery)) {
	w.T.Helper()
	state := w.State()
	change(&state.Recovery)
	w.Put(state)
}

// State is the scope's state.
func (w *World) State() merchant.State {
	w.T.Helper()
	state, err := w.Store.State(w.T.Context(), w.Scope)
	w.must(err)
	return state
}

// Now is the scope's business time.
func (w *World) Now() calendar.Instant { return w.State().Clock.Now(w.Clock.Now()) }

// One is the order of one subscription of a product, as its merchant would
// place it for a customer; a test changes what it likes.
func One(scope merchant.Scope, product, customer, country string) purchases.Order {
	return purchases.Order{Scope: scope, Actor: record.System, Subscribes: true, Cart: billing.Cart{
		Items: []billing.CartItem{{Product: product, Quantity: 1}}, Customer: customer, TrialDays: -1,
		Billing: billing.Address{Country: country},
	}}
}

// Wish is the order of one subscription of the world's product.
func (w *World) Wish() purchases.Order {
	return One(w.Scope, w.Product.ID, w.Customer.ID, "DE")
}

// Place places an order.
func (w *World) Place(o purchases.Order) (purchases.Placed, error) {
	w.T.Helper()
	return w.Sales(w.Store).Order(w.T.Context(), o)
}

// Subscribe makes a pending subscription.
func (w *World) Subscribe() purchases.Placed {
	w.T.Helper()
	s, err := w.Place(w.Wish())
	w.must(err)
	return s
}

// Pay gives a new card for a subscription, as the customer does on a page.
func (w *World) Pay(subscription, card string) (recovery.Result, error) {
	w.T.Helper()
	return w.Recovery.ChangeMethod(w.T.Context(), recovery.Pay{
		Scope: w.Scope, Subscription: subscription, Customers: []string{w.Customer.ID}, Token: w.Gateway.Token(card),
		ReturnURL: "https://portal.example/return", By: billing.ByCustomer,
		Actor: record.Actor{Kind: record.ByCustomer, ID: w.Customer.ID},
	})
}

// Active makes a subscription that was paid with a card.
func (w *World) Active(card string) billing.Subscription {
	w.T.Helper()
	s := w.Subscribe()
	_, err := w.Pay(s.Subscription.ID, card)
	w.must(err)
	return w.Sub(s.Subscription.ID)
}

// OnHold makes a subscription whose first renewal was declined.
func (w *World) OnHold() billing.Subscription {
	w.T.Helper()
	s := w.Active("visa_ok")
	_, err := w.Pay(s.ID, "decline_on_charge")
	w.must(err)
	w.AdvanceTo(s.Period.End)
	return w.Sub(s.ID)
}

// FreshHold is OnHold at the moment of the decline, before anything that
// follows from it.
func (w *World) FreshHold() billing.Subscription {
	w.T.Helper()
	s := w.Active("visa_ok")
	_, err := w.Pay(s.ID, "decline_on_charge")
	w.must(err)
	state := w.State()
	state.Clock = state.Clock.Stand(s.Period.End)
	w.Put(state)
	w.must(w.Collect(s.ID))
	return w.Sub(s.ID)
}

// Sub reads a subscription.
func (w *World) Sub(id string) billing.Subscription {
	w.T.Helper()
	return Get[billing.Subscription](w, id)
}

// Hold reads the current hold of a subscription.
func (w *World) Hold(s billing.Subscription) billing.Hold {
	w.T.Helper()
	return Get[billing.Hold](w, billing.HoldID(s.ID, s.HoldEpoch))
}

// Get reads any object.
func Get[T any](w *World, id string) T {
	w.T.Helper()
	obj, err := record.Get[T](w.T.Context(), w.Store, w.Scope, id)
	w.must(err)
	return obj
}

// All reads every object of a kind that belongs to the customer, newest first.
func All[T any](w *World) []T {
	w.T.Helper()
	found, err := w.Store.Owned(w.T.Context(), w.Scope, w.Customer.ID, record.RefOf[T]("").Kind)
	w.must(err)
	var out []T
	for _, obj := range found {
		out = append(out, obj.(T))
	}
	return out
}

// AdvanceTo moves the test clock and does everything that falls due.
func (w *World) AdvanceTo(to calendar.Instant) {
	w.T.Helper()
	_, err := w.Advancer.Begin(w.T.Context(), w.Scope, record.System, to)
	w.must(err)
	arrived, err := w.Advancer.Run(w.T.Context(), w.Scope, w.Clock.Now().Add(time.Hour))
	w.must(err)
	if !arrived {
		w.T.Fatal("the clock did not arrive")
	}
}

// Advance moves the test clock by a duration.
func (w *World) Advance(d time.Duration) {
	w.T.Helper()
	w.AdvanceTo(w.Now().Add(d))
}

// HearDisputes brings the gateway's webhooks about disputes that changed.
func (w *World) HearDisputes() {
	w.T.Helper()
	for i, ref := range w.Gateway.News() {
		w.must(w.HearDispute(ref, fmt.Sprintf("evt_%s_%d", ref, i)))
	}
}

// HearDispute brings one webhook about a dispute.
func (w *World) HearDispute(ref, event string) error {
	w.T.Helper()
	account := Account(w.Scope)
	d, err := w.Gateway.Dispute(w.T.Context(), account, ref)
	w.must(err)
	return w.Disputes.Hear(w.T.Context(), charging.Notice{Account: account, Event: event, Dispute: &d})
}

// LookAt does what is due for a refund or dispute, as the collector would.
func (w *World) LookAt(ref record.Ref) error {
	item := record.DueItem{Scope: w.Scope, Ref: ref, Due: calendar.At(w.Clock.Now())}
	if ref.Kind == record.KindDispute {
		return w.Disputes.Perform(w.T.Context(), item)
	}
	return w.Refunds.Perform(w.T.Context(), item)
}

// Collect does what is due for a subscription now, as the collector would.
func (w *World) Collect(id string) error {
	ref := record.RefOf[billing.Subscription](id)
	return w.Life.Perform(w.T.Context(), record.DueItem{Scope: w.Scope, Ref: ref, Customer: w.Customer.ID, Due: w.Now()})
}
