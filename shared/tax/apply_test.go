package tax_test

import (
	"errors"
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"perennial/shared/money"
	"perennial/shared/tax"
)

func eur(minor int64) money.Amount { return money.Of(minor, "EUR") }

func TestInclusiveAndExclusiveAmounts(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name      string
		amount    money.Amount
		inclusive bool
		rate      tax.Rate
		want      tax.Taxed
	}{
		{"19 % on 100.00", eur(10000), false, 190_000, tax.Taxed{Net: eur(10000), Tax: eur(1900), Gross: eur(11900)}},
		{"19 % in 119.00", eur(11900), true, 190_000, tax.Taxed{Net: eur(10000), Tax: eur(1900), Gross: eur(11900)}},
		{"16 % in 119.00", eur(11900), true, 160_000, tax.Taxed{Net: eur(10259), Tax: eur(1641), Gross: eur(11900)}},
		{"half a cent is rounded up", eur(10), false, 250_000, tax.Taxed{Net: eur(10), Tax: eur(3), Gross: eur(13)}},
		{"half a cent of a credit is rounded down", eur(-10), false, 250_000, tax.Taxed{Net: eur(-10), Tax: eur(-3), Gross: eur(-13)}},
		{"yen", money.Of(999, "JPY"), false, 100_000, tax.Taxed{Net: money.Of(999, "JPY"), Tax: money.Of(100, "JPY"), Gross: money.Of(1099, "JPY")}},
		{"dinar", money.Of(12345, "BHD"), true, 100_000, tax.Taxed{Net: money.Of(11223, "BHD"), Tax: money.Of(1122, "BHD"), Gross: money.Of(12345, "BHD")}},
		{"no rate", eur(500), true, 0, tax.Taxed{Net: eur(500), Tax: eur(0), Gross: eur(500)}},
	} {
		got, err := tax.Decision{Rate: c.rate}.Apply(c.amount, c.inclusive)
		if err != nil || got != c.want {
			t.Errorf("%s: %v, %v; want %v", c.name, got, err, c.want)
		}
	}
	if got, err := (tax.Decision{Rate: 190_000}).Exclusive(eur(math.MaxInt64)); !errors.Is(err, money.ErrOverflow) {
		t.Errorf("the tax beyond the largest amount: %v, %v; want ErrOverflow", got, err)
	}
}

// anyNet covers the exponents 0, 2 and 3.
var anyNet = rapid.Custom(func(t *rapid.T) money.Amount {
	c := rapid.SampledFrom([]money.Currency{"JPY", "EUR", "BHD"}).Draw(t, "currency")
	return money.Of(rapid.Int64Range(-1e15, 1e15).Draw(t, "minor"), c)
})

var anyRate = rapid.Custom(func(t *rapid.T) tax.Rate {
	return tax.Rate(rapid.Int64Range(0, 1_000_000).Draw(t, "rate"))
})

func TestNetAndTaxAreGross(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		amount, d := anyNet.Draw(t, "amount"), tax.Decision{Rate: anyRate.Draw(t, "rate")}
		got, err := d.Apply(amount, rapid.Bool().Draw(t, "inclusive"))
		if err != nil {
			t.Fatal(err)
		}
		if sum, err := got.Net.Add(got.Tax); err != nil || sum != got.Gross {
			t.Fatalf("%v and %v are %v, %v; want %v", got.Net, got.Tax, sum, err, got.Gross)
		}
	})
}

func TestInclusiveIsTheInverseOfExclusive(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		d := tax.Decision{Rate: anyRate.Draw(t, "rate")}
		on, err := d.Exclusive(anyNet.Draw(t, "net"))
		if err != nil {
			t.Fatal(err)
		}
		if in, err := d.Inclusive(on.Gross); err != nil || in != on {
			t.Fatalf("%v, taken out again: %v, %v", on, in, err)
		}
	})
}

func TestACreditIsTaxedAsItsCharge(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		amount, d := anyNet.Draw(t, "amount"), tax.Decision{Rate: anyRate.Draw(t, "rate")}
		inclusive := rapid.Bool().Draw(t, "inclusive")
		charge, err := d.Apply(amount, inclusive)
		if err != nil {
			t.Fatal(err)
		}
		credit, err := d.Apply(money.Of(-amount.Minor, amount.Currency), inclusive)
		if err != nil || credit.Tax.Minor != -charge.Tax.Minor || credit.Net.Minor != -charge.Net.Minor {
			t.Fatalf("charge %v, credit %v, %v", charge, credit, err)
		}
	})
}

// Partial refunds take exactly the tax together, and never more on the way.
func TestRefundsTakeTheTaxExactly(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		gross := anyNet.Draw(t, "gross")
		gross.Minor = max(gross.Minor, -gross.Minor)
		charged, err := tax.Decision{Rate: anyRate.Draw(t, "rate")}.Inclusive(gross)
		if err != nil {
			t.Fatal(err)
		}
		before, taken := money.Of(0, gross.Currency), money.Of(0, gross.Currency)
		for before.Minor < gross.Minor {
			left := gross.Minor - before.Minor
			refund := money.Of(rapid.Int64Range(left/2+1, left).Draw(t, "refund"), gross.Currency)
			share, err := charged.Refunded(before, refund)
			if err != nil {
				t.Fatal(err)
			}
			if share.Minor < 0 || share.Minor > refund.Minor {
				t.Fatalf("%v of tax in a refund of %v", share, refund)
			}
			before.Minor, taken.Minor = before.Minor+refund.Minor, taken.Minor+share.Minor
		}
		if taken != charged.Tax {
			t.Fatalf("refunds took %v of tax, charged were %v", taken, charged.Tax)
		}
	})
}

func TestGroupsByRate(t *testing.T) {
	t.Parallel()
	line := func(rate tax.Rate, net, vat int64) tax.Line {
		return tax.Line{
			Decision: tax.Decision{Jurisdiction: "DE", Treatment: tax.Standard, Rate: rate},
			Taxed:    tax.Taxed{Net: eur(net), Tax: eur(vat), Gross: eur(net + vat)},
		}
	}
	// 0.5 cents thrice: the sum of the rounded lines, not the rounded sum.
	got, err := tax.Groups([]tax.Line{line(190_000, 3, 1), line(70_000, 100, 7), line(190_000, 3, 1), line(190_000, -100, -19)})
	want := []tax.Group{
		{Jurisdiction: "DE", Treatment: tax.Standard, Rate: 190_000, Net: eur(-94), Tax: eur(-17)},
		{Jurisdiction: "DE", Treatment: tax.Standard, Rate: 70_000, Net: eur(100), Tax: eur(7)},
	}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
	if _, err := tax.Groups([]tax.Line{line(0, 1, 0), {Decision: line(0, 1, 0).Decision, Taxed: tax.Taxed{Net: money.Of(1, "USD"), Tax: money.Of(0, "USD")}}}); !errors.Is(err, money.ErrMix) {
		t.Errorf("two currencies: %v, want ErrMix", err)
	}
}
