package catalog

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"strings"

	"perennial/shared/billing"
	"perennial/shared/calendar"
	"perennial/shared/fault"
	"perennial/shared/ids"
	"perennial/shared/merchant"
	"perennial/shared/record"
	"perennial/shared/register"
)

// CreateDiscount writes a new discount; id and times are set here, and a code
// where there is none.
func (s *Service) CreateDiscount(ctx context.Context, by By, d billing.Discount) (billing.Discount, error) {
	if d.Code = billing.NormalCode(d.Code); d.Code == "" {
		d.Code = rand.Text()[:16]
	}
	if err := s.checkDiscount(ctx, by.Scope, d, nil); err != nil {
		return d, err
	}
	at, err := s.now(ctx, by.Scope)
	if err != nil {
		return d, err
	}
	d.ID, d.CreatedAt, d.UpdatedAt = ids.New(ids.Discount, s.Wall()), at, at
	d, err = create(ctx, s, by, "create discount", at, d, billing.DiscountCode{Code: d.Code, Discount: d.ID})
	if errors.Is(err, record.ErrStale) {
		return d, billing.ErrCodeTaken
	}
	return d, err
}

// checkDiscount names everything that is wrong with a discount, and the
// products it is newly restricted to and that are not there.
func (s *Service) checkDiscount(ctx context.Context, scope merchant.Scope, d billing.Discount, known []string) error {
	var check fault.Check
	var added []string
	for _, id := range unique(d.Products) {
		if !slices.Contains(known, id) {
			added = append(added, id)
		}
	}
	if len(added) <= 500 {
		found, err := s.members(ctx, scope, added)
		if err != nil {
			return err
		}
		for _, id := range added {
			_, ok := found[id]
			check.That(ok, "restricted_to", id+" is no product of this business")
		}
	}
	return problems(d.Check(), &check, "The discount is not valid.")
}

// Discount reads one discount; a deleted one is not found.
func (s *Service) Discount(ctx context.Context, scope merchant.Scope, id string) (billing.Discount, error) {
	d, err := get[billing.Discount](ctx, s, scope, id)
	if err == nil && d.Deleted {
		return d, billing.ErrNoDiscount
	}
	return d, err
}

// DiscountByCode finds a discount by its code, in any case.
func (s *Service) DiscountByCode(ctx context.Context, scope merchant.Scope, code string) (billing.Discount, error) {
	return FindDiscount(ctx, s.Store, scope, code)
}

// FindDiscount finds a discount by its code, in any case.
func FindDiscount(ctx context.Context, l record.Loader, scope merchant.Scope, code string) (billing.Discount, error) {
	named, err := record.Get[billing.DiscountCode](ctx, l, scope, billing.NormalCode(code))
	if err != nil {
		return billing.Discount{}, fmt.Errorf("discount code: %w", err)
	}
	d, err := record.Get[billing.Discount](ctx, l, scope, named.Discount)
	if err == nil && d.Deleted {
		err = billing.ErrNoDiscount
	}
	return d, err
}

// DiscountFilter selects discounts of a list; empty fields select all.
type DiscountFilter struct {
	Active  *bool
	Code    string // a part of it, in any case
	Type    billing.DiscountType
	Product string // one that it applies to
}

// Discounts reads a page of discounts, newest first.
func (s *Service) Discounts(ctx context.Context, scope merchant.Scope, q record.Query, f DiscountFilter) ([]billing.Discount, error) {
	q.Filters["archived"] = "false"
	if f == (DiscountFilter{}) {
		return register.List[billing.Discount](ctx, s.Store, scope, q, nil)
	}
	at, err := s.now(ctx, scope)
	if err != nil {
		return nil, err
	}
	part := strings.ToUpper(f.Code)
	var broken error
	found, err := register.List(ctx, s.Store, scope, q, func(d billing.Discount) bool {
		if !strings.Contains(d.Code, part) || f.Type != "" && d.Type != f.Type || f.Product != "" && !d.AppliesTo(f.Product) {
			return false
		}
		if f.Active == nil || broken != nil {
			return broken == nil
		}
		var used map[string]int64
		if d.UsageLimit > 0 {
			used, broken = s.Uses(ctx, scope, d)
		}
		return d.Active(at, used[d.ID]) == *f.Active
	})
	return found, errors.Join(err, broken)
}

// UpdateDiscount changes a discount by change, which may run more than once.
// What was redeemed before keeps its terms.
func (s *Service) UpdateDiscount(ctx context.Context, by By, id string, change func(billing.Discount) billing.Discount) (billing.Discount, error) {
	return again(func() (billing.Discount, error) {
		old, err := s.Discount(ctx, by.Scope, id)
		if err != nil {
			return old, err
		}
		d := change(old)
		if d.Code = billing.NormalCode(d.Code); d.Code == old.Code {
			return s.writeDiscount(ctx, by, "update discount", old, d)
		}
		taken, err := record.Get[billing.DiscountCode](ctx, s.Store, by.Scope, d.Code)
		if err == nil && taken.Discount != id {
			return d, billing.ErrCodeTaken
		}
		if err != nil && !missing(err) {
			return d, fmt.Errorf("discount code: %w", err)
		}
		return s.writeDiscount(ctx, by, "update discount", old, d)
	})
}

// DeleteDiscount ends a discount and frees its code. Subscriptions that have
// it keep it.
func (s *Service) DeleteDiscount(ctx context.Context, by By, id string) error {
	_, err := again(func() (billing.Discount, error) {
		old, err := s.Discount(ctx, by.Scope, id)
		if err != nil {
			return old, err
		}
		d := old
		d.Deleted = true
		return s.writeDiscount(ctx, by, "delete discount", old, d)
	})
	return err
}

// writeDiscount commits a changed discount and moves its code.
func (s *Service) writeDiscount(ctx context.Context, by By, cause string, old, d billing.Discount) (billing.Discount, error) {
	if err := s.checkDiscount(ctx, by.Scope, d, old.Products); err != nil && !d.Deleted {
		return d, err
	}
	at, err := s.now(ctx, by.Scope)
	if err != nil {
		return d, err
	}
	d.UpdatedAt = at
	c := record.Commit{Scope: by.Scope, Actor: by.Actor, Cause: cause, At: at, Put: []any{d}}
	if d.Deleted || d.Code != old.Code {
		named, err := record.Get[billing.DiscountCode](ctx, s.Store, by.Scope, old.Code)
		if err != nil {
			return d, fmt.Errorf("code of %s: %w", d.ID, err)
		}
		c.Delete = []any{named}
	}
	if !d.Deleted && d.Code != old.Code {
		c.Put = append(c.Put, billing.DiscountCode{Code: d.Code, Discount: d.ID})
	}
	if err := s.Store.Commit(ctx, c); err != nil {
		return d, fmt.Errorf("%s %s: %w", cause, d.ID, err)
	}
	return record.Next(d), nil
}

// Reserved lists the customers who may redeem a discount that is for some
// only.
func (s *Service) Reserved(ctx context.Context, scope merchant.Scope, discount string) ([]string, error) {
	if _, err := s.Discount(ctx, scope, discount); err != nil {
		return nil, err
	}
	list, err := s.reserved(ctx, scope, discount)
	return list.Customers, err
}

func (s *Service) reserved(ctx context.Context, scope merchant.Scope, discount string) (billing.DiscountList, error) {
	list, err := record.Get[billing.DiscountList](ctx, s.Store, scope, discount)
	if missing(err) {
		return billing.DiscountList{Discount: discount}, nil
	}
	return list, err
}

// Reserve adds customers to those who may redeem a discount. Who is there
// already stays.
func (s *Service) Reserve(ctx context.Context, by By, discount string, customers []string) error {
	if _, err := s.Discount(ctx, by.Scope, discount); err != nil {
		return err
	}
	var check fault.Check
	for part := range slices.Chunk(unique(customers), 100) {
		var refs []record.Ref
		for _, id := range part {
			refs = append(refs, record.RefOf[billing.Customer](id))
		}
		found, err := s.Store.Load(ctx, by.Scope, refs...)
		if err != nil {
			return fmt.Errorf("customers: %w", err)
		}
		for i, obj := range found {
			check.That(obj != nil, "customer_ids", part[i]+" is no customer of this business")
		}
	}
	if err := check.Fault("INVALID_REQUEST_PARAMETERS", "The customers are not valid."); err != nil {
		return err
	}
	return s.relist(ctx, by, discount, func(now []string) []string { return unique(append(now, customers...)) })
}

// Unreserve takes a customer off a discount's list.
func (s *Service) Unreserve(ctx context.Context, by By, discount, customer string) error {
	return s.relist(ctx, by, discount, func(now []string) []string {
		return slices.DeleteFunc(now, func(id string) bool { return id == customer })
	})
}

// errLongList refuses more customers than a discount may be reserved for.
var errLongList = fault.New(fault.Invalid, "INVALID_REQUEST_PARAMETERS", "A discount is reserved for at most 10000 customers.")

// relist writes who may redeem a discount.
func (s *Service) relist(ctx context.Context, by By, discount string, change func([]string) []string) error {
	_, err := again(func() (billing.DiscountList, error) {
		if _, err := s.Discount(ctx, by.Scope, discount); err != nil {
			return billing.DiscountList{}, err
		}
		list, err := s.reserved(ctx, by.Scope, discount)
		if err != nil {
			return list, err
		}
		before := len(list.Customers)
		if list.Customers = change(list.Customers); len(list.Customers) == before {
			return list, nil
		}
		if len(list.Customers) > billing.MaxListed {
			return list, errLongList
		}
		var at calendar.Instant
		if at, err = s.now(ctx, by.Scope); err != nil {
			return list, err
		}
		return create(ctx, s, by, "reserve discount", at, list)
	})
	return err
}
