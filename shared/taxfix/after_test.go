package taxfix_test

import (
	"testing"
	"time"

	"perennial/shared/billing"
	"perennial/shared/lifecycle/lifecycletest"
	"perennial/shared/money"
	"perennial/shared/proration"
	"perennial/shared/record"
	"perennial/shared/subscriptions"
	"perennial/shared/tax"
)

// What a plan change gives back after a correction holds the tax that was
// right, not the one that was charged.
func TestAPlanChangeAfterACorrectionGivesBackTheRightTax(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		rate       tax.Rate
		gross, tax int64 // of half of the period
	}{
		"too much":   {160_000, 1160, 160},
		"too little": {250_000, 1190, 238},
	} {
		w, fix, sub := corrected(t, "visa_ok", c.rate)
		run(t, w, fix, false)
		cheap := w.Product
		cheap.ID, cheap.Version, cheap.Price.Amount = "pdt_cheap", 0, money.Of(100, "USD")
		w.Put(cheap)
		half := sub.Period.Start.Add(sub.Period.End.Sub(sub.Period.Start) / 2)
		w.AdvanceTo(half)
		plans := &subscriptions.Service{Store: w.Store, Charger: w.Charging, Wall: w.Clock.Now}
		got, err := plans.PreviewPlan(t.Context(), subscriptions.PlanChange{
			Scope: w.Scope, Actor: record.System, Subscription: sub.ID, Product: "pdt_cheap", Quantity: 1, Mode: proration.Prorated, By: billing.ByMerchant,
		})
		if err != nil {
			t.Fatal(err)
		}
		if back := got.Quote.Credit; back.Gross.Minor != c.gross || back.Tax.Minor != c.tax {
			t.Errorf("%s: %v with %v tax go back, want %d with %d", name, back.Gross, back.Tax, c.gross, c.tax)
		}
	}
}

// A whole refund after tax that became credit has its credit note too, over
// what no note took back yet.
func TestAWholeRefundAfterTaxThatBecameCreditHasItsNote(t *testing.T) {
	t.Parallel()
	w, fix, sub := corrected(t, "refund_fails", 160_000)
	run(t, w, fix, false)
	p := lifecycletest.Get[billing.Payment](w, sub.FirstPayment)
	for range 3 {
		w.Clock.Advance(5 * time.Minute)
		if err := w.LookAt(record.RefOf[billing.Refund](p.Refunds[0])); err != nil {
			t.Fatal(err)
		}
	}
	p = lifecycletest.Get[billing.Payment](w, sub.FirstPayment)
	invoices := []billing.Invoice{lifecycletest.Get[billing.Invoice](w, p.Invoices[0])}
	p, r, err := p.Refund(billing.RefundWish{ID: "ref_1", At: w.Now(), Wall: w.Clock.Now()}, invoices)
	if err != nil {
		t.Fatal(err)
	}
	ch, err := r.Succeed(p, "re_1", w.Now())
	if err == nil {
		ch, err = ch.Noted(invoices, []string{"inv_note"}, billing.Issuer{}, w.Customer)
	}
	if err != nil || len(ch.Refund.Notes) != 1 {
		t.Fatalf("%v, the refund is %+v", err, ch.Refund)
	}
	if note := ch.Invoices[1]; note.Total.Minor != -2320 || note.Tax.Minor != -320 {
		t.Errorf("the note takes back %v with %v tax", note.Total, note.Tax)
	}
}
