package subscriptions

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"perennial/shared/billing"
	"perennial/shared/customers"
	"perennial/shared/fault"
	"perennial/shared/lifecycle"
	"perennial/shared/record"
)

// Order is a new purchase by a customer who is known, or is named by address.
type Order struct {
	lifecycle.Subscribe
	Email        string // of a customer by address, instead of Subscribe.Customer
	Name         string // of a new customer; empty takes the address's first part
	Phone        string
	AlwaysCreate bool   // even when the address is known
	Currency     string // when given, the product's must be this
}

// ErrCurrency refuses to bill in another currency than the product's.
var ErrCurrency = fault.New(fault.Unsupported, "UNSUPPORTED_ACTION", "A subscription is billed in its product's currency; leave billing_currency out.")

// Order begins a subscription. An address that is known already means its
// latest customer.
func (s *Service) Order(ctx context.Context, o Order) (lifecycle.Subscribed, error) {
	if err := s.payable(o.Scope); err != nil {
		return lifecycle.Subscribed{}, err
	}
	if o.Currency != "" {
		if err := s.sameCurrency(ctx, o); err != nil {
			return lifecycle.Subscribed{}, err
		}
	}
	for range tries {
		in, err := s.buyer(ctx, o)
		if err != nil {
			return lifecycle.Subscribed{}, err
		}
		placed, err := s.Orderer.Subscribe(ctx, in)
		if !errors.Is(err, record.ErrClaimed) {
			return placed, err
		}
	}
	return lifecycle.Subscribed{}, fmt.Errorf("order %s: %w", o.Product, record.ErrClaimed)
}

func (s *Service) sameCurrency(ctx context.Context, o Order) error {
	product, err := record.Get[billing.Product](ctx, s.Store, o.Scope, o.Product)
	if errors.Is(err, record.ErrNotFound) {
		return lifecycle.ErrNoProduct
	}
	if err == nil && string(product.Price.Amount.Currency) != o.Currency {
		return ErrCurrency
	}
	return err
}

// buyer finds or makes the customer of an order.
func (s *Service) buyer(ctx context.Context, o Order) (lifecycle.Subscribe, error) {
	in := o.Subscribe
	if o.Email == "" {
		return in, nil
	}
	if !o.AlwaysCreate {
		known, err := s.Store.Customers(ctx, o.Scope, o.Email)
		if err != nil {
			return in, fmt.Errorf("customers of an address: %w", err)
		}
		if len(known) > 0 {
			in.Customer = slices.Max(known) // ids are in order of creation
			return in, nil
		}
	}
	fresh := s.Customers.Fresh(billing.Customer{Email: o.Email, Name: o.Name, Phone: o.Phone})
	in.Buyer, in.Claims = &fresh, []record.Claim{customers.Series(fresh)}
	return in, nil
}
