package merchantapi_test

import (
	"testing"
	"time"

	dodo "github.com/dodopayments/dodopayments-go"

	"perennial/shared/billing"
	"perennial/shared/calendar"
)

// bought is an active subscription that was ordered and paid for through the
// API and its page.
func (b *bench) bought() billing.Subscription {
	b.T.Helper()
	made, err := b.order(nil)
	b.must(err)
	return b.pay(b.session(made.ClientSecret), "visa_ok").Subscription
}

func TestARenewalIsANewPaymentAndItsLinesAddUp(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	ctx := t.Context()
	sub := b.bought()
	since := len(b.Store.Events())
	b.AdvanceTo(sub.Period.End)
	if !has(b.events(since), "payment.succeeded", "subscription.renewed") {
		t.Errorf("events %v", b.events(since))
	}
	page, err := b.client.Payments.List(ctx, dodo.PaymentListParams{SubscriptionID: dodo.F(sub.ID)})
	if err != nil || len(page.Items) != 2 {
		t.Fatalf("%d payments, %v", len(page.Items), err)
	}
	b.counter.reset()
	renewal, err := b.client.Payments.Get(ctx, page.Items[0].PaymentID)
	b.must(err)
	if n := b.counter.total(); n > 2 {
		t.Errorf("reading took %d requests", n)
	}
	if renewal.SubscriptionID != sub.ID || renewal.RetryAttempt != 0 || !renewal.CreatedAt.Equal(sub.Period.End.Time()) || renewal.Customer.Email != b.Customer.Email {
		t.Errorf("renewal %+v", renewal)
	}
	lines, err := b.client.Payments.GetLineItems(ctx, renewal.PaymentID)
	b.must(err)
	var sum int64
	for _, line := range lines.Items {
		sum += line.Amount
		if line.RefundableAmount != line.Amount || line.Name != "Atlas Pro" {
			t.Errorf("line %+v", line)
		}
	}
	if sum != renewal.TotalAmount || string(lines.Currency) != "USD" {
		t.Errorf("lines add up to %d %s, total %d", sum, lines.Currency, renewal.TotalAmount)
	}
	now := b.get(sub.ID)
	if calendar.At(now.PreviousBillingDate) != sub.Period.End || !now.NextBillingDate.After(now.PreviousBillingDate) {
		t.Errorf("dates %v to %v", now.PreviousBillingDate, now.NextBillingDate)
	}
}

func TestADeclinedRenewalShowsWhy(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	sub := b.OnHold()
	page, err := b.client.Payments.List(t.Context(), dodo.PaymentListParams{Status: dodo.F(dodo.PaymentListParamsStatusFailed)})
	if err != nil || len(page.Items) != 1 || page.Items[0].SubscriptionID != sub.ID {
		t.Fatalf("failed payments %+v, %v", page.Items, err)
	}
	failed, err := b.client.Payments.Get(t.Context(), page.Items[0].PaymentID)
	if err != nil || failed.ErrorCode != "GENERIC_DECLINE" || failed.ErrorMessage == "" || failed.CardLastFour != "0341" {
		t.Errorf("failed %+v, %v", failed, err)
	}
	if lines, err := b.client.Payments.GetLineItems(t.Context(), failed.PaymentID); err != nil || lines.Items[0].RefundableAmount != 0 {
		t.Errorf("lines %+v, %v", lines, err)
	}
}

func TestPaymentsAreListedByWhatTheyAre(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	sub := b.bought()
	b.AdvanceTo(sub.Period.End)
	for name, c := range map[string]struct {
		params dodo.PaymentListParams
		want   int
	}{
		"of a customer":     {dodo.PaymentListParams{CustomerID: dodo.F(b.Customer.ID)}, 2},
		"in dollars":        {dodo.PaymentListParams{Currency: dodo.F(dodo.PaymentListParamsCurrencyUsd)}, 2},
		"in yen":            {dodo.PaymentListParams{Currency: dodo.F(dodo.PaymentListParamsCurrencyJpy)}, 0},
		"second of a kind":  {dodo.PaymentListParams{Currency: dodo.F(dodo.PaymentListParamsCurrencyUsd), PageNumber: dodo.F[int64](1), PageSize: dodo.F[int64](1)}, 1},
		"of a product":      {dodo.PaymentListParams{ProductID: dodo.F(b.Product.ID)}, 2},
		"of no product":     {dodo.PaymentListParams{ProductID: dodo.F("pdt_none")}, 0},
		"succeeded":         {dodo.PaymentListParams{Status: dodo.F(dodo.PaymentListParamsStatusSucceeded)}, 2},
		"never tried":       {dodo.PaymentListParams{Status: dodo.F(dodo.PaymentListParamsStatusRequiresCapture)}, 0},
		"another brand's":   {dodo.PaymentListParams{BrandID: dodo.F("brnd_1")}, 0},
		"before the second": {dodo.PaymentListParams{CreatedAtLte: dodo.F(sub.Period.End.Time().Add(-time.Second))}, 1},
	} {
		page, err := b.client.Payments.List(t.Context(), c.params)
		if err != nil || len(page.Items) != c.want {
			t.Errorf("%s: %d found, %v", name, len(page.Items), err)
		}
	}
}
