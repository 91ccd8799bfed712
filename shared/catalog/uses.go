package catalog

import (
	"context"
	"fmt"
	"slices"

	"perennial/shared/billing"
	"perennial/shared/merchant"
	"perennial/shared/record"
)

// Uses counts how often discounts were redeemed, by id.
func (s *Service) Uses(ctx context.Context, scope merchant.Scope, discounts ...billing.Discount) (map[string]int64, error) {
	used := make(map[string]int64, len(discounts))
	for part := range slices.Chunk(discounts, 100) {
		var refs []record.Ref
		for _, d := range part {
			refs = append(refs, record.RefOf[billing.DiscountUse](billing.DiscountUseID(d.ID, "")))
		}
		found, err := s.Store.Load(ctx, scope, refs...)
		if err != nil {
			return nil, fmt.Errorf("redemptions: %w", err)
		}
		for i, obj := range found {
			if count, ok := obj.(billing.DiscountUse); ok {
				used[part[i].ID] = count.Used
			}
		}
	}
	return used, nil
}
