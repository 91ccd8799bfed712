package compat

import (
	"net/http"
	"regexp"
	"slices"

	dodo "github.com/dodopayments/dodopayments-go"
)

var productChecks = []check{
	{6, "a price of each type comes back as its own type", everyPrice},
	{7, "a product is changed, archived once and unarchived", changeProduct},
	{8, "the primary brand has the business's id and is not changed", func(s *shop) {
		brands, err := s.sdk.Brands.List(s.Context(), dodo.BrandListParams{})
		s.must(err)
		if !slices.ContainsFunc(brands.Items, func(b dodo.Brand) bool { return b.BrandID == s.scope.Business && b.BusinessID == b.BrandID }) {
			s.Errorf("no primary brand in %s", brands.JSON.RawJSON())
		}
		_, err = s.sdk.Brands.Update(s.Context(), s.scope.Business, dodo.BrandUpdateParams{Name: dodo.F("Other")})
		s.refused(err, http.StatusForbidden, "UNABLE_TO_EDIT_PRIMARY_BRAND")
	}},
	{9, "a collection has groups and items, and keeps its last product", collect},
	{10, "a discount is made, found by its code and deleted", discount},
}

func everyPrice(s *shop) {
	usage := dodo.PriceUsageBasedPriceParam{
		Type: dodo.F(dodo.PriceUsageBasedPriceTypeUsageBasedPrice), Currency: dodo.F(dodo.CurrencyUsd), FixedPrice: dodo.F(int64(1000)),
		Discount: dodo.F(int64(0)), PurchasingPowerParity: dodo.F(false),
		PaymentFrequencyCount: dodo.F(int64(1)), PaymentFrequencyInterval: dodo.F(dodo.TimeIntervalMonth),
		SubscriptionPeriodCount: dodo.F(int64(1)), SubscriptionPeriodInterval: dodo.F(dodo.TimeIntervalYear),
		Meters: dodo.F([]dodo.AddMeterToPriceParam{{MeterID: dodo.F("mtr_calls"), PricePerUnit: dodo.F("0.25")}}),
	}
	for _, c := range []struct {
		price   dodo.PriceUnionParam
		recurs  bool
		is      func(dodo.PriceUnion) bool
		amounts string
	}{
		{once(4900), false, func(p dodo.PriceUnion) bool { o, ok := p.(dodo.PriceOneTimePrice); return ok && o.Price == 4900 }, "one_time_price"},
		{monthly(2900), true, func(p dodo.PriceUnion) bool { r, ok := p.(dodo.PriceRecurringPrice); return ok && r.Price == 2900 }, "recurring_price"},
		{usage, true, func(p dodo.PriceUnion) bool {
			u, ok := p.(dodo.PriceUsageBasedPrice)
			return ok && u.FixedPrice == 1000 && len(u.Meters) == 1
		}, "usage_based_price"},
	} {
		made := s.product(c.price)
		got, err := s.sdk.Products.Get(s.Context(), made.ProductID)
		s.must(err)
		price, _ := answerOf(got.JSON.RawJSON())["price"].(map[string]any)
		_, discount := price["discount"]
		_, parity := price["purchasing_power_parity"]
		if !c.is(got.Price.AsUnion()) || got.IsRecurring != c.recurs || !discount || !parity {
			s.Errorf("%s came back as %s", c.amounts, got.JSON.RawJSON())
		}
	}
}

func changeProduct(s *shop) {
	made := s.product(monthly(2900))
	s.must(s.sdk.Products.Update(s.Context(), made.ProductID, dodo.ProductUpdateParams{Name: dodo.F("Atlas Pro")}))
	got, err := s.sdk.Products.Get(s.Context(), made.ProductID)
	s.must(err)
	if got.Name != "Atlas Pro" || got.Price.Price != 2900 {
		s.Errorf("changed to %s", got.JSON.RawJSON())
	}
	s.must(s.sdk.Products.Archive(s.Context(), made.ProductID))
	for archived, want := range map[bool]int{true: 1, false: 0} {
		list, err := s.sdk.Products.List(s.Context(), dodo.ProductListParams{Archived: dodo.F(archived)})
		s.must(err)
		if len(list.Items) != want {
			s.Errorf("%d products with archived=%t, want %d", len(list.Items), archived, want)
		}
	}
	s.refused(s.sdk.Products.Archive(s.Context(), made.ProductID), http.StatusGone, "PRODUCT_IS_DELETED")
	s.must(s.sdk.Products.Unarchive(s.Context(), made.ProductID))
	s.must(s.sdk.Products.Archive(s.Context(), made.ProductID))
}

var uuid = regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)

func group(name string, products ...string) dodo.ProductCollectionGroupDetailsParam {
	return dodo.ProductCollectionGroupDetailsParam{GroupName: dodo.F(name), Products: dodo.F(items(products...))}
}

func items(products ...string) []dodo.GroupProductParam {
	all := make([]dodo.GroupProductParam, len(products))
	for i, p := range products {
		all[i] = dodo.GroupProductParam{ProductID: dodo.F(p)}
	}
	return all
}

func collect(s *shop) {
	lite, pro, max := s.product(monthly(900)), s.product(monthly(1900)), s.product(monthly(4900))
	collections := s.sdk.ProductCollections
	made, err := collections.New(s.Context(), dodo.ProductCollectionNewParams{
		Name: dodo.F("Plans"), Groups: dodo.F([]dodo.ProductCollectionGroupDetailsParam{group("Single", lite.ProductID), group("Team", pro.ProductID)}),
	})
	s.must(err)
	if len(made.Groups) != 2 || !uuid.MatchString(made.Groups[0].GroupID) || !uuid.MatchString(made.Groups[1].Products[0].ID) {
		s.Fatalf("made %s", made.JSON.RawJSON())
	}
	single, team := made.Groups[0], made.Groups[1]
	added, err := collections.Groups.Items.New(s.Context(), made.ID, team.GroupID, dodo.ProductCollectionGroupItemNewParams{Products: dodo.F(items(max.ProductID))})
	s.must(err)
	if len(*added) == 0 || (*added)[len(*added)-1].ProductID != max.ProductID {
		s.Errorf("added %+v", *added)
	}
	item := (*added)[len(*added)-1].ID
	s.must(collections.Groups.Items.Update(s.Context(), made.ID, team.GroupID, item, dodo.ProductCollectionGroupItemUpdateParams{Status: dodo.F(false)}))
	got, err := collections.Get(s.Context(), made.ID)
	s.must(err)
	if last := got.Groups[1].Products[1]; last.Status || last.ID != item {
		s.Errorf("the item is %+v", last)
	}
	s.must(collections.Groups.Items.Delete(s.Context(), made.ID, team.GroupID, item))
	s.must(collections.Groups.Items.Delete(s.Context(), made.ID, team.GroupID, team.Products[0].ID))
	err = collections.Groups.Items.Delete(s.Context(), made.ID, single.GroupID, single.Products[0].ID)
	s.refused(err, http.StatusUnprocessableEntity, "PRODUCT_COLLECTION_MUST_HAVE_PRODUCTS")
	s.must(collections.Delete(s.Context(), made.ID))
	restored, err := collections.Unarchive(s.Context(), made.ID)
	s.must(err)
	if restored.CollectionID != made.ID || restored.ExcludedProductIDs == nil || len(restored.ExcludedProductIDs) != 0 {
		s.Errorf("unarchived %s", restored.JSON.RawJSON())
	}
}

func discount(s *shop) {
	percent := func(code string) dodo.DiscountNewParams {
		p := dodo.DiscountNewParams{Type: dodo.F(dodo.DiscountTypePercentage), Amount: dodo.F(int64(1500))}
		if code != "" {
			p.Code = dodo.F(code)
		}
		return p
	}
	random, err := s.sdk.Discounts.New(s.Context(), percent(""))
	s.must(err)
	if !regexp.MustCompile(`^[A-Z0-9]{16}$`).MatchString(random.Code) || random.Amount != 1500 {
		s.Errorf("made %s", random.JSON.RawJSON())
	}
	_, err = s.sdk.Discounts.New(s.Context(), percent("ab"))
	s.refused(err, http.StatusUnprocessableEntity, "INVALID_REQUEST_BODY")
	made, err := s.sdk.Discounts.New(s.Context(), percent("spring"))
	s.must(err)
	_, err = s.sdk.Discounts.New(s.Context(), percent("SPRING"))
	s.refused(err, http.StatusUnprocessableEntity, "DISCOUNT_CODE_ALREADY_EXISTS")
	found, err := s.sdk.Discounts.GetByCode(s.Context(), "SPRING")
	s.must(err)
	if found.DiscountID != made.DiscountID {
		s.Errorf("found %s", found.JSON.RawJSON())
	}
	s.must(s.sdk.Discounts.Delete(s.Context(), made.DiscountID))
	_, err = s.sdk.Discounts.Get(s.Context(), made.DiscountID)
	s.refused(err, http.StatusNotFound, "NOT_FOUND")
}
