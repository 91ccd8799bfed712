package billing_test

import (
	"testing"

	"pgregory.net/rapid"

	"perennial/shared/billing"
	"perennial/shared/money"
	"perennial/shared/tax"
)

// flatRate is a seller that charges one rate in Germany.
func flatRate(millionths int64) tax.Seller {
	return tax.Seller{
		Country: "DE", Registrations: []tax.Registration{{Country: "DE", Scheme: tax.Local, Number: "DE1", From: "2000-01-01"}},
		Overrides: []tax.Override{{Country: "DE", Rate: tax.Rate(millionths), From: "2000-01-01"}},
	}
}

var drafts = rapid.Custom(func(t *rapid.T) billing.Draft {
	cur := rapid.SampledFrom([]money.Currency{"JPY", "USD", "BHD"}).Draw(t, "currency")
	d := billing.Draft{Currency: cur, At: start, Seller: flatRate(rapid.Int64Range(0, 300_000).Draw(t, "rate")), Taxed: taxedInGermany}
	for range rapid.IntRange(1, 5).Draw(t, "lines") {
		line := billing.Line{
			Product: rapid.SampledFrom([]string{"pdt_a", "pdt_b"}).Draw(t, "product"), Inclusive: rapid.Bool().Draw(t, "inclusive"),
			Quantity: rapid.Int64Range(1, 40).Draw(t, "quantity"), Unit: money.Of(rapid.Int64Range(0, 1_000_000).Draw(t, "unit"), cur),
		}
		if rapid.IntRange(0, 5).Draw(t, "credit line") == 0 {
			line.Kind, line.Amount = billing.LineProrationCredit, money.Of(-rapid.Int64Range(0, 50_000).Draw(t, "credit"), cur)
		}
		d.Lines = append(d.Lines, line)
	}
	for range rapid.IntRange(0, 4).Draw(t, "discounts") {
		d.Discounts = append(d.Discounts, discounts(cur).Draw(t, "discount"))
	}
	d.Credit = money.Of(rapid.Int64Range(0, 100_000).Draw(t, "wallet"), cur)
	return d
})

func discounts(cur money.Currency) *rapid.Generator[billing.Discount] {
	return rapid.Custom(func(t *rapid.T) billing.Discount {
		d := billing.Discount{ID: "dsc_1", Type: billing.DiscountFlat}
		if rapid.Bool().Draw(t, "percentage") {
			d.Type, d.BasisPoints = billing.DiscountPercentage, rapid.Int64Range(1, 10_000).Draw(t, "bps")
		}
		if d.Type == billing.DiscountFlat || rapid.Bool().Draw(t, "capped") {
			d.Options = []billing.DiscountOption{{Currency: cur, Max: rapid.Int64Range(1, 2_000_000).Draw(t, "max")}}
		}
		if rapid.Bool().Draw(t, "restricted") {
			d.Products = []string{"pdt_a"}
		}
		return d
	})
}

func TestInvoiceLinesAddUpToTheTotal(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		d := drafts.Draw(t, "draft")
		v, err := d.Invoice()
		if err != nil {
			t.Fatal(err)
		}
		var amount, discount, tax, net, reduced int64
		for _, l := range v.Lines {
			amount, discount, tax, net = amount+l.Amount.Minor, discount+l.Discount.Minor, tax+l.Tax.Minor, net+l.Net().Minor
			if l.Amount.Minor >= 0 && (l.Discount.Minor < 0 || l.Discount.Minor > l.Amount.Minor) {
				t.Errorf("a line of %d is discounted by %d", l.Amount.Minor, l.Discount.Minor)
			}
			if l.Amount.Minor < 0 && l.Discount.Minor != 0 {
				t.Errorf("a credit is discounted by %d", l.Discount.Minor)
			}
		}
		for _, r := range v.Reductions {
			reduced += r.Amount.Minor
		}
		if amount != v.Subtotal.Minor || discount != v.Discount.Minor || reduced != discount || tax != v.Tax.Minor || net+tax != v.Total.Minor {
			t.Errorf("lines say %d - %d (%d), tax %d, net %d; the invoice %+v", amount, discount, reduced, tax, net, v)
		}
		if due := v.Due().Minor; due+v.Credit.Minor != v.Total.Minor || v.Credit.Minor > d.Credit.Minor || v.Total.Minor >= 0 && due < 0 {
			t.Errorf("credit %d of %d leaves %d of %d", v.Credit.Minor, d.Credit.Minor, due, v.Total.Minor)
		}
	})
}

func TestDiscountsOnAnInvoice(t *testing.T) {
	t.Parallel()
	percent := func(bps int64, o ...billing.DiscountOption) billing.Discount {
		return billing.Discount{Type: billing.DiscountPercentage, BasisPoints: bps, Options: o}
	}
	flat := func(minor int64) billing.Discount {
		return billing.Discount{Type: billing.DiscountFlat, Options: []billing.DiscountOption{{Currency: "EUR", Max: minor}}}
	}
	only := func(d billing.Discount, product string) billing.Discount {
		d.Products = []string{product}
		return d
	}
	for _, c := range []struct {
		name  string
		codes []billing.Discount
		want  []int64 // off 100.00 of pdt_a and 50.00 of pdt_b
	}{
		{"5.4 percent of each line", []billing.Discount{percent(540)}, []int64{540, 270}},
		{"a cap is pooled over the lines", []billing.Discount{percent(5000, billing.DiscountOption{Currency: "EUR", Max: 1000})}, []int64{667, 333}},
		{"a flat amount is pooled over the lines", []billing.Discount{flat(3000)}, []int64{2000, 1000}},
		{"a flat amount above the price leaves nothing", []billing.Discount{flat(99_900)}, []int64{10_000, 5000}},
		{"restricted to one product", []billing.Discount{only(flat(3000), "pdt_b")}, []int64{0, 3000}},
		{"20 percent, then 10 percent of what is left", []billing.Discount{percent(2000), percent(1000)}, []int64{2800, 1400}},
		{"30 off, then 10 percent", []billing.Discount{flat(3000), percent(1000)}, []int64{2800, 1400}},
		{"minimum subtotal reached by list prices after another code", []billing.Discount{
			percent(5000), percent(1000, billing.DiscountOption{Currency: "EUR", MinimumSubtotal: 15_000}),
		}, []int64{5500, 2750}},
		{"minimum subtotal missed", []billing.Discount{percent(5000, billing.DiscountOption{Currency: "EUR", MinimumSubtotal: 15_001})}, []int64{0, 0}},
		{"a flat amount of another currency", []billing.Discount{
			{Type: billing.DiscountFlat, Options: []billing.DiscountOption{{Currency: "USD", Max: 3000}}},
		}, []int64{0, 0}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			v, err := billing.Draft{Currency: "EUR", Discounts: c.codes, Lines: []billing.Line{
				{Product: "pdt_a", Quantity: 2, Unit: money.Of(5000, "EUR")}, {Product: "pdt_b", Quantity: 1, Unit: money.Of(5000, "EUR")},
			}}.Invoice()
			if err != nil {
				t.Fatal(err)
			}
			if a, b := v.Lines[0].Discount.Minor, v.Lines[1].Discount.Minor; a != c.want[0] || b != c.want[1] {
				t.Errorf("took %d and %d, want %v", a, b, c.want)
			}
		})
	}
}
