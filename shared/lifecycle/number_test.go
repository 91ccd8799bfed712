package lifecycle_test

import (
	"testing"

	"perennial/shared/billing"
	"perennial/shared/lifecycle/lifecycletest"
	"perennial/shared/merchant"
	"perennial/shared/tax"
)

// R307, rules 17, 18: every period has an invoice of its own; a series of the business numbers what was paid, in order, and
// the seller is kept as the invoice names them.
func TestASeriesOfTheBusinessNumbersWhatIsPaid(t *testing.T) {
	t.Parallel()
	w := lifecycletest.New(t)
	state := w.State()
	state.Seller = merchant.Seller{Name: "Northwind GmbH", Numbering: merchant.Numbering{
		PerBusiness: true, Invoices: merchant.Template{Prefix: "R-"}, CreditNotes: merchant.Template{Prefix: "G-"},
	}}
	w.Put(state)
	w.Active("visa_ok")
	w.Advance(65 * day)
	numbers := map[string]bool{}
	for _, v := range lifecycletest.All[billing.Invoice](w) {
		numbers[v.Number] = true
		if v.Seller.Name != "Northwind GmbH" || v.Template == 0 {
			t.Errorf("%s names the seller %+v", v.Number, v.Seller)
		}
	}
	if len(numbers) != 3 || !numbers["R-000001"] || !numbers["R-000003"] {
		t.Errorf("three payments have the numbers %v", numbers)
	}
	w.Reconcile()
}

// Rules 15: tax is charged under the merchant's registration, in the payment
// and in the books.
func TestRenewalsBearTheSellersTax(t *testing.T) {
	t.Parallel()
	w := lifecycletest.New(t)
	state := w.State()
	state.Seller.Tax = tax.Seller{
		Country: "DE", Registrations: []tax.Registration{{Country: "DE", Scheme: tax.Local, Number: "DE136695976", From: "2020-01-01"}},
	}
	w.Put(state)
	w.Active("visa_ok")
	w.Advance(32 * day)
	payments := lifecycletest.All[billing.Payment](w)
	for _, p := range payments {
		if p.Amount.Minor != 2380 || p.Tax.Minor != 380 {
			t.Errorf("paid %v with tax %v", p.Amount, p.Tax)
		}
	}
	for _, v := range lifecycletest.All[billing.Invoice](w) {
		if len(v.Levies) != 1 || v.Levies[0].Registration != "DE136695976" || v.Levies[0].Rate != 190_000 {
			t.Errorf("%s says of the tax %+v", v.Number, v.Levies)
		}
	}
	if len(payments) != 2 {
		t.Errorf("%d payments", len(payments))
	}
	w.Reconcile()
}
