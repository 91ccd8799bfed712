package purchases

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"perennial/shared/billing"
	"perennial/shared/charging"
	"perennial/shared/fault"
	"perennial/shared/gateway"
	"perennial/shared/merchant"
	"perennial/shared/money"
	"perennial/shared/record"
	"perennial/shared/recovery"
)

// Pay is the wish to pay a one-time purchase.
type Pay struct {
	Scope     merchant.Scope
	Purchase  string
	Customers []string // the customer records the caller may act for; empty: any
	Method    string   // id of a saved method, or
	Token     string   // one-time token of the card fields
	Fields    gateway.Fields
	Total     money.Amount // what the payer was shown; empty: whatever is due
	Checkout  string
	ReturnURL string // where a challenge sends the customer back, by GET
	Challenge bool   // the bank is asked to make sure of the customer
	By        billing.Initiator
	Actor     record.Actor
}

// ErrOtherTotal refuses a charge of another sum than the payer was shown.
var ErrOtherTotal = fault.New(fault.Conflict, "TOTAL_CHANGED", "The total has changed. Please look at it again.")

// dossier is a purchase with everything that paying it needs.
type dossier struct {
	state    merchant.State
	purchase billing.Purchase
	customer billing.Customer
	invoice  billing.Invoice
}

// Pay charges a purchase. An attempt that waits for the customer is replaced;
// one that is being made is left alone. A decline is a result, not an error.
func (s *Service) Pay(ctx context.Context, p Pay) (charging.Result, error) {
	d, err := s.open(ctx, p)
	if err != nil {
		return charging.Result{}, err
	}
	var method billing.Method
	if !free(d.invoice, d.purchase) {
		p.Fields.Currency = d.invoice.Total.Currency
		if method, err = s.method(ctx, p, d.customer); err != nil { // a mistyped card leaves an open challenge alone
			return charging.Result{}, err
		}
	}
	if d.purchase.Lock.Set() {
		got, err := s.Charger.Supersede(ctx, charging.Recover{
			Scope: p.Scope, Owner: p.Purchase, Actor: p.Actor, Cause: "superseded by customer",
		})
		if err != nil || got.Payment.Status == billing.PaymentSucceeded {
			return got, err
		}
		if got.Purchase.Lock.Set() {
			return charging.Result{}, billing.ErrLocked
		}
	}
	if d, err = s.open(ctx, p); err != nil { // saving a card and giving up an attempt have changed it
		return charging.Result{}, err
	}
	return s.charge(ctx, p, d, method)
}

func (s *Service) charge(ctx context.Context, p Pay, d dossier, m billing.Method) (charging.Result, error) {
	if p.Total.Currency != "" && d.invoice.Due() != p.Total {
		return charging.Result{}, ErrOtherTotal
	}
	promised, err := record.Get[billing.Payment](ctx, s.Store, p.Scope, d.purchase.FirstPayment)
	if err != nil {
		return charging.Result{}, fmt.Errorf("promised payment of %s: %w", d.purchase.ID, err)
	}
	start := charging.Start{
		Scope: p.Scope, Actor: p.Actor, Cause: "pay purchase", State: d.state, Purchase: &d.purchase, Customer: d.customer,
		Dues: d.purchase.Dues(d.invoice), Method: m, By: p.By, Keep: true, Checkout: p.Checkout, ReturnURL: p.ReturnURL, Challenge: p.Challenge,
	}
	if promised.Status == billing.PaymentRequiresMethod {
		start.Payment = &promised
	}
	got, err := s.Charger.Charge(ctx, start)
	if errors.Is(err, record.ErrStale) {
		return charging.Result{}, billing.ErrLocked
	}
	return got, err
}

// OrderAndPay places an order of an attached customer and charges a saved
// method of theirs at once. A decline is a failed payment, not an error.
func (s *Service) OrderAndPay(ctx context.Context, o Order, method string) (Placed, error) {
	m, err := s.method(ctx, Pay{Scope: o.Scope, Method: method}, billing.Customer{ID: o.Cart.Customer})
	if err != nil {
		return Placed{}, err
	}
	o.pays = m
	placed, err := s.Order(ctx, o)
	if err != nil {
		return placed, err
	}
	var payment billing.Payment
	if placed.Purchase.ID != "" {
		got, failed := s.Pay(ctx, Pay{
			Scope: o.Scope, Purchase: placed.Purchase.ID, Method: method, Checkout: placed.Checkout.ID,
			By: billing.ByMerchant, Actor: o.Actor,
		})
		payment, err = got.Payment, failed
	} else {
		got, failed := s.Recovery.ChangeMethod(ctx, recovery.Pay{
			Scope: o.Scope, Subscription: placed.Subscription.ID, Method: method, Checkout: placed.Checkout.ID,
			By: billing.ByMerchant, Actor: o.Actor,
		})
		payment, err = got.Payment, failed
	}
	if payment.ID != "" {
		placed.Payment = payment
	}
	return placed, err
}

// Begin places an order, and begins a subscription that needs no payment
// method at once where the order says so: nobody has to visit a page for it.
func (s *Service) Begin(ctx context.Context, o Order) (Placed, error) {
	placed, err := s.Order(ctx, o)
	sub := placed.Subscription
	if err != nil || !o.Start || sub.ID == "" || placed.needs {
		return placed, err
	}
	got, err := s.Recovery.ChangeMethod(ctx, recovery.Pay{
		Scope: o.Scope, Subscription: sub.ID, Checkout: placed.Checkout.ID, By: billing.ByMerchant, Actor: o.Actor,
	})
	if err == nil {
		placed.Subscription, placed.Payment = got.Subscription, got.Payment
	}
	return placed, err
}

// Finish asks the gateway about an attempt in flight, as after a challenge,
// and settles what it tells.
func (s *Service) Finish(ctx context.Context, scope merchant.Scope, purchase string) (charging.Result, error) {
	return s.Charger.Finish(ctx, charging.Recover{
		Scope: scope, Owner: purchase, Actor: record.Actor{Kind: record.ByCustomer}, Cause: "return from challenge",
	})
}

// method finds the saved method or saves the new card.
func (s *Service) method(ctx context.Context, p Pay, c billing.Customer) (billing.Method, error) {
	switch {
	case p.Token != "":
		return s.Wallet.Save(ctx, p.Scope, p.Actor, c, p.Token, p.Fields)
	case p.Method != "":
		m, err := record.Get[billing.Method](ctx, s.Store, p.Scope, record.MethodID(c.ID, p.Method))
		if err != nil {
			return m, fmt.Errorf("payment method %s: %w", p.Method, err)
		}
		if p.By == billing.ByCustomer && m.Guest {
			return m, fmt.Errorf("payment method %s of a guest: %w", p.Method, record.ErrNotFound)
		}
		return m, m.PaysIn(p.Fields.Currency)
	}
	return billing.Method{}, recovery.ErrNoMethod
}

// open loads a purchase that may still be paid. Somebody else's does not
// exist.
func (s *Service) open(ctx context.Context, p Pay) (dossier, error) {
	var d dossier
	var err error
	if d.state, err = s.Store.State(ctx, p.Scope); err != nil {
		return d, fmt.Errorf("state of %s: %w", p.Scope, err)
	}
	if d.purchase, err = record.Get[billing.Purchase](ctx, s.Store, p.Scope, p.Purchase); err != nil {
		return d, fmt.Errorf("purchase %s: %w", p.Purchase, err)
	}
	found, err := s.Store.Load(ctx, p.Scope,
		record.RefOf[billing.Customer](d.purchase.Customer), record.RefOf[billing.Invoice](d.purchase.Invoice))
	if err != nil {
		return d, fmt.Errorf("purchase %s: %w", p.Purchase, err)
	}
	customer, known := found[0].(billing.Customer)
	invoice, billed := found[1].(billing.Invoice)
	foreign := len(p.Customers) > 0 && !slices.Contains(p.Customers, d.purchase.Customer)
	switch {
	case !known || !billed || foreign:
		return d, fmt.Errorf("purchase %s: %w", p.Purchase, record.ErrNotFound)
	case d.purchase.Status == billing.PurchasePaid:
		return d, billing.ErrPaid
	case !d.purchase.Open():
		return d, billing.ErrNotForSale
	case d.purchase.Attempts >= MaxAttempts:
		return d, recovery.ErrTooMany
	}
	d.customer = customer
	d.invoice, err = d.purchase.Asks(invoice, d.state.Seller.Tax, d.state.Clock.Now(s.Wall()))
	return d, err
}
