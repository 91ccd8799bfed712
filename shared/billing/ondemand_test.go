package billing_test

import (
	"testing"

	"perennial/shared/billing"
	"perennial/shared/money"
)

// A merchant who charges 7.00 charges 7.00, whatever addons the
// subscription has got since it was sold.
func TestAChargeOnDemandIsTheSumThatWasNamed(t *testing.T) {
	t.Parallel()
	s := billing.Subscription{
		ID: "sub_1", Customer: "cus_1", Product: "pdt_1", Quantity: 1, Status: billing.StatusActive, OnDemand: true,
		Price:  billing.Price{Amount: money.Of(2000, "USD"), Every: monthly},
		Addons: []billing.AddonItem{{Addon: "adn_seat", Name: "Seat", Quantity: 2, Unit: money.Of(300, "USD")}},
	}
	_, invoice, err := s.ChargeOnDemand(billing.Charge{Amount: 700}, billing.Terms{Invoice: "inv_1", At: 1}, 1)
	if err != nil || invoice.Total.Minor != 700 || len(invoice.Lines) != 1 {
		t.Errorf("%v in %d lines, %v", invoice.Total, len(invoice.Lines), err)
	}
}
