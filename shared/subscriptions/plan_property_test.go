package subscriptions_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"perennial/shared/calendar"
	"perennial/shared/money"
	"perennial/shared/proration"
	"perennial/shared/tax"
)

// Rules 25: what a preview says is what the change takes, to the unit, and
// what it leaves as credit: for any prices, quantities, modes and instants, in
// currencies of 0, 2 and 3 decimals, with tax on top and within.
func TestWhatIsPreviewedIsWhatIsTaken(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		s := newShop(t)
		state := s.State()
		state.Seller.Tax = tax.Seller{Country: "DE", Registrations: []tax.Registration{{Country: "DE", Number: "DE136695976", Scheme: tax.Local}}}
		cur := rapid.SampledFrom([]money.Currency{"JPY", "USD", "BHD"}).Draw(r, "currency")
		inclusive := rapid.Bool().Draw(r, "tax within")
		for _, id := range []string{"pdt_from", "pdt_to"} {
			p := s.Product
			p.ID, p.Version = id, 0
			p.Price.Amount, p.Price.TaxInclusive = money.Of(rapid.Int64Range(1_000, 1_000_000).Draw(r, id), cur), inclusive
			p.Price.Every = calendar.Interval{Count: 30, Unit: calendar.Day}
			s.Put(p)
		}
		s.Put(state)
		s.Product.ID = "pdt_from"
		sub := s.Active("visa_ok")
		s.AdvanceTo(sub.Period.Start.Add(time.Duration(rapid.Int64Range(1, int64(29*day/time.Second)).Draw(r, "second")) * time.Second))
		wish := s.order(sub.ID, "pdt_to", rapid.SampledFrom([]proration.Mode{proration.Prorated, proration.Difference, proration.Full, proration.DoNotBill}).Draw(r, "mode"))
		wish.Quantity = rapid.Int64Range(1, 9).Draw(r, "quantity")
		preview, err := s.plans.PreviewPlan(t.Context(), wish)
		if err != nil {
			r.Fatal(err)
		}
		again, err := s.plans.PreviewPlan(t.Context(), wish)
		if err != nil || again.Due() != preview.Due() {
			r.Fatalf("previewed %v, then %v, %v", preview.Due(), again.Due(), err)
		}
		before := s.taken()
		got := s.change(wish)
		taken := s.taken() - before
		if preview.Carried { // too little to be charged: to the unit on the next invoice, with its credit
			taken += got.Row.Object.Carried.Due.Minor
		}
		if taken != preview.Due().Minor {
			r.Fatalf("previewed %v, took %d", preview.Due(), taken)
		}
		if want := preview.Row.Object.Balance(); !preview.Carried && got.Row.Object.Balance() != want {
			r.Fatalf("previewed a credit of %v, left %v", want, got.Row.Object.Balance())
		}
		s.Reconcile()
	})
}
