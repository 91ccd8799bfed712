package merchantapi_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	dodo "github.com/dodopayments/dodopayments-go"
	"github.com/google/go-cmp/cmp"

	"perennial/shared/billing"
	"perennial/shared/record"
)

// catalogOperations lists the operations on what a merchant sells.
func (b *bench) catalogOperations() []operation {
	b.T.Helper()
	ctx := b.T.Context()
	addon, err := b.client.Addons.New(ctx, seats(500))
	b.must(err)
	brand, err := b.client.Brands.New(ctx, dodo.BrandNewParams{Name: dodo.F("Labs")})
	b.must(err)
	made := b.collection()
	discount := b.discount(dodo.DiscountNewParams{Code: dodo.F("SPRING_1")})
	b.must(b.client.Products.Update(ctx, b.Product.ID, dodo.ProductUpdateParams{PricingMode: dodo.F(dodo.PricingModeByCurrency)}))
	local, err := b.client.Products.LocalizedPrices.New(ctx, b.Product.ID, dodo.ProductLocalizedPriceNewParams{Amount: dodo.F[int64](900), Currency: dodo.F(dodo.CurrencyGbp)})
	b.must(err)
	product, collection, code := "/products/"+b.Product.ID, "/product-collections/"+made.ID, "/discounts/"+discount.DiscountID
	group := collection + "/groups/" + made.Groups[0].GroupID
	item := group + "/items/" + made.Groups[0].Products[0].ID
	return []operation{
		{"PUT", product + "/images", ""},
		{"PUT", product + "/files", `{"file_name":"a.pdf"}`},
		{"PUT", "/addons/" + addon.ID + "/images", ""},
		{"PUT", "/brands/" + brand.BrandID + "/images", ""},
		{"PUT", collection + "/images", ""},
		{"POST", product + "/short_links", `{"slug":"atlas"}`},
		{"GET", "/products/short_links", ""},
		{"POST", product + "/localized-prices", `{"amount":1,"currency":"EUR"}`},
		{"GET", product + "/localized-prices", ""},
		{"GET", product + "/localized-prices/" + local.ID, ""},
		{"PATCH", product + "/localized-prices/" + local.ID, `{"amount":1}`},
		{"DELETE", product + "/localized-prices/" + local.ID, ""},
		{"POST", "/addons", `{"name":"X","price":1,"currency":"EUR","tax_category":"saas"}`},
		{"GET", "/addons", ""},
		{"GET", "/addons/" + addon.ID, ""},
		{"PATCH", "/addons/" + addon.ID, `{"name":"Mallory"}`},
		{"POST", "/brands", `{"name":"X"}`},
		{"GET", "/brands", ""},
		{"GET", "/brands/" + brand.BrandID, ""},
		{"PATCH", "/brands/" + brand.BrandID, `{"name":"Mallory"}`},
		{"POST", "/brands/" + brand.BrandID + "/archive", `{}`},
		{"POST", "/product-collections", `{"name":"X","groups":[]}`},
		{"GET", "/product-collections", ""},
		{"GET", collection, ""},
		{"PATCH", collection, `{"name":"Mallory"}`},
		{"DELETE", collection, ""},
		{"POST", collection + "/unarchive", ""},
		{"POST", collection + "/groups", `{"products":[]}`},
		{"PATCH", group, `{"status":false}`},
		{"DELETE", group, ""},
		{"POST", group + "/items", `{"products":[{"product_id":"pdt_2"}]}`},
		{"PATCH", item, `{"status":false}`},
		{"DELETE", item, ""},
		{"POST", "/discounts", `{"type":"percentage","amount":1}`},
		{"GET", "/discounts", ""},
		{"GET", code, ""},
		{"GET", "/discounts/code/SPRING_1", ""},
		{"PATCH", code, `{"name":"Mallory"}`},
		{"DELETE", code, ""},
		{"POST", code + "/customers", `{"customer_ids":["cus_2"]}`},
		{"DELETE", code + "/customers/cus_1", ""},
	}
}

func seats(minor int64) dodo.AddonNewParams {
	return dodo.AddonNewParams{Name: dodo.F("Seats"), Price: dodo.F(minor), Currency: dodo.F(dodo.CurrencyEur), TaxCategory: dodo.F(dodo.TaxCategorySaas)}
}

// plan makes one more product by its name.
func (b *bench) plan(name string, minor int64) string {
	b.T.Helper()
	made, err := b.client.Products.New(b.T.Context(), dodo.ProductNewParams{
		Name: dodo.F(name), Price: dodo.F[dodo.PriceUnionParam](monthly(minor)), TaxCategory: dodo.F(dodo.TaxCategorySaas),
	})
	b.must(err)
	return made.ProductID
}

func members(ids ...string) dodo.ProductCollectionGroupDetailsParam {
	var products []dodo.GroupProductParam
	for _, id := range ids {
		products = append(products, dodo.GroupProductParam{ProductID: dodo.F(id)})
	}
	return dodo.ProductCollectionGroupDetailsParam{Products: dodo.F(products)}
}

// collection makes a collection of two groups with three plans.
func (b *bench) collection() *dodo.ProductCollection {
	b.T.Helper()
	first := members(b.plan("Pro", 1900), b.plan("Max", 2900))
	first.GroupName = dodo.F("Plans")
	made, err := b.client.ProductCollections.New(b.T.Context(), dodo.ProductCollectionNewParams{
		Name: dodo.F("Atlas"), Groups: dodo.F([]dodo.ProductCollectionGroupDetailsParam{first, members(b.plan("Lite", 900))}),
		EffectiveAtOnDowngrade: dodo.F(dodo.ProductCollectionNewParamsEffectiveAtOnDowngradeNextBillingDate),
	})
	b.must(err)
	return made
}

func (b *bench) discount(in dodo.DiscountNewParams) *dodo.Discount {
	b.T.Helper()
	in.Type, in.Amount = dodo.F(dodo.DiscountTypePercentage), dodo.F[int64](1500)
	made, err := b.client.Discounts.New(b.T.Context(), in)
	b.must(err)
	return made
}

func TestEveryTypeOfPriceComesBackAsItWasMade(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	once, err := b.product(dodo.PriceOneTimePriceParam{
		Type: dodo.F(dodo.PriceOneTimePriceTypeOneTimePrice), Currency: dodo.F(dodo.CurrencyJpy), Price: dodo.F[int64](100),
		Discount: dodo.F[int64](15), PurchasingPowerParity: dodo.F(true), PayWhatYouWant: dodo.F(true), SuggestedPrice: dodo.F[int64](300),
	})
	b.must(err)
	got, ok := once.Price.AsUnion().(dodo.PriceOneTimePrice)
	if !ok || got.Price != 100 || got.Discount != 15 || !got.PurchasingPowerParity || !got.PayWhatYouWant || got.SuggestedPrice != 300 || once.IsRecurring {
		t.Errorf("one-time price %+v", once.Price.AsUnion())
	}
	usage, err := b.product(dodo.PriceUsageBasedPriceParam{
		Type: dodo.F(dodo.PriceUsageBasedPriceTypeUsageBasedPrice), Currency: dodo.F(dodo.CurrencyEur), FixedPrice: dodo.F[int64](700),
		Discount: dodo.F[int64](0), PurchasingPowerParity: dodo.F(false),
		PaymentFrequencyCount: dodo.F[int64](1), PaymentFrequencyInterval: dodo.F(dodo.TimeIntervalMonth),
		SubscriptionPeriodCount: dodo.F[int64](1), SubscriptionPeriodInterval: dodo.F(dodo.TimeIntervalYear),
		Meters: dodo.F([]dodo.AddMeterToPriceParam{{MeterID: dodo.F("mtr_1"), PricePerUnit: dodo.F("0.25"), FreeThreshold: dodo.F[int64](10)}}),
	})
	b.must(err)
	metered, ok := usage.Price.AsUnion().(dodo.PriceUsageBasedPrice)
	if !ok || metered.FixedPrice != 700 || len(metered.Meters) != 1 || metered.Meters[0].PricePerUnit != "0.25" || metered.Meters[0].FreeThreshold != 10 || !usage.IsRecurring {
		t.Errorf("usage-based price %+v", usage.Price.AsUnion())
	}
	page, err := b.client.Products.List(t.Context(), dodo.ProductListParams{Recurring: dodo.F(false)})
	if err != nil || len(page.Items) != 1 || page.Items[0].ProductID != once.ProductID || page.Items[0].Price != 100 {
		t.Errorf("one-time products: %+v, %v", page.Items, err)
	}
	for product, status := range map[string]int{once.ProductID: 422, usage.ProductID: 501} {
		_, body := b.send("POST", "/subscriptions", writer, fmt.Sprintf(`{"product_id":%q,"quantity":1,"customer":{"customer_id":"cus_1"},"billing":{"country":"DE"}}`, product))
		if code := map[int]string{422: "INVALID_REQUEST_PARAMETERS", 501: "UNSUPPORTED_ACTION"}[status]; !strings.Contains(body, code) {
			t.Errorf("a subscription to %s: %s", product, body)
		}
	}
}

// A price's own reduction is taken off what subscriptions are sold at.
func TestAReducedProductIsSoldAtTheReducedPrice(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	made := map[string]any{}
	b.json("POST", "/products", `{"name":"X","tax_category":"saas","price":{"type":"recurring_price","currency":"USD","price":1999,"discount":50,"discount_bps":1250,
		"payment_frequency_count":1,"payment_frequency_interval":"Month","subscription_period_count":1,"subscription_period_interval":"Year"}}`, &made)
	price := made["price"].(map[string]any)
	if price["discount_bps"] != 1250.0 || price["discount"] != 13.0 || price["price"] != 1999.0 {
		t.Errorf("price %v", price)
	}
	order := map[string]any{}
	b.json("POST", "/subscriptions", fmt.Sprintf(`{"product_id":%q,"quantity":2,"customer":{"customer_id":"cus_1"},"billing":{"country":"DE"}}`, made["product_id"]), &order)
	if order["recurring_pre_tax_amount"] != 2*1749.0 {
		t.Errorf("it costs %v", order["recurring_pre_tax_amount"])
	}
}

func TestAProductKeepsItsLicenceAddonsAndBrand(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	ctx := t.Context()
	addon, err := b.client.Addons.New(ctx, seats(500))
	b.must(err)
	brand, err := b.client.Brands.New(ctx, dodo.BrandNewParams{Name: dodo.F("Labs"), StatementDescriptor: dodo.F("ATLAS LABS")})
	b.must(err)
	made, err := b.client.Products.New(ctx, dodo.ProductNewParams{
		Name: dodo.F("Atlas"), Price: dodo.F[dodo.PriceUnionParam](monthly(1900)), TaxCategory: dodo.F(dodo.TaxCategorySaas),
		Addons: dodo.F([]string{addon.ID}), BrandID: dodo.F(brand.BrandID), LicenseKeyEnabled: dodo.F(true),
		LicenseKeyActivationsLimit: dodo.F[int64](3), LicenseKeyActivationMessage: dodo.F("Welcome"),
		LicenseKeyDuration:     dodo.F(dodo.LicenseKeyDurationParam{Count: dodo.F[int64](2), Interval: dodo.F(dodo.TimeIntervalYear)}),
		DigitalProductDelivery: dodo.F(dodo.ProductNewParamsDigitalProductDelivery{ExternalURL: dodo.F("https://x.example")}),
	})
	b.must(err)
	b.must(b.client.Products.Update(ctx, made.ProductID, dodo.ProductUpdateParams{Name: dodo.F("Atlas 2")}))
	got, err := b.client.Products.Get(ctx, made.ProductID)
	b.must(err)
	want := []any{"Atlas 2", []string{addon.ID}, brand.BrandID, true, int64(3), "Welcome", int64(2), dodo.TimeIntervalYear, "https://x.example"}
	have := []any{
		got.Name, got.Addons, got.BrandID, got.LicenseKeyEnabled, got.LicenseKeyActivationsLimit, got.LicenseKeyActivationMessage, //nolint:staticcheck // Dodo deprecates them, and they must go on working
		got.LicenseKeyDuration.Count, got.LicenseKeyDuration.Interval, got.DigitalProductDelivery.ExternalURL,
	}
	if diff := cmp.Diff(want, have); diff != "" {
		t.Error(diff)
	}
	b.json("PATCH", "/products/"+made.ProductID, `{"addons":[],"license_key_activations_limit":null,"license_key_duration":null,"digital_product_delivery":null,"brand_id":"bus_1"}`, nil)
	got, err = b.client.Products.Get(ctx, made.ProductID)
	b.must(err)
	for _, field := range []string{`"addons":[]`, `"license_key_activations_limit":null`, `"license_key_duration":null`, `"digital_product_delivery":null`, `"brand_id":"bus_1"`} {
		if !strings.Contains(got.JSON.RawJSON(), field) {
			t.Errorf("%s is missing in %s", field, got.JSON.RawJSON())
		}
	}
}

func TestLocalizedPricesAreKeptByTheProductsMode(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	ctx, prices := t.Context(), b.client.Products.LocalizedPrices
	add := func(in dodo.ProductLocalizedPriceNewParams) (*dodo.LocalizedPrice, error) {
		return prices.New(ctx, b.Product.ID, in)
	}
	india := dodo.ProductLocalizedPriceNewParams{Amount: dodo.F[int64](900), Currency: dodo.F(dodo.CurrencyInr), CountryCode: dodo.F(dodo.CountryCodeIn)}
	_, err := add(india)
	b.refused(err, 422, "PRODUCT_PRICING_MODE_REQUIRED")
	b.must(b.client.Products.Update(ctx, b.Product.ID, dodo.ProductUpdateParams{PricingMode: dodo.F(dodo.PricingModeByCountry)}))
	made, err := add(india)
	b.must(err)
	if made.Mode != dodo.PricingModeByCountry || made.ProductID != b.Product.ID || made.CreatedAt.IsZero() {
		t.Errorf("made %+v", made)
	}
	_, err = add(india)
	b.refused(err, 422, "LOCALIZED_PRICE_ALREADY_EXISTS")
	_, err = add(dodo.ProductLocalizedPriceNewParams{Amount: dodo.F[int64](900), Currency: dodo.F(dodo.CurrencyInr)})
	b.refused(err, 422, "LOCALIZED_PRICE_SHAPE_MISMATCH")
	changed, err := prices.Update(ctx, b.Product.ID, made.ID, dodo.ProductLocalizedPriceUpdateParams{Amount: dodo.F[int64](1000)})
	if err != nil || changed.Amount != 1000 {
		t.Errorf("changed to %+v, %v", changed, err)
	}
	b.json("PATCH", "/products/"+b.Product.ID, `{"pricing_mode":"by_currency"}`, nil)
	list, err := prices.List(ctx, b.Product.ID)
	if err != nil || len(list.Items) != 0 {
		t.Errorf("another mode keeps %+v, %v", list, err)
	}
	_, err = add(dodo.ProductLocalizedPriceNewParams{Amount: dodo.F[int64](1), Currency: dodo.F(dodo.CurrencyUsd)})
	b.refused(err, 422, "LOCALIZED_PRICE_DUPLICATES_BASE")
	euro, err := add(dodo.ProductLocalizedPriceNewParams{Amount: dodo.F[int64](1900), Currency: dodo.F(dodo.CurrencyEur)})
	b.must(err)
	b.must(prices.Archive(ctx, b.Product.ID, euro.ID))
	_, err = prices.Get(ctx, b.Product.ID, euro.ID)
	b.refused(err, 404, "NOT_FOUND")
}

func TestAShortLinkIsTakenOnce(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	ctx, links := t.Context(), b.client.Products.ShortLinks
	in := dodo.ProductShortLinkNewParams{Slug: dodo.F("atlas-pro"), StaticCheckoutParams: dodo.F(map[string]string{"quantity": "2"})}
	made, err := links.New(ctx, b.Product.ID, in)
	b.must(err)
	if made.ShortURL != "https://checkout.example/b/test/atlas-pro" || made.FullURL != "https://checkout.example/buy/pdt_1?quantity=2" {
		t.Errorf("made %+v", made)
	}
	_, err = links.New(ctx, b.plan("Max", 2900), in)
	b.refused(err, 422, "SLUG_ALREADY_TAKEN")
	_, err = links.New(ctx, b.Product.ID, dodo.ProductShortLinkNewParams{Slug: dodo.F("../x")})
	b.refused(err, 422, "INVALID_REQUEST_PARAMETERS")
	page, err := links.List(ctx, dodo.ProductShortLinkListParams{ProductID: dodo.F(b.Product.ID)})
	if err != nil || len(page.Items) != 1 || page.Items[0].ShortURL != made.ShortURL {
		t.Errorf("listed %+v, %v", page.Items, err)
	}
}

func TestAddonsAreMadeChangedAndListed(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	ctx := t.Context()
	made, err := b.client.Addons.New(ctx, seats(500))
	b.must(err)
	changed, err := b.client.Addons.Update(ctx, made.ID, dodo.AddonUpdateParams{Price: dodo.F[int64](700), Description: dodo.F("More")})
	if err != nil || changed.Price != 700 || changed.Currency != "EUR" || changed.Description != "More" || changed.Name != "Seats" {
		t.Errorf("changed to %+v, %v", changed, err)
	}
	page, err := b.client.Addons.List(ctx, dodo.AddonListParams{PageNumber: dodo.F[int64](0)})
	if err != nil || len(page.Items) != 1 || page.Items[0].ID != made.ID || page.Items[0].BusinessID != "bus_1" {
		t.Errorf("listed %+v, %v", page.Items, err)
	}
	bad := seats(-1)
	bad.Name, bad.TaxCategory = dodo.F(""), dodo.F(dodo.TaxCategory("gold"))
	_, err = b.client.Addons.New(ctx, bad)
	p := b.refused(err, 422, "INVALID_REQUEST_BODY")
	for _, field := range []string{"price", "name", "tax_category"} {
		if !strings.Contains(p.Message, field) {
			t.Errorf("%s is not named: %s", field, p.Message)
		}
	}
}

// rules 24: the primary brand's id equals the business's.
func TestABrandGivesWhatItHoldsToAnotherWhenItIsArchived(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	ctx := t.Context()
	_, err := b.client.Brands.Update(ctx, "bus_1", dodo.BrandUpdateParams{Name: dodo.F("X")})
	b.refused(err, 403, "UNABLE_TO_EDIT_PRIMARY_BRAND")
	made, err := b.client.Brands.New(ctx, dodo.BrandNewParams{Name: dodo.F("Labs"), SupportEmail: dodo.F("help@labs.example"), URL: dodo.F("https://labs.example")})
	b.must(err)
	list, err := b.client.Brands.List(ctx, dodo.BrandListParams{})
	if err != nil || len(list.Items) != 2 || list.Items[0].BrandID != "bus_1" || list.Items[0].Name != "Northwind" || list.Items[1].SupportEmail != "help@labs.example" {
		t.Errorf("listed %+v, %v", list, err)
	}
	b.json("PATCH", "/products/"+b.Product.ID, fmt.Sprintf(`{"brand_id":%q}`, made.BrandID), nil)
	b.Active("visa_ok")
	page, err := b.client.Products.List(ctx, dodo.ProductListParams{BrandID: dodo.F(made.BrandID)})
	if err != nil || len(page.Items) != 1 {
		t.Errorf("products of the brand: %+v, %v", page.Items, err)
	}
	_, err = b.client.Brands.Archive(ctx, made.BrandID, dodo.BrandArchiveParams{})
	b.refused(err, 422, "INVALID_REQUEST_PARAMETERS")
	moved, err := b.client.Brands.Archive(ctx, made.BrandID, dodo.BrandArchiveParams{MoveProductsTo: dodo.F("bus_1")})
	if err != nil || moved.ProductsMoved != 1 || moved.SubscriptionsMoved != 1 || moved.MovedToBrandID != "bus_1" || moved.ArchivedAt.IsZero() {
		t.Errorf("moved %+v, %v", moved, err)
	}
	if got, err := b.client.Products.Get(ctx, b.Product.ID); err != nil || got.BrandID != "bus_1" {
		t.Errorf("the product is of %s, %v", got.BrandID, err)
	}
	_, err = b.client.Brands.Archive(ctx, made.BrandID, dodo.BrandArchiveParams{})
	b.refused(err, 410, "BRAND_NOT_ENABLED")
	list, err = b.client.Brands.List(ctx, dodo.BrandListParams{})
	all, err2 := b.client.Brands.List(ctx, dodo.BrandListParams{IncludeArchived: dodo.F(true)})
	if err != nil || err2 != nil || len(list.Items) != 1 || len(all.Items) != 2 {
		t.Errorf("open brands %+v, all %+v", list, all)
	}
}

// json makes a request that must succeed and reads the answer.
func (b *bench) json(method, path, body string, into any) {
	b.T.Helper()
	status, answer := b.send(method, path, writer, body)
	if status != http.StatusOK {
		b.T.Fatalf("%s %s: %d %s", method, path, status, answer)
	}
	if into != nil {
		b.must(json.Unmarshal([]byte(answer), into))
	}
}

// stored reads a product as it is kept.
func (b *bench) stored(id string) billing.Product {
	b.T.Helper()
	found, err := b.Store.Load(b.T.Context(), b.Scope, record.RefOf[billing.Product](id))
	b.must(err)
	return found[0].(billing.Product)
}
