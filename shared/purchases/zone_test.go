package purchases_test

import (
	"strings"
	"testing"
	"time"

	"perennial/shared/billing"
	"perennial/shared/calendar"
	"perennial/shared/lifecycle/lifecycletest"
	"perennial/shared/merchant"
)

// R271, rules 17: what is paid at 23:30 UTC on New Year's Eve is paid in
// Berlin's new year, whether it is a subscription or a purchase.
func TestAPurchaseIsNumberedInTheYearOfTheBusinesssZone(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	state := s.State()
	state.Seller = merchant.Seller{Name: "Northwind GmbH", Numbering: merchant.Numbering{
		PerBusiness: true, Invoices: merchant.Template{Prefix: "R-", Year: true}, CreditNotes: merchant.Template{Prefix: "G-", Year: true},
	}}
	s.Put(state)
	s.AdvanceTo(calendar.At(time.Date(2027, 12, 31, 23, 30, 0, 0, time.UTC)))
	placed := s.order(s.cart())
	if _, err := s.pay(placed.Purchase.ID, "visa_ok"); err != nil {
		t.Fatal(err)
	}
	v := lifecycletest.Get[billing.Invoice](s.World, placed.Invoice.ID)
	if !strings.Contains(v.Series, "2028") {
		t.Errorf("the invoice is of series %q", v.Series)
	}
}
