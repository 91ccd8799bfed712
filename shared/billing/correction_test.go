package billing_test

import (
	"errors"
	"testing"

	"perennial/shared/billing"
	"perennial/shared/money"
)

// Rules 18: another address or name makes one linked correction; one that
// would change the tax is refused.
func TestRule18OneLinkedCorrection(t *testing.T) {
	t.Parallel()
	seller := flatRate(190_000)
	v := paidInvoice(t, billing.Draft{
		Currency: "EUR", At: start, Seller: seller, Taxed: taxedInGermany, Buyer: billing.Buyer{Name: "Ada"},
		Lines: []billing.Line{{Quantity: 1, Unit: money.Of(10_000, "EUR")}},
	})
	v.FinalAt = start
	buyer := billing.Buyer{Name: "Ada", Business: "Ada GmbH", TaxID: "DE123456789"}
	c, old, err := v.Correct("inv_c", buyer, seller, taxedInGermany, start.Add(day))
	if err != nil {
		t.Fatal(err)
	}
	if c.Number != "ADA1-0001-C" || c.Corrects != v.ID || c.Buyer != buyer || c.Total != v.Total || c.Tax != v.Tax {
		t.Errorf("the correction is %+v", c)
	}
	if old.Corrected != "inv_c" || old.Buyer != v.Buyer || old.Number != v.Number {
		t.Errorf("the invoice became %+v", old)
	}
	if _, _, err := old.Correct("inv_d", buyer, seller, taxedInGermany, start); !errors.Is(err, billing.ErrCorrected) {
		t.Errorf("a second correction: %v", err)
	}
	exempt := taxedInGermany
	exempt.Exempt = true
	if _, _, err := v.Correct("inv_c", buyer, seller, exempt, start); !errors.Is(err, billing.ErrTaxChanges) {
		t.Errorf("a correction that frees of tax: %v", err)
	}
}
