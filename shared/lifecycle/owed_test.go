package lifecycle_test

import (
	"testing"
	"time"

	"perennial/shared/billing"
	"perennial/shared/lifecycle/lifecycletest"
	"perennial/shared/money"
	"perennial/shared/tax"
)

// lapsed is a subscription of a German customer whose renewal fails at 19 %;
// 16 % holds from three days later.
func lapsed(t *testing.T) (*lifecycletest.World, billing.Subscription) {
	t.Helper()
	w := lifecycletest.New(t)
	collect(w, "2099-01-01")
	sub := w.OnHold()
	collect(w, tax.DateIn("DE", w.Now().Add(3*24*time.Hour)))
	if len(sub.Open) != 1 {
		t.Fatalf("the renewal is %+v", sub)
	}
	if v := lifecycletest.Get[billing.Invoice](w, sub.Open[0]); v.Tax.Minor != 380 {
		t.Fatalf("the notice has a tax of %v", v.Tax)
	}
	return w, sub
}

// Rules 16: the tax date is the payment, and what was shown is charged.
func TestOpenDuesAreTaxedWhenTheyArePaid(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		days     int
		tax, due int64
	}{"paid before the rate falls": {1, 380, 2380}, "paid after": {5, 320, 2320}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, sub := lapsed(t)
			w.Clock.Advance(time.Duration(c.days) * 24 * time.Hour)
			quote, err := w.Recovery.Quote(t.Context(), w.Scope, sub.ID)
			if err != nil || quote.Total.Minor != c.due {
				t.Fatalf("a quote of %v, want %d, %v", quote.Total, c.due, err)
			}
			paid, err := w.Pay(sub.ID, "visa_ok")
			if err != nil || paid.Payment.Amount != quote.Total || paid.Payment.Tax.Minor != c.tax {
				t.Errorf("paid %v with a tax of %v, %v", paid.Payment.Amount, paid.Payment.Tax, err)
			}
			if got, d := lastTax(t, w); got != c.tax || d.Date != tax.DateIn("DE", w.Now()) {
				t.Errorf("the invoice says %d on %s", got, d.Date)
			}
			w.Reconcile()
		})
	}
}

// Credit goes off after tax: what a lower tax leaves of it is not lost.
func TestCreditThatALowerTaxLeavesIsKept(t *testing.T) {
	t.Parallel()
	w, sub := lapsed(t)
	v := lifecycletest.Get[billing.Invoice](w, sub.Open[0])
	v.Credit = money.Of(2380, "USD")
	w.Put(v)
	seller := w.State().Seller.Tax
	after, dues, err := sub.Owes([]billing.Invoice{v}, seller, w.Now().Add(5*24*time.Hour), 0, time.UTC)
	if err != nil || dues.Total.Minor != 0 || dues.Invoices[0].Credit.Minor != 2320 || after.Balance().Minor != 60 {
		t.Errorf("%v is due, credit %v used, %v left, %v", dues.Total, dues.Invoices[0].Credit, after.Balance(), err)
	}
}
