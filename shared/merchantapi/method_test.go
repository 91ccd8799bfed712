package merchantapi_test

import (
	"slices"
	"strings"
	"testing"

	dodo "github.com/dodopayments/dodopayments-go"

	"perennial/shared/billing"
	"perennial/shared/gateway"
	"perennial/shared/lifecycle/lifecycletest"
	"perennial/shared/record"
)

func newMethod(returnURL string) dodo.SubscriptionUpdatePaymentMethodParams {
	return dodo.SubscriptionUpdatePaymentMethodParams{PaymentMethod: dodo.SubscriptionUpdatePaymentMethodParamsPaymentMethodNew{
		Type:      dodo.F(dodo.SubscriptionUpdatePaymentMethodParamsPaymentMethodNewTypeNew),
		ReturnURL: dodo.F(returnURL),
	}}
}

func savedMethod(id string) dodo.SubscriptionUpdatePaymentMethodParams {
	return dodo.SubscriptionUpdatePaymentMethodParams{PaymentMethod: dodo.SubscriptionUpdatePaymentMethodParamsPaymentMethodExisting{
		Type:            dodo.F(dodo.SubscriptionUpdatePaymentMethodParamsPaymentMethodExistingTypeExisting),
		PaymentMethodID: dodo.F(id),
	}}
}

// card saves a card of the customer's.
func (b *bench) card(name string) billing.Method {
	b.T.Helper()
	c := lifecycletest.Get[billing.Customer](b.World, b.Customer.ID)
	m, err := b.Recovery.Wallet.Save(b.T.Context(), b.Scope, record.System, c, b.Gateway.Token(name), gateway.Fields{})
	b.must(err)
	return m
}

func TestAnActiveSubscriptionSwitchesWithoutACharge(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	sub, other := b.Active("visa_ok"), b.card("mastercard_ok")
	payments := len(lifecycletest.All[billing.Payment](b.World))
	since := len(b.Store.Events())
	got, err := b.client.Subscriptions.UpdatePaymentMethod(t.Context(), sub.ID, savedMethod(other.ID))
	b.must(err)
	if raw := got.JSON.RawJSON(); strings.Count(raw, "null") != 4 {
		t.Errorf("answer %s", raw)
	}
	if b.get(sub.ID).PaymentMethodID != other.ID || len(lifecycletest.All[billing.Payment](b.World)) != payments {
		t.Errorf("it did not switch, or charged")
	}
	if !has(b.events(since), "subscription.update_payment_method") {
		t.Errorf("events %v", b.events(since))
	}
}

// R093, R131 to R134: by API too.
func TestASavedCardPaysTheDuesOfAHold(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	sub, other := b.OnHold(), b.card("mastercard_ok")
	since := len(b.Store.Events())
	got, err := b.client.Subscriptions.UpdatePaymentMethod(t.Context(), sub.ID, savedMethod(other.ID))
	b.must(err)
	paid := lifecycletest.Get[billing.Payment](b.World, got.PaymentID)
	if paid.Status != billing.PaymentSucceeded || paid.By != billing.ByMerchant || got.PaymentLink != "" {
		t.Errorf("paid %+v, answer %+v", paid, got)
	}
	events := b.events(since)
	if !has(events, "payment.succeeded", "subscription.active") || slices.Index(events, "payment.succeeded") > slices.Index(events, "subscription.active") {
		t.Errorf("events %v", events)
	}
	if now := b.get(sub.ID); now.Status != "active" || now.PaymentMethodID != other.ID {
		t.Errorf("it is %s with %s", now.Status, now.PaymentMethodID)
	}
	b.Reconcile()
}

func TestADeclinedSavedCardIsAnAnswer(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	sub, bad := b.OnHold(), b.card("decline_on_charge")
	got, err := b.client.Subscriptions.UpdatePaymentMethod(t.Context(), sub.ID, savedMethod(bad.ID))
	b.must(err)
	failed, err := b.client.Payments.Get(t.Context(), got.PaymentID)
	if err != nil || failed.Status != "failed" || failed.ErrorCode == "" || failed.ErrorMessage == "" || b.get(sub.ID).Status != "on_hold" {
		t.Errorf("failed %+v, %v", failed, err)
	}
}

func TestANewCardForAHoldIsAskedForOnAPageAndPaysIt(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	sub := b.OnHold()
	before := len(b.Store.Commits())
	got, err := b.client.Subscriptions.UpdatePaymentMethod(t.Context(), sub.ID, newMethod("https://shop.example/back"))
	b.must(err)
	if n := len(b.Store.Commits()) - before; n != 1 {
		t.Errorf("page and payment took %d commits", n)
	}
	if !strings.HasSuffix(got.PaymentLink, got.ClientSecret) || got.PaymentID == "" || got.ExpiresOn.IsZero() {
		t.Fatalf("answer %+v", got)
	}
	planned, err := b.client.Payments.Get(t.Context(), got.PaymentID)
	if err != nil || planned.Status != "requires_payment_method" || planned.TotalAmount != 2000 || !planned.IsUpdatePaymentMethod {
		t.Errorf("planned %+v, %v", planned, err)
	}
	page := b.session(got.ClientSecret)
	if !page.Method || page.ReturnURL != "https://shop.example/back" || page.Payment != got.PaymentID {
		t.Errorf("page %+v", page)
	}
	since := len(b.Store.Events())
	if r := b.pay(page, "mastercard_ok"); r.Payment.ID != got.PaymentID || r.Payment.Status != billing.PaymentSucceeded {
		t.Errorf("the page made payment %+v", r.Payment)
	}
	if events := b.events(since); !has(events, "payment.succeeded", "subscription.active", "subscription.update_payment_method") {
		t.Errorf("events %v", events)
	}
	if b.get(sub.ID).PaymentMethodID == sub.Method.ID {
		t.Error("the old card is still the subscription's")
	}
	b.Reconcile()
}

func TestANewCardForAnActiveSubscriptionIsOnlyAPage(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	sub := b.Active("visa_ok")
	got, err := b.client.Subscriptions.UpdatePaymentMethod(t.Context(), sub.ID, newMethod(""))
	if err != nil || got.PaymentLink == "" || got.PaymentID != "" {
		t.Fatalf("answer %+v, %v", got, err)
	}
	b.pay(b.session(got.ClientSecret), "mastercard_ok")
	if b.get(sub.ID).PaymentMethodID == sub.Method.ID {
		t.Error("the old card is still the subscription's")
	}
}

func TestAMethodThatCannotBeUsedIsRefused(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	sub, ended := b.Active("visa_ok"), b.Active("visa_ok")
	b.must(b.cancelNow(ended.ID))
	pending := b.Subscribe().Subscription.ID
	before := len(b.Store.Commits())
	ctx := t.Context()
	_, err := b.client.Subscriptions.UpdatePaymentMethod(ctx, sub.ID, savedMethod("pm_none"))
	b.refused(err, 404, "NOT_FOUND")
	_, err = b.client.Subscriptions.UpdatePaymentMethod(ctx, sub.ID, savedMethod(""))
	b.refused(err, 422, "INVALID_REQUEST_PARAMETERS")
	_, err = b.client.Subscriptions.UpdatePaymentMethod(ctx, sub.ID, newMethod("ftp://shop.example"))
	b.refused(err, 422, "INVALID_REQUEST_PARAMETERS")
	for _, id := range []string{ended.ID, pending} {
		_, err = b.client.Subscriptions.UpdatePaymentMethod(ctx, id, newMethod(""))
		b.refused(err, 422, "SUBSCRIPTION_INACTIVE")
	}
	_, err = b.client.Subscriptions.UpdatePaymentMethod(ctx, "sub_none", newMethod(""))
	b.refused(err, 404, "NOT_FOUND")
	b.unchanged(before)
}
