package tax_test

import (
	"errors"
	"math/big"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"perennial/shared/money"
	"perennial/shared/tax"
)

// german is a standard rate in Germany.
func german(rate tax.Rate) tax.Decision {
	return tax.Decision{Treatment: tax.Standard, Rate: rate, Jurisdiction: "DE", Category: tax.SaaS, Date: "2020-07-15", Registration: "DE136695976"}
}

// taken is a payment of one line in euro.
func taken(net, vat int64, was, right tax.Decision) tax.Taken {
	return tax.Taken{Payment: "pay_1", Currency: "EUR", Lines: []tax.TakenLine{{
		Was: was, Right: right, Charged: tax.Taxed{Net: eur(net), Tax: eur(vat), Gross: eur(net + vat)}, Refunded: eur(0),
	}}}
}

// R273: the difference is given back for payments taken at the wrong rate.
func TestCorrections(t *testing.T) {
	t.Parallel()
	partly := taken(10000, 1900, german(190_000), german(160_000))
	partly.Lines[0].Refunded = eur(5950)
	whole := taken(10000, 1900, german(190_000), german(160_000))
	whole.Lines[0].Refunded = eur(11900)
	disputed := taken(10000, 1900, german(190_000), german(160_000))
	disputed.Disputed = true
	upgrade := taken(10000, 1900, german(190_000), german(160_000))
	upgrade.Lines = append(upgrade.Lines, taken(-5000, -950, german(190_000), german(160_000)).Lines...)
	downgrade := taken(-5000, -950, german(190_000), german(160_000))
	downgrade.Lines = append(downgrade.Lines, taken(6000, 960, german(160_000), german(160_000)).Lines...)
	business := tax.Decision{Treatment: tax.ReverseCharge, Jurisdiction: "DE", TaxID: "DE136695976"}
	for _, c := range []struct {
		name             string
		taken            tax.Taken
		skip             tax.Skip
		lines            int
		refund, absorbed int64
	}{
		{"19.00 in July 2020, 16.00 is right", taken(10000, 1900, german(190_000), german(160_000)), "", 1, 300, 0},
		{"16.00 in January 2021, 19 % is right", taken(10000, 1600, german(160_000), german(190_000)), "", 1, 0, 252},
		{"a right one", taken(10000, 1900, german(190_000), german(190_000)), "", 0, 0, 0},
		{"half refunded", partly, "", 1, 150, 0},
		{"fully refunded", whole, tax.SkipRefunded, 0, 0, 0},
		{"disputed", disputed, tax.SkipDisputed, 0, 0, 0},
		{"an upgrade with its credit", upgrade, "", 2, 150, 0},
		{"a credit of too much tax is not taken back", downgrade, "", 1, 0, 129},
		{"a VAT number that turned out valid", taken(10000, 1900, german(190_000), business), "", 1, 1900, 0},
		{"exempt by another reason, no money moves", taken(10000, 0, tax.Decision{Treatment: tax.NotCollecting}, business), "", 0, 0, 0},
	} {
		got, err := c.taken.Correct()
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if got.Skip != c.skip || len(got.Lines) != c.lines || got.Refund != eur(c.refund) || got.Absorbed != eur(c.absorbed) {
			t.Errorf("%s: skip %q, %d lines, refund %v, absorbed %v; want %q, %d, %d, %d", c.name,
				got.Skip, len(got.Lines), got.Refund, got.Absorbed, c.skip, c.lines, c.refund, c.absorbed)
		}
		if got.Needed() != (c.lines > 0) {
			t.Errorf("%s: needed %v", c.name, got.Needed())
		}
	}
}

func TestACorrectionKeepsBothSides(t *testing.T) {
	t.Parallel()
	got, err := taken(10000, 1900, german(190_000), german(160_000)).Correct()
	want := tax.Correction{
		Payment: "pay_1", Key: "tax_correction/pay_1/1", Refund: eur(300), Absorbed: eur(0),
		Lines: []tax.CorrectedLine{{
			Right:  german(160_000),
			Before: tax.Taxed{Net: eur(10000), Tax: eur(1900), Gross: eur(11900)},
			After:  tax.Taxed{Net: eur(10000), Tax: eur(1600), Gross: eur(11600)},
		}},
	}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
	again := taken(10000, 1600, german(160_000), german(190_000))
	again.Corrections = 1
	if c, err := again.Correct(); err != nil || c.Key != "tax_correction/pay_1/2" {
		t.Errorf("the next correction's key is %s, %v", c.Key, err)
	}
	mixed := taken(1, 0, german(0), german(160_000))
	mixed.Currency = "USD"
	if c, err := mixed.Correct(); !errors.Is(err, money.ErrMix) {
		t.Errorf("two currencies: %+v, %v; want ErrMix", c, err)
	}
}

// A corrected payment is right; the customer never pays more, and gets back
// at most the tax.
func TestCorrectionsSettle(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		net := anyNet.Draw(t, "net")
		was, right := german(anyRate.Draw(t, "was")), german(anyRate.Draw(t, "right"))
		charged, err := was.Exclusive(net)
		if err != nil {
			t.Fatal(err)
		}
		payment := tax.Taken{Payment: "pay_1", Currency: net.Currency, Lines: []tax.TakenLine{{Was: was, Right: right, Charged: charged, Refunded: money.Of(0, net.Currency)}}}
		c, err := payment.Correct()
		if err != nil {
			t.Fatal(err)
		}
		if c.Refund.Minor < 0 || new(big.Int).Abs(big.NewInt(charged.Tax.Minor)).Cmp(big.NewInt(c.Refund.Minor)) < 0 {
			t.Fatalf("a refund of %v where %v of tax was charged", c.Refund, charged.Tax)
		}
		for _, l := range c.Lines {
			if l.After.Gross.Minor+c.Refund.Minor != l.Before.Gross.Minor {
				t.Fatalf("%v, less a refund of %v, became %v", l.Before, c.Refund, l.After)
			}
			payment.Lines[l.Line].Was, payment.Lines[l.Line].Charged = l.Right, l.After
		}
		payment.Corrections++
		if c, err := payment.Correct(); err != nil || c.Needed() {
			t.Fatalf("corrected once, and again: %+v, %v", c, err)
		}
	})
}
