package merchantapi_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	dodo "github.com/dodopayments/dodopayments-go"

	"perennial/shared/billing"
	"perennial/shared/lifecycle/lifecycletest"
)

// R306: discounts are the merchant's to make.
func TestADiscountIsFoundByItsCodeWhileItExists(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	ctx, discounts := t.Context(), b.client.Discounts
	random := b.discount(dodo.DiscountNewParams{})
	if !regexp.MustCompile(`^[A-Z0-9]{16}$`).MatchString(random.Code) || random.Amount != 1500 || random.CustomerEligibility != "any" {
		t.Errorf("made %+v", random)
	}
	made := b.discount(dodo.DiscountNewParams{Code: dodo.F("spring"), UsageLimit: dodo.F[int64](10), PerCustomerUsageLimit: dodo.F[int64](1), SubscriptionCycles: dodo.F[int64](3)})
	found, err := discounts.GetByCode(ctx, "Spring")
	if err != nil || found.DiscountID != made.DiscountID || found.Code != "SPRING" || found.UsageLimit != 10 || found.SubscriptionCycles != 3 {
		t.Errorf("found %+v, %v", found, err)
	}
	again := dodo.DiscountNewParams{Type: dodo.F(dodo.DiscountTypePercentage), Amount: dodo.F[int64](1), Code: dodo.F("SPRING")}
	_, err = discounts.New(ctx, again)
	b.refused(err, 422, "DISCOUNT_CODE_ALREADY_EXISTS")
	_, err = discounts.Update(ctx, random.DiscountID, dodo.DiscountUpdateParams{Code: dodo.F("spring")})
	b.refused(err, 422, "DISCOUNT_CODE_ALREADY_EXISTS")
	changed, err := discounts.Update(ctx, made.DiscountID, dodo.DiscountUpdateParams{Code: dodo.F("summer")})
	if err != nil || changed.Code != "SUMMER" || changed.UsageLimit != 10 {
		t.Errorf("changed to %+v, %v", changed, err)
	}
	_, err = discounts.GetByCode(ctx, "SPRING")
	b.refused(err, 404, "NOT_FOUND")
	b.must(discounts.Delete(ctx, made.DiscountID))
	_, err = discounts.Get(ctx, made.DiscountID)
	b.refused(err, 404, "NOT_FOUND")
	_, err = discounts.GetByCode(ctx, "SUMMER")
	b.refused(err, 404, "NOT_FOUND")
	b.refused(discounts.Delete(ctx, made.DiscountID), 404, "NOT_FOUND")
	b.discount(dodo.DiscountNewParams{Code: dodo.F("SUMMER")})
}

func TestABadDiscountNamesEverythingAndWritesNothing(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	before := len(b.Store.Commits())
	percent := func(amount int64) dodo.DiscountNewParams {
		return dodo.DiscountNewParams{Type: dodo.F(dodo.DiscountTypePercentage), Amount: dodo.F(amount)}
	}
	short, wrong, flat := percent(1), percent(10_001), dodo.DiscountNewParams{Type: dodo.F(dodo.DiscountTypeFlat), Amount: dodo.F[int64](1)}
	short.Code = dodo.F("ab")
	_, err := b.client.Discounts.New(t.Context(), short)
	b.refused(err, 422, "INVALID_REQUEST_BODY")
	_, err = b.client.Discounts.New(t.Context(), percent(10_001))
	b.refused(err, 422, "INVALID_PERCENTAGE")
	_, err = b.client.Discounts.New(t.Context(), flat)
	b.refused(err, 422, "DISCOUNT_CURRENCY_OPTION_INVALID")
	wrong.Code, wrong.RestrictedTo = dodo.F("A B C"), dodo.F([]string{"pdt_none"})
	wrong.StartsAt, wrong.ExpiresAt = dodo.F(lifecycletest.Start.Add(time.Hour)), dodo.F(lifecycletest.Start)
	_, err = b.client.Discounts.New(t.Context(), wrong)
	p := b.refused(err, 422, "INVALID_REQUEST_PARAMETERS")
	for _, field := range []string{"amount", "code", "pdt_none is no product", "starts_at"} {
		if !strings.Contains(p.Message, field) {
			t.Errorf("%s is not named: %s", field, p.Message)
		}
	}
	if _, body := b.send("POST", "/discounts", writer, `{"type":"flat_per_unit","amount":1}`); !strings.Contains(body, "UNSUPPORTED_DISCOUNT_TYPE") {
		t.Error(body)
	}
	b.unchanged(before)
}

func TestDiscountsAreFiltered(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	ctx := t.Context()
	b.discount(dodo.DiscountNewParams{Code: dodo.F("OPEN1")})
	b.discount(dodo.DiscountNewParams{Code: dodo.F("LATER"), StartsAt: dodo.F(lifecycletest.Start.Add(time.Hour))})
	used := b.discount(dodo.DiscountNewParams{Code: dodo.F("USED1"), UsageLimit: dodo.F[int64](1)})
	b.Put(billing.DiscountUse{ID: billing.DiscountUseID(used.DiscountID, ""), Used: 1})
	if got, err := b.client.Discounts.Get(ctx, used.DiscountID); err != nil || got.TimesUsed != 1 {
		t.Errorf("used %+v, %v", got, err)
	}
	b.discount(dodo.DiscountNewParams{Code: dodo.F("ENDED"), ExpiresAt: dodo.F(lifecycletest.Start)})
	b.discount(dodo.DiscountNewParams{Code: dodo.F("OTHER1"), RestrictedTo: dodo.F([]string{b.plan("Max", 2900)})})
	flat, err := b.client.Discounts.New(ctx, dodo.DiscountNewParams{
		Type: dodo.F(dodo.DiscountTypeFlat), Amount: dodo.F[int64](1), Code: dodo.F("FLAT"),
		CurrencyOptions: dodo.F([]dodo.DiscountNewParamsCurrencyOption{{Currency: dodo.F(dodo.CurrencyUsd), MaxAmountPossible: dodo.F[int64](500), MinimumSubtotal: dodo.F[int64](900)}}),
	})
	if err != nil || flat.Amount != 500 || len(flat.CurrencyOptions) != 1 || !flat.CurrencyOptions[0].IsDefault || flat.CurrencyOptions[0].MinimumSubtotal != 900 {
		t.Errorf("flat %+v, %v", flat, err)
	}
	for want, in := range map[string]dodo.DiscountListParams{
		"ENDED FLAT LATER OPEN1 OTHER1 USED1": {},
		"FLAT OPEN1 OTHER1":                   {Active: dodo.F(true)},
		"ENDED LATER USED1":                   {Active: dodo.F(false)},
		"OTHER1":                              {Code: dodo.F("oTh")},
		"FLAT":                                {DiscountType: dodo.F(dodo.DiscountTypeFlat)},
		"ENDED FLAT LATER OPEN1 USED1":        {ProductID: dodo.F(b.Product.ID)},
		"":                                    {PageNumber: dodo.F[int64](1), PageSize: dodo.F[int64](2), DiscountType: dodo.F(dodo.DiscountTypePercentage), Active: dodo.F(true)},
	} {
		page, err := b.client.Discounts.List(ctx, in)
		b.must(err)
		var codes []string
		for _, d := range page.Items {
			codes = append(codes, d.Code)
		}
		slices.Sort(codes)
		if got := strings.Join(codes, " "); got != want {
			t.Errorf("%+v lists %q, want %q", in, got, want)
		}
	}
}

func TestADiscountIsReservedForCustomers(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	path := "/discounts/" + b.discount(dodo.DiscountNewParams{CustomerEligibility: dodo.F(dodo.DiscountNewParamsCustomerEligibilitySpecific)}).DiscountID + "/customers"
	listed := func() string {
		_, body := b.send("GET", path, reader, "")
		return strings.TrimSpace(body)
	}
	if got := listed(); got != `{"customer_ids":[]}` {
		t.Errorf("it begins with %s", got)
	}
	before := len(b.Store.Commits())
	if status, body := b.send("POST", path, writer, `{"customer_ids":["cus_1","cus_2"]}`); status != 422 || !strings.Contains(body, "cus_2 is no customer") {
		t.Errorf("%d %s", status, body)
	}
	b.unchanged(before)
	for range 2 {
		b.json("POST", path, `{"customer_ids":["cus_1"]}`, nil)
	}
	if got := listed(); got != `{"customer_ids":["cus_1"]}` {
		t.Errorf("it lists %s", got)
	}
	if status, body := b.send("GET", path, stranger, ""); status != 404 {
		t.Errorf("another business: %d %s", status, body)
	}
	b.json("DELETE", path+"/cus_1", "", nil)
	if got := listed(); got != `{"customer_ids":[]}` {
		t.Errorf("it keeps %s", got)
	}
}
