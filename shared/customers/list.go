package customers

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"perennial/shared/billing"
	"perennial/shared/merchant"
	"perennial/shared/record"
	"perennial/shared/register"
)

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
	found, err := record.Several[billing.Customer](ctx, s.Store, scope, known...)
	if err != nil {
		return nil, fmt.Errorf("customers of an address: %w", err)
	}
	var page []billing.Customer
	for _, c := range found {
		if contains(c.Name, f.Name) && created(c, q) {
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
