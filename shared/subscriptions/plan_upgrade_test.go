package subscriptions_test

import (
	"testing"

	"perennial/shared/billing"
	"perennial/shared/lifecycle"
	"perennial/shared/proration"
)

// R101, R102: who gives up five seats pays less, though the plan is dearer.
func TestAnUpgradeCountsAddons(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	sub := s.on("pdt_basic")
	sub.Addons = []billing.AddonItem{{Addon: "adn_seat", Unit: sub.Price.Amount, Quantity: 5}}
	for seats, want := range map[int64]bool{1: false, 5: true, 9: true} {
		c := s.order(sub.ID, "pdt_pro", proration.Prorated)
		c.Addons = []lifecycle.AddonWish{{Addon: "adn_seat", Quantity: seats}}
		if up, err := s.plans.Upgrades(t.Context(), c, sub); err != nil || up != want {
			t.Errorf("%d seats: upgrade %t, %v", seats, up, err)
		}
	}
	kept := sub
	kept.Price.Amount.Minor, kept.Addons = 4000, nil // bought before the price fell
	if up, err := s.plans.Upgrades(t.Context(), s.order(sub.ID, "pdt_basic", proration.Prorated), kept); err != nil || !up {
		t.Errorf("the same plan at the price of then: upgrade %t, %v", up, err)
	}
}
