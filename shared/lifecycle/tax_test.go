package lifecycle_test

import (
	"context"
	"testing"
	"time"

	"perennial/shared/billing"
	"perennial/shared/lifecycle/lifecycletest"
	"perennial/shared/merchant"
	"perennial/shared/record"
	"perennial/shared/tax"
	"perennial/shared/taxid"
)

// collect lets the merchant collect tax in Germany, and in the rest of the EU
// by One Stop Shop, at rates of its own that change in the middle of 2027.
func collect(w *lifecycletest.World, change tax.Date) {
	state := w.State()
	state.Seller.Tax = tax.Seller{
		Country: "FR",
		Registrations: []tax.Registration{
			{Country: "FR", Scheme: tax.Local, Number: "FR40303265045", From: "2020-01-01"},
			{Country: "FR", Scheme: tax.OSS, Number: "FR40303265045", From: "2020-01-01"},
		},
		Overrides: []tax.Override{{Country: "DE", Rate: 160_000, From: change}},
	}
	w.Put(state)
}

// lastTax is the tax and its rate on the newest paid invoice.
func lastTax(t *testing.T, w *lifecycletest.World) (int64, tax.Decision) {
	t.Helper()
	found, err := w.Store.Owned(t.Context(), w.Scope, w.Customer.ID, record.KindInvoice)
	if err != nil {
		t.Fatal(err)
	}
	var newest billing.Invoice
	for _, obj := range found {
		if v := obj.(billing.Invoice); v.Status == billing.InvoicePaid && v.PaidAt >= newest.PaidAt {
			newest = v
		}
	}
	if len(newest.Levies) != 1 {
		t.Fatalf("an invoice with levies %+v", newest.Levies)
	}
	return newest.Tax.Minor, newest.Levies[0]
}

// R272, R274: a subscription from before a change of rates is renewed at the
// new rate, and what it paid before stays as it was.
func TestRenewalsFollowTheRate(t *testing.T) {
	t.Parallel()
	w := lifecycletest.New(t)
	collect(w, tax.DateIn("DE", w.Now().Add(10*24*time.Hour)))
	s := w.Active("visa_ok")
	if paid, d := lastTax(t, w); paid != 380 || d.Rate.Percent() != "19" {
		t.Errorf("first payment: %d at %s %%, want 380 at 19 %%", paid, d.Rate.Percent())
	}
	w.AdvanceTo(s.Period.End)
	if paid, d := lastTax(t, w); paid != 320 || d.Rate.Percent() != "16" {
		t.Errorf("renewal: %d at %s %%, want 320 at 16 %%", paid, d.Rate.Percent())
	}
}

// office answers for every tax id.
type office struct{ status taxid.Status }

// Check implements lifecycle.TaxIDs.
func (o *office) Check(context.Context, merchant.Scope, string, string) (taxid.Proof, error) {
	return taxid.Proof{Status: o.status}, nil
}

func TestABusinessIsTaxedUntilItsNumberIsChecked(t *testing.T) {
	t.Parallel()
	w := lifecycletest.New(t)
	collect(w, "2099-01-01")
	register := &office{taxid.Pending}
	w.Life.TaxIDs = register
	sales, in := w.Sales(w.Store), w.Wish()
	sales.TaxIDs, in.Cart.TaxID = register, "DE136695976"
	sold, err := sales.Order(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Pay(sold.Subscription.ID, "visa_ok"); err != nil {
		t.Fatal(err)
	}
	if paid, d := lastTax(t, w); paid != 380 || d.Reason != tax.ReasonPending {
		t.Errorf("while the register is out of order: %d, %+v", paid, d)
	}
	register.status = taxid.Valid
	w.AdvanceTo(w.Sub(sold.Subscription.ID).Period.End)
	if paid, d := lastTax(t, w); paid != 0 || d.Treatment != tax.ReverseCharge || d.TaxID != "DE136695976" {
		t.Errorf("once it is valid: %d, %+v; want reverse charge", paid, d)
	}
}
