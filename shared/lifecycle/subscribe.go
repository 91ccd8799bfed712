package lifecycle

import (
	"context"
	"errors"
	"fmt"
	"time"

	"perennial/shared/billing"
	"perennial/shared/charging"
	"perennial/shared/fault"
	"perennial/shared/ids"
	"perennial/shared/merchant"
	"perennial/shared/money"
	"perennial/shared/record"
)

// Subscribe is a new purchase, to be paid on the hosted page.
type Subscribe struct {
	Scope        merchant.Scope
	Actor        record.Actor
	Product      string
	Customer     string            // an existing customer, or
	Buyer        *billing.Customer // a new one, complete but for version and creation
	Claims       []record.Claim    // what a new customer takes
	Quantity     int64
	TrialDays    int // -1 takes the product's
	Billing      billing.Address
	TaxID        string
	BusinessName string
	Codes        []string // discount codes, in the order in which they are applied
	Metadata     map[string]any
	ReturnURL    string
}

// Subscribed is a purchase that waits for its first payment.
type Subscribed struct {
	Subscription billing.Subscription
	Customer     billing.Customer
	Invoice      billing.Invoice
	Payment      billing.Payment
	Checkout     record.Checkout
}

// ErrNoProduct and ErrNoCustomer refuse a purchase that names nothing.
var (
	ErrNoProduct  = fault.New(fault.NotFound, "NOT_FOUND", "There is no such product.")
	ErrNoCustomer = fault.New(fault.NotFound, "NOT_FOUND", "There is no such customer.")
)

// Subscribe makes a pending subscription with its first invoice, the payment
// that is to be made and the page on which to make it, in one commit.
func (s *Service) Subscribe(ctx context.Context, in Subscribe) (Subscribed, error) {
	state, product, customer, err := s.parties(ctx, in)
	if err != nil {
		return Subscribed{}, err
	}
	wall := s.Wall()
	now := state.Clock.Now(wall)
	if in.Buyer != nil {
		customer.CreatedAt = now
	}
	discounts, err := Discounts(ctx, s.Store, Codes{
		Scope: in.Scope, Codes: in.Codes, Customer: customer, At: now, Currency: product.Price.Amount.Currency,
		Lines: []billing.Line{{Product: product.ID, Quantity: in.Quantity, Unit: product.Price.Amount}},
	})
	if err != nil {
		return Subscribed{}, err
	}
	status, err := s.status(ctx, in.Scope, in.TaxID, in.Billing.Country)
	if err != nil {
		return Subscribed{}, err
	}
	sub, invoice, err := billing.Subscribe(billing.Order{
		ID: ids.New("sub_", wall), InvoiceID: ids.New("inv_", wall), Product: product, Customer: customer,
		Quantity: in.Quantity, TrialDays: in.TrialDays, Zone: state.Business.Zone, Billing: in.Billing,
		TaxID: in.TaxID, TaxIDStatus: status, BusinessName: in.BusinessName, Metadata: in.Metadata, Discounts: discounts,
		At: now, Seller: state.Seller.Tax,
	})
	if err != nil {
		return Subscribed{}, err
	}
	sub.FirstPayment = ids.New("pay_", wall)
	out := Subscribed{Subscription: sub, Customer: customer, Invoice: invoice}
	out.Checkout = record.Checkout{
		ID: ids.New("cks_", wall), Subscription: sub.ID, Customer: customer.ID,
		ReturnURL: in.ReturnURL, CreatedAt: wall, ExpiresAt: wall.Add(24 * time.Hour),
	}
	out.Payment = billing.Payment{
		ID: sub.FirstPayment, Customer: customer.ID, Subscription: sub.ID, Brand: sub.Brand, Product: product.ID,
		Quantity: in.Quantity, Invoices: []string{invoice.ID}, Checkout: out.Checkout.ID,
		Status: billing.PaymentRequiresMethod, Amount: invoice.Due(), Tax: invoice.Tax, Discounts: sub.Discounts, By: billing.ByCustomer,
		Cause: billing.CauseFirst, Refunded: money.Of(0, invoice.Total.Currency), Billing: in.Billing,
		Metadata: in.Metadata, CreatedAt: now, UpdatedAt: now,
	}
	out.Checkout.Payment = out.Payment.ID
	commit := record.Commit{
		Scope: in.Scope, Actor: in.Actor, Cause: "subscribe", At: now,
		Put: []any{sub, invoice, out.Payment, out.Checkout}, Attach: []any{customer}, Claims: in.Claims,
	}
	if in.Buyer != nil {
		commit.Put = append(commit.Put, customer, billing.Mailbox{Email: billing.NormalEmail(customer.Email), Customer: customer.ID})
	}
	if err := s.Store.Commit(ctx, commit); err != nil {
		return Subscribed{}, fmt.Errorf("subscribe %s: %w", customer.ID, err)
	}
	return out, nil
}

// parties loads what is bought, who buys, and the scope's state, in one
// request.
func (s *Service) parties(ctx context.Context, in Subscribe) (merchant.State, billing.Product, billing.Customer, error) {
	refs := []record.Ref{record.RefOf[merchant.State](in.Scope.String()), record.RefOf[billing.Product](in.Product)}
	if in.Buyer == nil {
		refs = append(refs, record.RefOf[billing.Customer](in.Customer))
	}
	found, err := s.Store.Load(ctx, in.Scope, refs...)
	if err != nil {
		return merchant.State{}, billing.Product{}, billing.Customer{}, fmt.Errorf("subscribe: %w", err)
	}
	state, known := found[0].(merchant.State)
	product, sold := found[1].(billing.Product)
	switch {
	case !known:
		return state, product, billing.Customer{}, fmt.Errorf("state of %s: %w", in.Scope, record.ErrNotFound)
	case !sold:
		return state, product, billing.Customer{}, ErrNoProduct
	case in.Buyer != nil:
		return state, product, *in.Buyer, in.Buyer.Check()
	}
	customer, ok := found[2].(billing.Customer)
	if !ok {
		return state, product, billing.Customer{}, ErrNoCustomer
	}
	return state, product, customer, nil
}

// Cancel is a wish to end a subscription.
type Cancel struct {
	Scope        merchant.Scope
	Actor        record.Actor
	Subscription string
	Mode         CancelMode
	Particulars  billing.Cancellation // reason, feedback, comment
}

// CancelMode is when a cancellation takes effect.
type CancelMode string

// The modes.
const (
	CancelNow    CancelMode = "now"
	CancelAtEnd  CancelMode = "at_next_billing_date"
	CancelRevoke CancelMode = "revoke"
)

// Cancel ends a subscription now or at its next billing date, or takes a
// scheduled cancellation back. It is decided anew when a payment settles at
// the same moment.
func (s *Service) Cancel(ctx context.Context, in Cancel) (billing.Subscription, error) {
	for range 5 {
		sub, err := s.cancel(ctx, in)
		if !errors.Is(err, record.ErrStale) {
			return sub, err
		}
	}
	return billing.Subscription{}, fmt.Errorf("cancel %s: %w", in.Subscription, record.ErrStale)
}

func (s *Service) cancel(ctx context.Context, in Cancel) (billing.Subscription, error) {
	ref := record.RefOf[billing.Subscription](in.Subscription)
	w, err := s.open(ctx, record.DueItem{Scope: in.Scope, Ref: ref})
	if err != nil {
		return billing.Subscription{}, err
	}
	open, hold, err := charging.Unsettled(ctx, s.Store, in.Scope, w.sub)
	if err != nil {
		return billing.Subscription{}, err
	}
	var change billing.Change
	switch in.Mode {
	case CancelNow:
		change, err = w.sub.CancelNow(open, hold, w.now, in.Particulars)
	case CancelAtEnd:
		change, err = w.sub.CancelAtEnd(open, hold, w.now, in.Particulars)
	case CancelRevoke:
		change, err = w.sub.Revoke()
	}
	if err == nil {
		change, err = s.forgo(ctx, w, change)
	}
	if err != nil {
		return w.sub, err
	}
	err = s.put(ctx, w, in.Actor, "cancel "+string(in.Mode), change)
	return record.Next(change.Subscription), err
}
