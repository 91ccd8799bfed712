package billing_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"perennial/shared/billing"
	"perennial/shared/calendar"
	"perennial/shared/fault"
	"perennial/shared/money"
)

func monthlyPrice(minor int64) billing.Price {
	return billing.Price{
		Amount: money.Of(minor, "EUR"), Every: calendar.Interval{Count: 1, Unit: calendar.Month}, Term: calendar.Interval{Count: 5, Unit: calendar.Year},
	}
}

func sold(id string, price billing.Price) billing.Product {
	return billing.Product{ID: id, Name: id, TaxCategory: "saas", Price: price}
}

func TestAReductionComesOffThePriceOnce(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p := monthlyPrice(rapid.Int64Range(1, 1e9).Draw(t, "minor"))
		p.ReductionBps = rapid.Int64Range(0, 10_000).Draw(t, "bps")
		net, err := p.Net()
		if err != nil || net.ReductionBps != 0 {
			t.Fatalf("%+v, %v", net, err)
		}
		exact := p.Amount.Minor * (10_000 - p.ReductionBps) // in hundredths of a percent of a minor unit
		if off := net.Amount.Minor*10_000 - exact; off > 5_000 || off < -5_000 {
			t.Errorf("%d less %d bps is %d", p.Amount.Minor, p.ReductionBps, net.Amount.Minor)
		}
		if again, _ := net.Net(); again != net {
			t.Errorf("it came off twice: %+v", again)
		}
	})
}

// R100, R108, R109: changes stay in the collection and among subscriptions.
func TestACustomerChangesOnlyWithinTheCollection(t *testing.T) {
	t.Parallel()
	once, dollars := monthlyPrice(5000), monthlyPrice(900)
	once.Kind, dollars.Amount.Currency = billing.PriceOneTime, "USD"
	usage := monthlyPrice(100)
	usage.Kind = billing.PriceUsage
	gone := sold("gone", monthlyPrice(100))
	gone.Archived = true
	products := []billing.Product{
		sold("max", monthlyPrice(2900)), sold("pro", monthlyPrice(1900)), sold("usage", usage), sold("once", once), sold("usd", dollars),
		gone, sold("hidden", monthlyPrice(1)), sold("retired", monthlyPrice(1)), sold("stranger", monthlyPrice(1)),
	}
	c := billing.Collection{ID: "pdc_1", Name: "Plans", Groups: []billing.Group{
		{ID: "1", Members: []billing.Member{{Product: "pro"}, {Product: "once"}, {Product: "hidden", Hidden: true}, {Product: "usd"}}},
		{ID: "2", Hidden: true, Members: []billing.Member{{Product: "retired"}}},
		{ID: "3", Members: []billing.Member{{Product: "usage"}, {Product: "max"}, {Product: "gone"}, {Product: "lost"}}},
	}}
	for current, want := range map[string][]string{
		"pro": {"usage", "max"}, "max": {"pro", "usage"}, "usage": {"pro", "max"}, "once": nil, "usd": nil, "stranger": nil, "nobody": nil,
		"hidden": {"pro", "usage", "max"}, "retired": {"pro", "usage", "max"}, "gone": {"pro", "usage", "max"},
	} {
		var got []string
		for _, p := range c.Targets(current, products) {
			got = append(got, p.ID)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("from %s: %s", current, diff)
		}
	}
	c.Archived = true
	if got := c.Targets("pro", products); got != nil {
		t.Errorf("an archived collection offers %v", got)
	}
}

func TestALocalizedPriceFitsTheProductsMode(t *testing.T) {
	t.Parallel()
	p := sold("pdt_1", monthlyPrice(1900))
	usd, india := billing.LocalPrice{ID: "1", Amount: money.Of(2100, "USD")}, billing.LocalPrice{ID: "2", Amount: money.Of(900, "EUR"), Country: "IN"}
	refused := func(p billing.Product, l billing.LocalPrice, want error) {
		t.Helper()
		if _, err := p.AddLocal(l); !errors.Is(err, want) {
			t.Errorf("%+v: %v", l, err)
		}
	}
	refused(p, usd, billing.ErrNoPricingMode)
	byCurrency, byCountry := p.InMode(billing.ByCurrency), p.InMode(billing.ByCountry)
	refused(byCurrency, india, billing.ErrPriceShape)
	refused(byCountry, usd, billing.ErrPriceShape)
	refused(byCurrency, billing.LocalPrice{Amount: money.Of(1, "EUR")}, billing.ErrPriceIsBase)
	byCurrency, err := byCurrency.AddLocal(usd)
	byCountry, err2 := byCountry.AddLocal(india)
	if err != nil || err2 != nil {
		t.Fatal(err, err2)
	}
	refused(byCurrency, usd, billing.ErrPriceExists)
	refused(byCountry, india, billing.ErrPriceExists)
	for name, c := range map[string]struct {
		got  billing.Price
		want money.Amount
	}{
		"in the currency":      {priceFor(byCurrency.PriceFor("US", "USD")), money.Of(2100, "USD")},
		"in no other currency": {priceFor(byCurrency.PriceFor("US", "")), money.Of(1900, "EUR")},
		"in the country":       {priceFor(byCountry.PriceFor("IN", "")), money.Of(900, "EUR")},
		"in another country":   {priceFor(byCountry.PriceFor("DE", "")), money.Of(1900, "EUR")},
		"once the mode is off": {priceFor(byCountry.InMode("").PriceFor("IN", "")), money.Of(1900, "EUR")},
	} {
		if c.got.Amount != c.want {
			t.Errorf("%s: %v", name, c.got.Amount)
		}
	}
}

func TestADiscountNamesEverythingThatIsWrong(t *testing.T) {
	t.Parallel()
	good := billing.Discount{Code: "SPRING", Type: billing.DiscountPercentage, BasisPoints: 1500}
	flat := billing.Discount{Code: "TEN", Type: billing.DiscountFlat, Options: []billing.DiscountOption{{Currency: "EUR", Max: 1000}}}
	for name, c := range map[string]struct {
		change func(billing.Discount) billing.Discount
		code   string
		fields string
	}{
		"nothing":           {func(d billing.Discount) billing.Discount { return d }, "", ""},
		"a flat one":        {func(billing.Discount) billing.Discount { return flat }, "", ""},
		"another type":      {func(d billing.Discount) billing.Discount { d.Type = "flat_per_unit"; return d }, "UNSUPPORTED_DISCOUNT_TYPE", ""},
		"too much":          {func(d billing.Discount) billing.Discount { d.BasisPoints = 10_001; return d }, "INVALID_PERCENTAGE", "amount"},
		"flat of nothing":   {func(billing.Discount) billing.Discount { d := flat; d.Options = nil; return d }, "DISCOUNT_CURRENCY_OPTION_INVALID", "currency_options"},
		"limits contradict": {func(d billing.Discount) billing.Discount { d.UsageLimit, d.PerCustomer = 1, 2; return d }, "INVALID_REQUEST_PARAMETERS", "per_customer_usage_limit"},
		"several": {func(d billing.Discount) billing.Discount {
			d.BasisPoints, d.Code, d.StartsAt, d.ExpiresAt = 0, "A B", 2, 1
			return d
		}, "INVALID_REQUEST_PARAMETERS", "amount code starts_at"},
	} {
		f := fault.Of(c.change(good).Check())
		if f == nil {
			if c.code != "" {
				t.Errorf("%s: accepted", name)
			}
			continue
		}
		var fields []string
		for _, p := range f.Problems {
			fields = append(fields, p.Field)
		}
		if f.Code != c.code || strings.Join(fields, " ") != c.fields {
			t.Errorf("%s: %s %v", name, f.Code, fields)
		}
	}
}

func TestWhatIsNotSoldBySubscriptionIsNotSubscribedTo(t *testing.T) {
	t.Parallel()
	once, usage := monthlyPrice(1), monthlyPrice(1)
	once.Kind, usage.Kind = billing.PriceOneTime, billing.PriceUsage
	for want, price := range map[error]billing.Price{
		billing.ErrNotRecurring: once, billing.ErrUsageUnmetered: usage,
	} {
		_, _, err := billing.Subscribe(billing.Order{Product: sold("p", price), Quantity: 1, TrialDays: -1, Billing: billing.Address{Country: "DE"}})
		if !errors.Is(err, want) {
			t.Errorf("want %v, got %v", want, err)
		}
	}
}

func priceFor(p billing.Price, err error) billing.Price {
	if err != nil {
		panic(err)
	}
	return p
}
