// Package customers keeps a merchant's customers and what they have saved. An
// e-mail address is not unique: one address may belong to several customers,
// and is found through mailboxes.
package customers

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"perennial/shared/billing"
	"perennial/shared/clock"
	"perennial/shared/ids"
	"perennial/shared/merchant"
	"perennial/shared/record"
	"perennial/shared/register"
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
		fresh := s.Fresh(c, state)
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

// Fresh gives a new customer its id, invoice series and creation.
func (s *Service) Fresh(c billing.Customer, state merchant.State) billing.Customer {
	wall := s.Wall()
	c.ID, c.InvoicePrefix, c.CreatedAt = ids.New(ids.Customer, wall), prefix(), state.Clock.Now(wall)
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

// Filter selects customers.
type Filter struct {
	Email  string // a whole address, or part of one
	Name   string // part of a name, in any case
	From   time.Time
	To     time.Time
	Offset int
	Limit  int
}

// List reads a page of customers, newest first. A whole address is looked up;
// parts are searched for.
func (s *Service) List(ctx context.Context, scope merchant.Scope, f Filter) ([]billing.Customer, error) {
	q := record.Query{Kind: record.KindCustomer, From: f.From, To: f.To, Offset: f.Offset, Limit: f.Limit}
	if _, host, _ := strings.Cut(f.Email, "@"); strings.Contains(host, ".") {
		return s.byAddress(ctx, scope, f, q)
	}
	if f.Email == "" && f.Name == "" {
		return register.List[billing.Customer](ctx, s.Store, scope, q, nil)
	}
	return register.List(ctx, s.Store, scope, q, func(c billing.Customer) bool {
		return contains(c.Email, f.Email) && contains(c.Name, f.Name)
	})
}

func contains(text, part string) bool {
	return strings.Contains(strings.ToLower(text), strings.ToLower(strings.TrimSpace(part)))
}

// byAddress lists the customers who have an address.
func (s *Service) byAddress(ctx context.Context, scope merchant.Scope, f Filter, q record.Query) ([]billing.Customer, error) {
	known, err := s.Store.Customers(ctx, scope, f.Email)
	if err != nil {
		return nil, fmt.Errorf("customers of an address: %w", err)
	}
	refs := make([]record.Ref, len(known))
	for i, id := range known {
		refs[i] = record.RefOf[billing.Customer](id)
	}
	if len(refs) == 0 {
		return nil, nil
	}
	found, err := s.Store.Load(ctx, scope, refs...)
	if err != nil {
		return nil, fmt.Errorf("customers of an address: %w", err)
	}
	var page []billing.Customer
	for _, obj := range found {
		c, ok := obj.(billing.Customer)
		if ok && contains(c.Name, f.Name) && created(c, q) {
			page = append(page, c)
		}
	}
	slices.SortFunc(page, func(a, b billing.Customer) int { return newest(a, b) })
	from := min(f.Offset, len(page))
	return page[from:min(from+f.Limit, len(page))], nil
}

// created reports whether a customer was created within a query's bounds.
func created(c billing.Customer, q record.Query) bool {
	entry, err := record.Describe(c)
	return err == nil && q.Matches(entry)
}

func newest(a, b billing.Customer) int {
	if a.CreatedAt != b.CreatedAt {
		return int(min(max(b.CreatedAt-a.CreatedAt, -1), 1))
	}
	return strings.Compare(b.ID, a.ID)
}
