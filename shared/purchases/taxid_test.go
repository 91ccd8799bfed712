package purchases_test

import (
	"context"
	"testing"

	"perennial/shared/merchant"
	"perennial/shared/tax"
	"perennial/shared/taxid"
)

// register answers for every tax id.
type register struct {
	status taxid.Status
	asked  int
}

// Check implements lifecycle.TaxIDs.
func (r *register) Check(context.Context, merchant.Scope, string, string) (taxid.Proof, error) {
	r.asked++
	return taxid.Proof{Status: r.status}, nil
}

// Rules 15: a one-time purchase is taxed as its buyer's number is known, as a
// subscription is.
func TestABusinessBuysOnceByItsCheckedNumber(t *testing.T) {
	t.Parallel()
	for status, shifts := range map[taxid.Status]bool{taxid.Pending: false, taxid.Valid: true} {
		s := openShop(t)
		state := s.State()
		state.Seller.Tax = tax.Seller{Country: "FR", Registrations: []tax.Registration{
			{Country: "FR", Number: "FR83404833048", Scheme: tax.Local}, {Country: "FR", Number: "FR83404833048", Scheme: tax.OSS},
		}}
		s.Put(state)
		office := &register{status: status}
		s.sales.TaxIDs = office
		c := s.cart()
		c.TaxID, c.BusinessName = "DE136695976", "Northwind GmbH"
		quote, err := s.sales.Quote(t.Context(), s.Scope, c)
		if err != nil {
			t.Fatal(err)
		}
		placed := s.order(c)
		if len(placed.Invoice.Levies) != 1 || (placed.Invoice.Levies[0].Treatment == tax.ReverseCharge) != shifts || placed.Invoice.Tax.Nothing() != shifts || office.asked != 2 {
			t.Errorf("%s: taxed as %+v, asked %d times", status, placed.Invoice.Levies, office.asked)
		}
		if quote.TaxID.Status != status {
			t.Errorf("the quote tells %q of the number, not %q", quote.TaxID.Status, status)
		}
		if quote.Invoice.Due() != placed.Invoice.Due() {
			t.Errorf("%s: %v was shown, %v is asked", status, quote.Invoice.Due(), placed.Invoice.Due())
		}
		if got, err := s.pay(placed.Purchase.ID, "visa_ok"); err != nil || got.Payment.Amount != placed.Invoice.Due() {
			t.Errorf("%s: paid %v, %v", status, got.Payment.Amount, err)
		}
	}
}
