package purchases

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"perennial/shared/billing"
	"perennial/shared/charging"
	"perennial/shared/customers"
	"perennial/shared/ids"
	"perennial/shared/merchant"
	"perennial/shared/record"
	"perennial/shared/wallet"
)

// PageLife is how long the customer may use a hosted page.
const PageLife = 24 * time.Hour

// Order is a cart to be placed at once.
type Order struct {
	Scope     merchant.Scope
	Actor     record.Actor
	Cart      billing.Cart
	Page      record.CheckoutPage // of the hosted page, where no session was kept
	ReturnURL string
	Session   record.Checkout // the session it was kept in, if it was

	Start      bool // begin at once a subscription that needs no payment method
	Subscribes bool // the cart must begin a subscription
	Buys       bool // the cart must be of one-time products

	pays billing.Method // that is charged at once
}

// Placed is a cart that waits for its first payment: a subscription, or a
// one-time purchase.
type Placed struct {
	Subscription billing.Subscription
	Purchase     billing.Purchase
	Customer     billing.Customer
	Invoice      billing.Invoice
	Payment      billing.Payment
	Checkout     record.Checkout

	needs bool // when it was placed, the subscription needed a payment method
}

// NeedsMethod reports whether the order is paid with a payment method.
func (p Placed) NeedsMethod() bool {
	if p.Subscription.ID == "" {
		return !p.Invoice.Due().Nothing()
	}
	return p.needs
}

// Order places a cart in one commit: what is bought, its invoice, the payment
// that is to be made, the page on which to make it, and the customer when new.
// A session can be placed once, however many ask at the same moment.
func (s *Service) Order(ctx context.Context, o Order) (Placed, error) {
	if err := wallet.Sells(ctx, s.Store, o.Scope); err != nil {
		return Placed{}, err
	}
	for range tries {
		placed, err := s.order(ctx, o)
		if !errors.Is(err, record.ErrClaimed) {
			return placed, err
		}
	}
	return Placed{}, fmt.Errorf("place an order: %w", record.ErrClaimed)
}

func (s *Service) order(ctx context.Context, o Order) (Placed, error) {
	typed := o.Cart.Customer == "" && o.Actor.Kind == record.ByCustomer
	buyer, err := s.buyer(ctx, o.Scope, &o.Cart)
	if err != nil {
		return Placed{}, err
	}
	sale, err := s.gather(ctx, o.Scope, billing.Sale{Cart: o.Cart, Subscribes: o.Subscribes, Buys: o.Buys})
	if err != nil {
		return Placed{}, err
	}
	commit := record.Commit{Scope: o.Scope, Actor: o.Actor, Cause: "place an order", At: sale.At}
	if fresh := buyer.Fresh; fresh != nil {
		fresh.CreatedAt = sale.At
		sale.Customer, commit.Claims = *fresh, buyer.Claims
		commit.Put = append(commit.Put, *fresh, billing.Mailbox{Email: billing.NormalEmail(fresh.Email), Customer: fresh.ID})
	} else {
		commit.Attach = []any{sale.Customer}
		sale.Unproven = typed
	}
	out, err := s.compose(sale)
	if err != nil {
		return Placed{}, err
	}
	if err := sale.payable(out, o.pays); err != nil {
		return Placed{}, err
	}
	if err := s.only(ctx, sale, out); err != nil {
		return Placed{}, err
	}
	out.Checkout = s.session(o, out)
	out.Payment.Checkout = out.Checkout.ID
	if out.Subscription.ID != "" {
		commit.Put = append(commit.Put, out.Subscription)
	} else {
		commit.Put = append(commit.Put, out.Purchase)
	}
	commit.Put = append(commit.Put, out.Invoice, out.Payment, out.Checkout)
	if err := s.Store.Commit(ctx, commit); err != nil {
		return Placed{}, fmt.Errorf("place an order of %s: %w", out.Customer.ID, err)
	}
	return out, nil
}

// only refuses a subscription beside another one, where the merchant wants
// that. It is looked at again when the first payment begins.
func (s *Service) only(ctx context.Context, sale sale, p Placed) error {
	if p.Subscription.ID == "" {
		return nil
	}
	_, err := charging.Only(ctx, s.Store, charging.Bought{
		State: sale.state, Subscription: p.Subscription, Email: sale.Customer.Email, Due: p.Invoice.Due(),
	})
	return err
}

// buyer finds or makes the customer that a cart names by address, and writes
// one who is known into the cart.
func (s *Service) buyer(ctx context.Context, scope merchant.Scope, c *billing.Cart) (customers.Buyer, error) {
	if c.Customer != "" {
		return customers.Buyer{}, nil
	}
	typed := billing.Customer{Email: strings.TrimSpace(c.Email), Name: strings.TrimSpace(c.Name), Phone: c.Phone, Language: c.Language}
	if typed.Name == "" {
		typed.Name, _, _ = strings.Cut(typed.Email, "@")
	}
	if err := typed.Check(); err != nil {
		return customers.Buyer{}, err
	}
	buyer, err := s.Buyers.Buyer(ctx, scope, typed, c.AlwaysCreate)
	c.Customer = buyer.Customer
	return buyer, err
}

// payable refuses what none of the connected gateways is meant for, and what a
// method cannot be charged for. Before the buyer's country is known, any is
// thought possible.
func (o sale) payable(p Placed, m billing.Method) error {
	if free(p.Invoice, p.Purchase) {
		return nil
	}
	currency := p.Invoice.Total.Currency
	if err := wallet.Meant(o.state, currency, o.Cart.Billing.Country); err != nil {
		return err
	}
	return m.PaysIn(currency)
}

// compose makes what is bought, unless its first payment is too small for the
// gateway at which it would be paid.
func (s *Service) compose(sale sale) (Placed, error) {
	out, err := s.draw(sale)
	if err != nil {
		return out, err
	}
	due := out.Invoice.Due()
	g, _ := sale.state.GatewayFor(string(due.Currency), sale.Cart.Billing.Country)
	return out, billing.Chargeable(g.Name, due)
}

// draw makes what is bought, its invoice and the payment that is promised.
func (s *Service) draw(sale sale) (Placed, error) {
	wall := s.Wall()
	out := Placed{Customer: sale.Customer}
	payment := ids.New(ids.Payment, wall)
	sale.InvoiceID = ids.New(ids.Invoice, wall)
	product, quantity, recurs := sale.Plan()
	var err error
	if !recurs {
		sale.ID = ids.New(ids.Purchase, wall)
		if out.Purchase, out.Invoice, err = sale.Buy(); err != nil {
			return out, err
		}
		out.Purchase.FirstPayment = payment
		out.Payment = out.Purchase.Planned(payment, "", out.Invoice, sale.At)
		return out, nil
	}
	extras, err := sale.Lines()
	if err != nil {
		return out, err
	}
	c := sale.Cart
	out.Subscription, out.Invoice, err = billing.Subscribe(billing.Order{
		ID: ids.New(ids.Subscription, wall), InvoiceID: sale.InvoiceID, Product: product, Customer: sale.Customer,
		Quantity: quantity, TrialDays: c.TrialDays, Zone: sale.state.Business.Zone, Billing: c.Billing,
		TaxID: c.TaxID, BusinessName: c.BusinessName, Metadata: c.Metadata, Discounts: sale.Discounts, Seller: sale.Seller, TaxIDStatus: sale.TaxIDStatus, Unproven: sale.Unproven,
		Addons: sale.Addons, Extras: extras, OnDemand: c.OnDemand, Collect: c.Collect, Answers: c.Answers, At: sale.At,
	})
	if err != nil {
		return out, err
	}
	out.Subscription.FirstPayment = payment
	out.Payment = out.Subscription.Promised(payment, out.Invoice, sale.At)
	out.needs = out.Subscription.NeedsMethod(out.Invoice.Due())
	return out, nil
}

// session is the page on which the order is paid: a new one, or the one that
// the cart was kept in.
func (s *Service) session(o Order, p Placed) record.Checkout {
	page := o.Session
	if page.ID == "" {
		wall := s.Wall()
		page = record.Checkout{
			ID: ids.New(ids.CheckoutSession, wall), Page: o.Page, ReturnURL: o.ReturnURL, CreatedAt: wall, ExpiresAt: wall.Add(PageLife),
		}
	}
	page.Subscription, page.Purchase, page.Customer = p.Subscription.ID, p.Purchase.ID, p.Customer.ID
	page.Payment, page.Invoice = p.Payment.ID, p.Invoice.ID
	return page
}

// free reports an order of nothing to pay, which needs no payment method.
func free(v billing.Invoice, p billing.Purchase) bool {
	return p.ID != "" && v.Due().Nothing()
}
