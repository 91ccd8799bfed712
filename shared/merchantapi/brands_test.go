package merchantapi_test

import (
	"fmt"
	"testing"

	"github.com/dodopayments/dodopayments-go"

	"perennial/shared/billing"
	"perennial/shared/record"
)

// labels are the brand ids of a list.
func (b *bench) labels(path string) []string {
	b.T.Helper()
	var list struct {
		Items []struct {
			BrandID string `json:"brand_id"`
			ID      string `json:"subscription_id"`
		}
	}
	b.json("GET", path, "", &list)
	var out []string
	for _, item := range list.Items {
		out = append(out, item.BrandID)
	}
	return out
}

// R061: what is sold carries the brand of its product, also where it goes.
func TestR061WhatIsSoldIsOfItsProductsBrand(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	ctx := t.Context()
	labs, err := b.client.Brands.New(ctx, dodopayments.BrandNewParams{Name: dodopayments.F("Labs")})
	b.must(err)
	b.json("PATCH", "/products/"+b.Product.ID, fmt.Sprintf(`{"brand_id":%q}`, labs.BrandID), nil)
	sub := b.Active("visa_ok")
	got, err := b.client.Subscriptions.Get(ctx, sub.ID)
	if err != nil || got.BrandID != labs.BrandID {
		t.Errorf("the subscription is of %q, %v", got.BrandID, err)
	}
	page, err := b.client.Payments.List(ctx, dodopayments.PaymentListParams{BrandID: dodopayments.F(labs.BrandID)})
	if err != nil || len(page.Items) != 1 || page.Items[0].BrandID != labs.BrandID {
		t.Fatalf("payments of the brand: %+v, %v", page, err)
	}
	refund, err := b.client.Refunds.New(ctx, dodopayments.RefundNewParams{PaymentID: dodopayments.F(page.Items[0].PaymentID)})
	if err != nil || refund.BrandID != labs.BrandID {
		t.Errorf("the refund is of %q, %v", refund.BrandID, err)
	}
	subs := func(brand string) int {
		page, err := b.client.Subscriptions.List(ctx, dodopayments.SubscriptionListParams{BrandID: dodopayments.F(brand)})
		b.must(err)
		return len(page.Items)
	}
	if subs(labs.BrandID) != 1 || subs("bus_1") != 0 || subs("brnd_none") != 0 {
		t.Error("the list of subscriptions is not filtered by brand")
	}
	if all := b.labels("/payments?brand_id=bus_1"); len(all) != 0 {
		t.Errorf("payments of the primary brand: %v", all)
	}
	_, err = b.client.Brands.Archive(ctx, labs.BrandID, dodopayments.BrandArchiveParams{MoveProductsTo: dodopayments.F("bus_1")})
	b.must(err)
	if subs(labs.BrandID) != 0 || subs("bus_1") != 1 {
		t.Error("the subscription stayed with the archived brand")
	}
	stored, err := record.Get[billing.Payment](ctx, b.Store, b.Scope, page.Items[0].PaymentID)
	if err != nil || stored.Brand != labs.BrandID {
		t.Errorf("a payment that was made is of %q now, %v", stored.Brand, err)
	}
}

func TestACartIsOfOneBrand(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	book := b.sells()
	book.Brand, book.ID = "brnd_1", "pdt_labs"
	b.Put(book)
	got := b.asked("POST", "/checkouts", `{"product_cart":[{"product_id":"pdt_book","quantity":1},{"product_id":"pdt_labs","quantity":1}]}`, 422)
	if got["code"] != "BRAND_MISMATCH" {
		t.Errorf("answered %v", got)
	}
}
