// Package customers keeps a merchant's customers and what they have saved. An
// e-mail address is not unique: one address may belong to several customers,
// and is found through mailboxes.
package customers

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"

	"perennial/shared/billing"
	"perennial/shared/clock"
	"perennial/shared/ids"
	"perennial/shared/merchant"
	"perennial/shared/record"
)

// Store is what customers need of storage.
type Store interface {
	record.Loader
	record.Committer
	record.Lister
	record.Owned
	Directory
}

// Directory finds customers by address and tells a scope's state.
type Directory interface {
	// Customers lists the customers of an address, by id.
	Customers(ctx context.Context, scope merchant.Scope, email string) ([]string, error)
	State(ctx context.Context, scope merchant.Scope) (merchant.State, error)
}

// Service keeps customers.
type Service struct {
	Store Store
	Vault Vault
	Wall  clock.Wall
}

// tries is how often a decision is made anew when somebody was faster.
const tries = 5

// Create writes a new customer. c holds what the merchant knows; id, invoice
// series and creation are set here.
func (s *Service) Create(ctx context.Context, scope merchant.Scope, actor record.Actor, c billing.Customer) (billing.Customer, error) {
	if err := c.Check(); err != nil {
		return c, err
	}
	state, err := s.Store.State(ctx, scope)
	if err != nil {
		return c, fmt.Errorf("state of %s: %w", scope, err)
	}
	for range tries {
		fresh := s.Fresh(c)
		fresh.CreatedAt = state.Clock.Now(s.Wall())
		err = s.Store.Commit(ctx, record.Commit{
			Scope: scope, Actor: actor, Cause: "create customer", At: fresh.CreatedAt,
			Put: []any{fresh, mailbox(fresh)}, Claims: []record.Claim{Series(fresh)},
		})
		if err == nil {
			return record.Next(fresh), nil
		}
		if !errors.Is(err, record.ErrClaimed) {
			break
		}
	}
	return c, fmt.Errorf("create customer: %w", err)
}

// Fresh gives a new customer its id and invoice series.
func (s *Service) Fresh(c billing.Customer) billing.Customer {
	c.ID, c.InvoicePrefix = ids.New(ids.Customer, s.Wall()), prefix()
	return c
}

// Series claims the customer's invoice series, which no other may have
// (rules 17).
func Series(c billing.Customer) record.Claim { return record.Claim{Key: "series#" + c.InvoicePrefix} }

// prefix names an invoice series: six characters that cannot be misread.
func prefix() string {
	const letters = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ" // 32, so every byte is fair
	var b [6]byte
	_, _ = rand.Read(b[:]) // never fails: crypto/rand ends the process instead
	for i := range b {
		b[i] = letters[b[i]%32]
	}
	return string(b[:])
}

func mailbox(c billing.Customer) billing.Mailbox {
	return billing.Mailbox{Email: billing.NormalEmail(c.Email), Customer: c.ID}
}

// Get reads one customer.
func (s *Service) Get(ctx context.Context, scope merchant.Scope, id string) (billing.Customer, error) {
	c, err := record.Get[billing.Customer](ctx, s.Store, scope, id)
	if err != nil {
		return c, fmt.Errorf("customer %s: %w", id, err)
	}
	return c, nil
}

// Update changes a customer by change, which may run more than once.
func (s *Service) Update(ctx context.Context, scope merchant.Scope, actor record.Actor, id string, change func(billing.Customer) billing.Customer) (billing.Customer, error) {
	var err error
	for range tries {
		var c billing.Customer
		if c, err = s.update(ctx, scope, actor, id, change); !errors.Is(err, record.ErrStale) {
			return c, err
		}
	}
	return billing.Customer{}, fmt.Errorf("update %s: %w", id, err)
}

func (s *Service) update(ctx context.Context, scope merchant.Scope, actor record.Actor, id string, change func(billing.Customer) billing.Customer) (billing.Customer, error) {
	old, err := s.Get(ctx, scope, id)
	if err != nil {
		return old, err
	}
	c := change(old)
	if err := c.Check(); err != nil {
		return c, err
	}
	commit := record.Commit{Scope: scope, Actor: actor, Cause: "update customer", Put: []any{c}}
	if mailbox(c) != mailbox(old) {
		commit.Put, commit.Delete = append(commit.Put, mailbox(c)), []any{mailbox(old)}
	}
	return record.Next(c), s.Store.Commit(ctx, commit)
}
