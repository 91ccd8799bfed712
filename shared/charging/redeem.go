package charging

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"perennial/shared/billing"
	"perennial/shared/merchant"
	"perennial/shared/record"
)

// redemptions is how often a lock is taken anew because other customers
// redeemed the same discount at the same moment.
const redemptions = 40

// redeem commits the lock of an attempt together with the count of the
// discounts that it is the first to redeem. Every customer of a popular code
// meets at its count, before any money moves; who cannot get through is asked
// to try again.
func (s *Service) redeem(ctx context.Context, a *attempt, put []any, events []billing.Event) error {
	before := a.Case
	for range redemptions {
		counts, moved, err := s.counts(ctx, a)
		if err != nil {
			return err
		}
		if moved {
			return record.ErrStale
		}
		redeemed, uses, err := before.Redeem(counts)
		if err != nil {
			return err
		}
		put[0] = owner(redeemed)
		all := append([]any{}, put...)
		for _, u := range uses {
			all = append(all, u)
		}
		err = s.Store.Commit(ctx, s.commit(a, all, events))
		if err == nil {
			a.Case = redeemed
			return nil
		}
		if !errors.Is(err, record.ErrStale) {
			return err
		}
		if err := pause(ctx); err != nil {
			return err
		}
	}
	return billing.ErrDiscountContention
}

// counts reads how often an attempt's discounts were redeemed, and whether
// its owner or a mark that it takes has moved on.
func (s *Service) counts(ctx context.Context, a *attempt) (counts []billing.DiscountUse, moved bool, err error) {
	self := record.RefOf[billing.Subscription](a.Owner())
	if a.Purchase != nil {
		self = record.RefOf[billing.Purchase](a.Owner())
	}
	refs := []record.Ref{self}
	for _, m := range a.marks {
		refs = append(refs, record.RefOf[billing.Mark](m.ID))
	}
	for _, name := range a.Uncounted() {
		refs = append(refs, record.RefOf[billing.DiscountUse](name))
	}
	found, err := s.Store.Load(ctx, a.scope, refs...)
	if err != nil {
		return nil, false, fmt.Errorf("redemptions of %s: %w", a.Owner(), err)
	}
	moved = versionOf(found[0]) != versionOf(owner(a.Case))
	for i, m := range a.marks {
		moved = moved || versionOf(found[1+i]) != m.Version
	}
	return usesIn(found), moved, nil
}

func usesIn(found []any) []billing.DiscountUse {
	var uses []billing.DiscountUse
	for _, obj := range found {
		if u, ok := obj.(billing.DiscountUse); ok {
			uses = append(uses, u)
		}
	}
	return uses
}

// versionOf is the version of an owner or a mark; 0 when it is not stored yet.
func versionOf(object any) int64 {
	switch o := object.(type) {
	case billing.Mark:
		return o.Version
	case billing.Subscription:
		return o.Version
	case billing.Purchase:
		return o.Version
	}
	return 0
}

// pause lets rivals pass.
func pause(ctx context.Context) error {
	timer := time.NewTimer(time.Duration(rand.Int64N(int64(30 * time.Millisecond))))
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// Counted loads what an owner that ends unpaid gives back of its discounts.
func Counted(ctx context.Context, l record.Loader, scope merchant.Scope, applied []billing.Applied, customer string) ([]billing.DiscountUse, error) {
	return Counts(ctx, l, scope, billing.Uses(applied, customer, true))
}

// Counts loads counts of redemptions by their names.
func Counts(ctx context.Context, l record.Loader, scope merchant.Scope, names []string) ([]billing.DiscountUse, error) {
	var refs []record.Ref
	for _, name := range names {
		refs = append(refs, record.RefOf[billing.DiscountUse](name))
	}
	if len(refs) == 0 {
		return nil, nil
	}
	found, err := l.Load(ctx, scope, refs...)
	if err != nil {
		return nil, fmt.Errorf("redemptions: %w", err)
	}
	return usesIn(found), nil
}
