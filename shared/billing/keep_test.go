package billing_test

import (
	"errors"
	"testing"

	"perennial/shared/billing"
	"perennial/shared/merchant"
	"perennial/shared/money"
)

// A plan that waits for the next date is what the next renewal bills: the
// discount must be for it, and goes with it.
func TestKeepingTakesADiscountOnForThePlanToCome(t *testing.T) {
	t.Parallel()
	stay := billing.Discount{ID: "dsc_1", Code: "STAY20", Type: billing.DiscountPercentage, BasisPoints: 2000, Products: []string{"pdt_lite"}}
	s := billing.Subscription{
		ID: "sub_1", Status: billing.StatusActive, Product: "pdt_1", Quantity: 1, Cancel: billing.Cancellation{AtPeriodEnd: true},
		Price: billing.Price{Amount: money.Of(3000, "USD")}, Mails: billing.Campaign{Trigger: merchant.TriggerCancelled, Offer: "dsc_1"},
	}
	if err := s.Takes(stay); !errors.Is(err, billing.ErrDiscountProduct) {
		t.Errorf("for another product: %v", err)
	}
	s.Scheduled = &billing.PlanChange{Plan: billing.Plan{Product: "pdt_lite", Quantity: 1, Price: billing.Price{Amount: money.Of(1000, "USD")}}}
	kept, err := s.Keep(billing.ApplyDiscounts([]billing.Discount{stay}))
	if err != nil {
		t.Fatal(err)
	}
	got := kept.Subscription
	if len(got.Discounts) != 1 || len(got.Scheduled.Plan.Discounts) != 1 || got.Offered() != "" || got.Ending() {
		t.Errorf("kept: %+v", got)
	}
	if len(s.Scheduled.Plan.Discounts) != 0 {
		t.Error("the plan before was changed")
	}
	got.Cancel.AtPeriodEnd = true
	if _, err := got.Keep(billing.ApplyDiscounts([]billing.Discount{stay})); !errors.Is(err, billing.ErrDiscountTwice) {
		t.Errorf("again: %v", err)
	}
}
