// Package purchases sells carts: one-time products, a subscription, or both on
// one invoice. A cart is placed at once, or kept in a checkout session until
// the customer has said the rest. It also makes the payments of one-time
// purchases; those of subscriptions belong to recovery and charging.
//
// What a preview shows and what is charged is composed by the same code.
package purchases

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"perennial/shared/billing"
	"perennial/shared/charging"
	"perennial/shared/clock"
	"perennial/shared/customers"
	"perennial/shared/gateway"
	"perennial/shared/lifecycle"
	"perennial/shared/merchant"
	"perennial/shared/money"
	"perennial/shared/record"
	"perennial/shared/recovery"
	"perennial/shared/taxid"
)

// Store is what selling needs of storage.
type Store interface {
	charging.Patrons
	record.Committer
	State(ctx context.Context, scope merchant.Scope) (merchant.State, error)
}

// Charger makes and finishes payments.
type Charger interface {
	Charge(ctx context.Context, in charging.Start) (charging.Result, error)
	Finish(ctx context.Context, r charging.Recover) (charging.Result, error)
	Supersede(ctx context.Context, r charging.Recover) (charging.Result, error)
}

// Recovery pays for subscriptions.
type Recovery interface {
	ChangeMethod(ctx context.Context, p recovery.Pay) (recovery.Result, error)
	Finish(ctx context.Context, scope merchant.Scope, subscription string) (recovery.Result, error)
}

// Wallet saves new payment methods.
type Wallet interface {
	Save(ctx context.Context, scope merchant.Scope, actor record.Actor, c billing.Customer, token string, from gateway.Fields) (billing.Method, error)
}

// Buyers finds or makes the customer of a cart.
type Buyers interface {
	Buyer(ctx context.Context, scope merchant.Scope, c billing.Customer, create bool) (customers.Buyer, error)
}

// Service sells.
type Service struct {
	Store    Store
	Charger  Charger
	Recovery Recovery
	Wallet   Wallet
	Buyers   Buyers
	TaxIDs   lifecycle.TaxIDs // nil leaves every tax id unchecked
	Wall     clock.Wall
}

// tries is how often a decision is made anew when somebody was faster.
const tries = 5

// MaxAttempts is how many payments customers may try for one purchase.
const MaxAttempts = recovery.MaxAttempts

// sale is a cart with everything around it that is known by now.
type sale struct {
	billing.Sale
	scope merchant.Scope
	state merchant.State
	taxID taxid.Proof // what is known of the cart's
}

// gather loads a scope's state, the products of a cart, its customer when it
// names one, and its discounts.
func (s *Service) gather(ctx context.Context, scope merchant.Scope, of billing.Sale) (sale, error) {
	out, cart := sale{scope: scope, Sale: of}, of.Cart
	if err := cart.Check(); err != nil {
		return out, err
	}
	refs := []record.Ref{record.RefOf[merchant.State](scope.String())}
	for _, item := range cart.Items {
		refs = append(refs, record.RefOf[billing.Product](item.Product))
	}
	if cart.Customer != "" {
		refs = append(refs, record.RefOf[billing.Customer](cart.Customer))
	}
	found, err := s.Store.Load(ctx, scope, refs...)
	if err != nil {
		return out, err
	}
	if err := out.know(found); err != nil {
		return out, err
	}
	if err := out.localise(); err != nil {
		return out, err
	}
	out.At, out.Seller = out.state.Clock.Now(s.Wall()), out.state.Seller.Tax
	if err := out.Check(); err != nil {
		return out, err
	}
	if out.Addons, err = s.addons(ctx, out); err != nil {
		return out, err
	}
	if id := cart.TaxID; id != "" && s.TaxIDs != nil {
		proof, err := s.TaxIDs.Check(ctx, scope, id, cart.Billing.Country)
		if err != nil {
			return out, err
		}
		out.TaxIDStatus, out.taxID = proof.Status, proof
	}
	if err := s.endTrials(ctx, &out); err != nil {
		return out, err
	}
	out.Discounts, err = s.discounts(ctx, out)
	return out, err
}

// endTrials sells without a trial to whoever has had one, where the merchant
// gives each customer one.
func (s *Service) endTrials(ctx context.Context, o *sale) error {
	product, _, recurs := o.Plan()
	email := cmp.Or(o.Customer.Email, o.Cart.Email)
	if !recurs || email == "" {
		return nil
	}
	days := o.Cart.TrialDays
	if days < 0 {
		days = product.Price.TrialDays
	}
	_, err := charging.Trial(ctx, s.Store, charging.Bought{
		State: o.state, Email: email, Subscription: billing.Subscription{Product: product.ID, Customer: o.Customer.ID, TrialDays: days},
	})
	if errors.Is(err, charging.ErrTrialUsed) {
		o.Cart.TrialDays = 0
		return nil
	}
	return err
}

// know takes what was loaded.
func (o *sale) know(found []any) error {
	var ok bool
	if o.state, ok = found[0].(merchant.State); !ok {
		return fmt.Errorf("state of %s: %w", o.scope, record.ErrNotFound)
	}
	n := len(o.Cart.Items)
	for _, obj := range found[1 : 1+n] {
		product, ok := obj.(billing.Product)
		if !ok {
			return lifecycle.ErrNoProduct
		}
		o.Products = append(o.Products, product)
	}
	if o.Cart.Customer == "" {
		return nil
	}
	if o.Customer, ok = found[1+n].(billing.Customer); !ok {
		return lifecycle.ErrNoCustomer
	}
	return nil
}

// localise prices the products for where the buyer is, as far as that is
// known, and in the currency that the cart asks for.
func (o *sale) localise() error {
	country := o.Cart.Billing.Country
	if country == "" {
		country = o.state.Business.Country
	}
	for i := range o.Products {
		price, err := o.Products[i].PriceFor(country, money.Currency(o.Cart.Currency))
		if err != nil {
			return err
		}
		o.Products[i].Price = price
	}
	return nil
}

// addons are those that the cart's subscription is bought with, as they are
// sold now. Only what the product offers can be had.
func (s *Service) addons(ctx context.Context, o sale) ([]billing.AddonItem, error) {
	var wishes []lifecycle.AddonWish
	for i, item := range o.Cart.Items {
		for _, a := range item.Addons {
			if !slices.Contains(o.Products[i].Addons, a.Addon) {
				return nil, lifecycle.ErrNoAddon
			}
			wishes = append(wishes, lifecycle.AddonWish(a))
		}
	}
	return lifecycle.Addons(ctx, s.Store, o.scope, wishes, nil)
}

func (s *Service) discounts(ctx context.Context, o sale) ([]billing.Discount, error) {
	lines, err := o.Listed()
	if err != nil || len(o.Cart.Codes) == 0 {
		return nil, err
	}
	return lifecycle.Discounts(ctx, s.Store, lifecycle.Codes{
		Scope: o.scope, Codes: o.Cart.Codes, Customer: o.Customer, At: o.At, Lines: lines,
		Currency: o.Products[0].Price.Amount.Currency,
	})
}

// known loads a customer; one that does not exist is refused.
func (s *Service) known(ctx context.Context, scope merchant.Scope, id string) (billing.Customer, error) {
	c, err := record.Get[billing.Customer](ctx, s.Store, scope, id)
	if errors.Is(err, record.ErrNotFound) {
		return c, lifecycle.ErrNoCustomer
	}
	return c, err
}
