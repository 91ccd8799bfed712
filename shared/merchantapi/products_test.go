package merchantapi_test

import (
	"strings"
	"testing"

	dodo "github.com/dodopayments/dodopayments-go"

	"perennial/shared/lifecycle/lifecycletest"
)

// monthly is a recurring price as the SDK sends it.
func monthly(minor int64) dodo.PriceRecurringPriceParam {
	return dodo.PriceRecurringPriceParam{
		Type: dodo.F(dodo.PriceRecurringPriceTypeRecurringPrice), Currency: dodo.F(dodo.CurrencyEur), Price: dodo.F(minor),
		Discount: dodo.F[int64](0), PurchasingPowerParity: dodo.F(false),
		PaymentFrequencyCount: dodo.F[int64](1), PaymentFrequencyInterval: dodo.F(dodo.TimeIntervalMonth),
		SubscriptionPeriodCount: dodo.F[int64](5), SubscriptionPeriodInterval: dodo.F(dodo.TimeIntervalYear),
		TrialPeriodDays: dodo.F[int64](14), TaxInclusive: dodo.F(true),
	}
}

func (b *bench) product(price dodo.PriceUnionParam) (*dodo.Product, error) {
	return b.client.Products.New(b.T.Context(), dodo.ProductNewParams{
		Name: dodo.F("Atlas"), Price: dodo.F(price), TaxCategory: dodo.F(dodo.TaxCategorySaas), Description: dodo.F("Maps"),
	})
}

// R300, R301: a plan fixes cycle, price and trial.
func TestARecurringProductComesBackAsItWasMade(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	made, err := b.product(monthly(1900))
	b.must(err)
	got, err := b.client.Products.Get(t.Context(), made.ProductID)
	b.must(err)
	price, ok := got.Price.AsUnion().(dodo.PriceRecurringPrice)
	if !ok || price.Price != 1900 || price.Currency != "EUR" || price.TrialPeriodDays != 14 || !price.TaxInclusive ||
		price.PaymentFrequencyInterval != "Month" || price.SubscriptionPeriodCount != 5 {
		t.Errorf("price %+v", got.Price)
	}
	if !got.IsRecurring || got.BrandID != got.BusinessID || !got.CreatedAt.Equal(lifecycletest.Start) || got.Name != "Atlas" {
		t.Errorf("product %+v", got)
	}
	for _, field := range []string{`"discount":0`, `"purchasing_power_parity":false`, `"addons":[]`, `"entitlements":[]`} {
		if !strings.Contains(got.JSON.RawJSON(), field) {
			t.Errorf("%s is missing in %s", field, got.JSON.RawJSON())
		}
	}
}

func TestWhatIsNotSoldYetIsNamedAndNothingIsWritten(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	before := len(b.Store.Commits())
	_, err := b.client.Products.New(t.Context(), dodo.ProductNewParams{
		Name: dodo.F("Atlas"), Price: dodo.F[dodo.PriceUnionParam](monthly(1900)), TaxCategory: dodo.F(dodo.TaxCategorySaas),
		Entitlements: dodo.F([]dodo.AttachProductEntitlementParam{{EntitlementID: dodo.F("ent_1")}}),
	})
	if p := b.refused(err, 501, "UNSUPPORTED_ACTION"); !strings.Contains(p.Message, "entitlements") {
		t.Error(p.Message)
	}
	wrong := monthly(0)
	wrong.Currency, wrong.PaymentFrequencyCount = dodo.F(dodo.Currency("XXQ")), dodo.F[int64](0)
	_, err = b.client.Products.New(t.Context(), dodo.ProductNewParams{
		Name: dodo.F("Atlas"), Price: dodo.F[dodo.PriceUnionParam](wrong), TaxCategory: dodo.F(dodo.TaxCategorySaas),
		Addons: dodo.F([]string{"adn_1", "adn_1"}), BrandID: dodo.F("brnd_1"),
	})
	p := b.refused(err, 422, "INVALID_REQUEST_PARAMETERS")
	for _, field := range []string{"price.price", "price.currency", "price.payment_frequency_interval", "addons: must be", "adn_1 is no addon", "brand_id"} {
		if !strings.Contains(p.Message, field) {
			t.Errorf("%s is not named: %s", field, p.Message)
		}
	}
	b.unchanged(before)
}

func TestAProductIsChangedArchivedOnceAndSoldAgain(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	ctx := t.Context()
	sold := b.Subscribe().Subscription
	b.must(b.client.Products.Update(ctx, b.Product.ID, dodo.ProductUpdateParams{
		Name: dodo.F("Atlas Max"), Price: dodo.F[dodo.PriceUnionParam](monthly(2900)),
	}))
	got, err := b.client.Products.Get(ctx, b.Product.ID)
	if err != nil || got.Name != "Atlas Max" || got.Price.Price != 2900 || got.TaxCategory != "saas" {
		t.Errorf("changed to %+v, %v", got, err)
	}
	if price := b.Sub(sold.ID).Price; price != sold.Price {
		t.Errorf("the new price reached a sold subscription: %+v", price)
	}
	listed := func(archived bool) int {
		page, err := b.client.Products.List(ctx, dodo.ProductListParams{Archived: dodo.F(archived)})
		b.must(err)
		return len(page.Items)
	}
	b.must(b.client.Products.Archive(ctx, b.Product.ID))
	b.refused(b.client.Products.Archive(ctx, b.Product.ID), 410, "PRODUCT_IS_DELETED")
	if listed(true) != 1 || listed(false) != 0 {
		t.Errorf("archived: %d, on sale: %d", listed(true), listed(false))
	}
	_, err = b.order(nil)
	b.refused(err, 410, "PRODUCT_IS_DELETED")
	b.must(b.client.Products.Unarchive(ctx, b.Product.ID))
	if listed(true) != 0 || listed(false) != 1 {
		t.Errorf("archived: %d, on sale: %d", listed(true), listed(false))
	}
	page, err := b.client.Products.List(ctx, dodo.ProductListParams{Recurring: dodo.F(false)})
	if err != nil || len(page.Items) != 0 {
		t.Errorf("one-time products: %+v, %v", page.Items, err)
	}
	page, err = b.client.Products.List(ctx, dodo.ProductListParams{Recurring: dodo.F(true), BrandID: dodo.F("bus_1")})
	if err != nil || len(page.Items) != 1 || page.Items[0].Price != 2900 {
		t.Errorf("recurring products: %+v, %v", page.Items, err)
	}
}
