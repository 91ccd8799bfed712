package merchantapi_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	dodo "github.com/dodopayments/dodopayments-go"
	"github.com/dodopayments/dodopayments-go/shared"
	"github.com/google/go-cmp/cmp"

	"perennial/shared/billing"
	"perennial/shared/lifecycle/lifecycletest"
	"perennial/shared/merchant"
	"perennial/shared/record"
	"perennial/shared/recovery"
)

// order buys the product for the customer, with what change adds.
func (b *bench) order(change func(*dodo.SubscriptionNewParams)) (*dodo.SubscriptionNewResponse, error) {
	params := dodo.SubscriptionNewParams{
		ProductID: dodo.F(b.Product.ID), Quantity: dodo.F[int64](2), PaymentLink: dodo.F(true),
		Customer: dodo.F[dodo.CustomerRequestUnionParam](dodo.AttachExistingCustomerParam{CustomerID: dodo.F(b.Customer.ID)}),
		Billing:  dodo.F(dodo.BillingAddressParam{Country: dodo.F(dodo.CountryCodeDe), Zipcode: dodo.F("10115")}),
		Metadata: dodo.F(dodo.MetadataParam{"order": shared.UnionString("7")}),
	}
	if change != nil {
		change(&params)
	}
	return b.client.Subscriptions.New(b.T.Context(), params) //nolint:staticcheck // Dodo deprecates it, and it must go on working
}

// session reads the hosted page that a client secret opens.
func (b *bench) session(secret string) record.Checkout {
	b.T.Helper()
	return lifecycletest.Get[record.Checkout](b.World, secret)
}

// pay does what the hosted page does with a card.
func (b *bench) pay(page record.Checkout, card string) recovery.Result {
	b.T.Helper()
	r, err := b.Recovery.ChangeMethod(b.T.Context(), recovery.Pay{
		Scope: b.Scope, Subscription: page.Subscription, Customers: []string{page.Customer}, Checkout: page.ID,
		Token: b.Gateway.Token(card), By: billing.ByCustomer, Actor: record.Actor{Kind: record.ByCustomer, ID: page.Customer},
	})
	b.must(err)
	return r
}

func (b *bench) get(id string) *dodo.Subscription {
	b.T.Helper()
	s, err := b.client.Subscriptions.Get(b.T.Context(), id)
	b.must(err)
	return s
}

// R305: a life begins by API.
func TestASubscriptionIsPendingUntilItsPageIsPaid(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.counter.reset()
	made, err := b.order(nil)
	b.must(err)
	if n := b.counter.total(); n > 3 {
		t.Errorf("creating took %d requests: %v", n, b.counter.n)
	}
	if !strings.HasPrefix(made.PaymentLink, "https://checkout.example/session/") || !strings.HasSuffix(made.PaymentLink, made.ClientSecret) {
		t.Errorf("link %s of %s", made.PaymentLink, made.ClientSecret)
	}
	if !made.ExpiresOn.Equal(lifecycletest.Start.Add(24*time.Hour)) || made.RecurringPreTaxAmount != 4000 || made.Customer.Email != b.Customer.Email {
		t.Errorf("made %+v", made)
	}
	if s := b.get(made.SubscriptionID); s.Status != "pending" || s.PreviousBillingDate.IsZero() || s.NextBillingDate.IsZero() {
		t.Errorf("it is %s until %v", s.Status, s.NextBillingDate)
	}
	planned, err := b.client.Payments.Get(t.Context(), made.PaymentID)
	if err != nil || planned.Status != "requires_payment_method" || planned.PaymentLink != made.PaymentLink {
		t.Errorf("planned payment %+v, %v", planned, err)
	}
	since := len(b.Store.Events())
	b.pay(b.session(made.ClientSecret), "visa_ok")
	if got := b.events(since); !has(got, "payment.succeeded", "subscription.active") {
		t.Errorf("events %v", got)
	}
	paid, err := b.client.Payments.Get(t.Context(), made.PaymentID)
	if err != nil || paid.Status != "succeeded" || paid.TotalAmount != 4000 || b.get(made.SubscriptionID).Status != "active" {
		t.Errorf("paid %+v, %v", paid, err)
	}
	b.Reconcile()
}

func TestEveryRequiredKeyOfASubscriptionIsThere(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	sub := b.Active("visa_ok")
	b.counter.reset()
	got := b.get(sub.ID)
	if n := b.counter.total(); n > 2 {
		t.Errorf("reading took %d requests", n)
	}
	var raw map[string]any
	b.must(json.Unmarshal([]byte(got.JSON.RawJSON()), &raw))
	for key := range strings.SplitSeq("subscription_id status product_id quantity currency recurring_pre_tax_amount tax_inclusive brand_id customer billing "+
		"metadata addons meters credit_entitlement_cart meter_credit_entitlement_cart on_demand cancel_at_next_billing_date payment_frequency_count "+
		"payment_frequency_interval subscription_period_count subscription_period_interval trial_period_days created_at previous_billing_date "+
		"next_billing_date has_payment_method", " ") {
		if raw[key] == nil {
			t.Errorf("%s is %v", key, raw[key])
		}
	}
	now := b.Clock.Now()
	if got.PreviousBillingDate.After(now) || !got.NextBillingDate.After(now) || got.PaymentMethodID != sub.Method.ID {
		t.Errorf("dates %v to %v, method %s", got.PreviousBillingDate, got.NextBillingDate, got.PaymentMethodID)
	}
}

func TestWithoutAPaymentLinkThereIsNone(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	made, err := b.order(func(p *dodo.SubscriptionNewParams) { p.PaymentLink = dodo.F(false) })
	b.must(err)
	if raw := made.JSON.RawJSON(); !strings.Contains(raw, `"payment_link":null`) || !strings.Contains(raw, `"expires_on":null`) || made.ClientSecret == "" {
		t.Errorf("made %s", raw)
	}
}

func TestABuyerByAddressIsTheLatestOneOrNew(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	by := func(email string, always bool) func(*dodo.SubscriptionNewParams) {
		return func(p *dodo.SubscriptionNewParams) {
			p.Customer = dodo.Raw[dodo.CustomerRequestUnionParam](map[string]any{"email": email, "create_new_customer": always})
		}
	}
	b.counter.reset()
	first, err := b.order(by("grace@example.com", false))
	b.must(err)
	if n := b.counter.total(); n > 3 {
		t.Errorf("creating both took %d requests: %v", n, b.counter.n)
	}
	again, err := b.order(by("Grace@example.com", false))
	b.must(err)
	b.Clock.Advance(time.Second)
	other, err := b.order(by("grace@example.com", true))
	b.must(err)
	latest, err := b.order(by("grace@example.com", false))
	b.must(err)
	got := []bool{first.Customer.CustomerID == again.Customer.CustomerID, other.Customer.CustomerID == first.Customer.CustomerID,
		latest.Customer.CustomerID == other.Customer.CustomerID, first.Customer.CustomerID == b.Customer.ID}
	if diff := cmp.Diff([]bool{true, false, true, false}, got); diff != "" {
		t.Error(diff)
	}
	if first.Customer.Name != "grace" {
		t.Errorf("a nameless customer is called %q", first.Customer.Name)
	}
	known := lifecycletest.Get[billing.Customer](b.World, first.Customer.CustomerID)
	if len(known.InvoicePrefix) != 6 {
		t.Errorf("invoice series %q", known.InvoicePrefix)
	}
}

func TestAnInvoiceSeriesThatIsTakenIsChosenAnew(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	refusals := 0
	b.Store.Before = func(c record.Commit) error {
		if len(c.Claims) == 1 && strings.HasPrefix(c.Claims[0].Key, "series#") && refusals < 2 {
			refusals++
			return record.ErrClaimed
		}
		return nil
	}
	if b.customer("grace@example.com").CustomerID == "" || refusals != 2 {
		t.Errorf("after %d refusals there is no customer", refusals)
	}
	refusals = 0
	_, err := b.order(func(p *dodo.SubscriptionNewParams) {
		p.Customer = dodo.F[dodo.CustomerRequestUnionParam](dodo.NewCustomerParam{Email: dodo.F("new@example.com")})
	})
	if err != nil || refusals != 2 {
		t.Errorf("after %d refusals: %v", refusals, err)
	}
}

func TestATrialIsTheProductsUnlessTheOrderSays(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	product, err := b.product(monthly(1900))
	b.must(err)
	for days, want := range map[int64]int64{-1: 14, 0: 0, 30: 30} {
		made, err := b.order(func(p *dodo.SubscriptionNewParams) {
			p.ProductID = dodo.F(product.ProductID)
			if days >= 0 {
				p.TrialPeriodDays = dodo.F(days)
			}
		})
		b.must(err)
		if got := b.get(made.SubscriptionID).TrialPeriodDays; got != want {
			t.Errorf("asked for %d days, got %d", days, got)
		}
	}
}

func TestAnOrderThatCannotBeIsRefusedWhole(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	before := len(b.Store.Commits())
	for name, c := range map[string]struct {
		change func(*dodo.SubscriptionNewParams)
		status int
		code   string
		names  []string
	}{
		"no such product": {func(p *dodo.SubscriptionNewParams) { p.ProductID = dodo.F("pdt_none") }, 404, "NOT_FOUND", nil},
		"no such customer": {func(p *dodo.SubscriptionNewParams) {
			p.Customer = dodo.F[dodo.CustomerRequestUnionParam](dodo.AttachExistingCustomerParam{CustomerID: dodo.F("cus_none")})
		}, 404, "NOT_FOUND", nil},
		"many problems": {func(p *dodo.SubscriptionNewParams) {
			p.Billing = dodo.F(dodo.BillingAddressParam{Country: dodo.F(dodo.CountryCode("XX"))})
			p.Customer = dodo.Raw[dodo.CustomerRequestUnionParam](map[string]any{})
			p.ReturnURL, p.CustomerBusinessName = dodo.F("http://shop.example"), dodo.F("Northwind GmbH")
		}, 422, "INVALID_REQUEST_PARAMETERS", []string{"billing.country", "customer", "return_url", "customer_business_name"}},
		"no quantity": {func(p *dodo.SubscriptionNewParams) { p.Quantity = dodo.F[int64](0) }, 422, "INVALID_REQUEST_BODY", []string{"quantity"}},
		"what is not there yet": {func(p *dodo.SubscriptionNewParams) {
			p.AllowedPaymentMethodTypes = dodo.F([]dodo.PaymentMethodTypes{dodo.PaymentMethodTypesACH})
		}, 501, "UNSUPPORTED_ACTION", []string{"allowed_payment_method_types"}},
		"another currency":       {func(p *dodo.SubscriptionNewParams) { p.BillingCurrency = dodo.F(dodo.CurrencyJpy) }, 422, "UNSUPPORTED_BILLING_CURRENCY", []string{"currency"}},
		"a code that nobody has": {func(p *dodo.SubscriptionNewParams) { p.DiscountCodes = dodo.F([]string{"SAVE"}) }, 422, "INVALID_DISCOUNT_CODE", nil},
		"on demand with extras": {func(p *dodo.SubscriptionNewParams) {
			p.OnDemand = dodo.F(dodo.OnDemandSubscriptionParam{MandateOnly: dodo.F(true)})
			p.DiscountCodes = dodo.F([]string{"SAVE"})
		}, 422, "DISCOUNT_NOT_AVAILABLE_FOR_ON_DEMAND", nil},
	} {
		_, err := b.order(c.change)
		p := b.refused(err, c.status, c.code)
		for _, field := range c.names {
			if !strings.Contains(p.Message, field) {
				t.Errorf("%s: %s is not named: %s", name, field, p.Message)
			}
		}
	}
	b.unchanged(before)
	_, err := b.order(func(p *dodo.SubscriptionNewParams) {
		p.Addons, p.DiscountCodes, p.BillingCurrency = dodo.F([]dodo.AttachAddonParam{}), dodo.F([]string{}), dodo.F(dodo.CurrencyUsd)
		p.TaxID, p.CustomerBusinessName = dodo.F("DE123"), dodo.F("Northwind GmbH")
	})
	b.must(err)
}

func TestSubscriptionsAreListedByWhatTheyAre(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.must(b.later(b.Active("visa_ok").ID))
	b.Clock.Advance(time.Minute)
	b.Subscribe()
	b.Clock.Advance(time.Minute)
	held := b.OnHold()
	for name, c := range map[string]struct {
		params dodo.SubscriptionListParams
		want   int
	}{
		"all of a customer": {dodo.SubscriptionListParams{CustomerID: dodo.F(b.Customer.ID)}, 3},
		"on hold":           {dodo.SubscriptionListParams{Status: dodo.F(dodo.SubscriptionListParamsStatusOnHold)}, 1},
		"of a customer, cancelled meanwhile": {
			dodo.SubscriptionListParams{CustomerID: dodo.F(b.Customer.ID), Status: dodo.F(dodo.SubscriptionListParamsStatusCancelled)}, 1,
		},
		"none that ends":  {dodo.SubscriptionListParams{CancelAtNextBillingDate: dodo.F(true), Status: dodo.F(dodo.SubscriptionListParamsStatusActive)}, 0},
		"of a product":    {dodo.SubscriptionListParams{ProductID: dodo.F(b.Product.ID)}, 3},
		"another brand's": {dodo.SubscriptionListParams{BrandID: dodo.F("brnd_x")}, 0},
		"since":           {dodo.SubscriptionListParams{CreatedAtGte: dodo.F(lifecycletest.Start.Add(2 * time.Minute))}, 1},
	} {
		page, err := b.client.Subscriptions.List(t.Context(), c.params)
		if err != nil || len(page.Items) != c.want {
			t.Errorf("%s: %d found, %v", name, len(page.Items), err)
			continue
		}
		for _, item := range page.Items {
			if item.Customer.Email != b.Customer.Email || item.ProductName != "Atlas Pro" {
				t.Errorf("%s: %+v", name, item)
			}
		}
	}
	if got := b.get(held.ID); got.Status != "on_hold" {
		t.Errorf("held is %s", got.Status)
	}
}

// later schedules a cancellation through the API.
func (b *bench) later(id string) error {
	_, err := b.client.Subscriptions.Update(b.T.Context(), id, dodo.SubscriptionUpdateParams{CancelAtNextBillingDate: dodo.F(true)})
	return err
}

// Live has no gateway: an order there could never be paid.
func TestWhereNoGatewayIsConnectedNothingIsOrdered(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	scope := merchant.Scope{Business: "bus_1", Mode: merchant.Live}
	product, customer, sub := lifecycletest.Get[billing.Product](b.World, b.Product.ID), b.Customer, b.Active("visa_ok")
	product.Version, customer.Version, sub.Version = 0, 0, 0
	b.must(b.Store.Commit(t.Context(), record.Commit{
		Scope: scope, Actor: record.System, Cause: "test",
		Put: []any{product, customer, sub},
	}))
	before := len(b.Store.Commits())
	order := `{"product_id":%q,"quantity":1,"customer":%s,"billing":{"country":"DE"},"payment_link":true}`
	for _, op := range []operation{
		{"POST", "/subscriptions", fmt.Sprintf(order, b.Product.ID, `{"email":"new@example.com"}`)},
		{"POST", "/subscriptions", fmt.Sprintf(order, b.Product.ID, fmt.Sprintf(`{"customer_id":%q}`, b.Customer.ID))},
		{"POST", "/subscriptions/" + sub.ID + "/update-payment-method", `{"type":"new"}`},
		{"POST", "/subscriptions/" + sub.ID + "/update-payment-method", fmt.Sprintf(`{"type":"existing","payment_method_id":%q}`, sub.Method.ID)},
	} {
		status, body := b.send(op.method, op.path, live, op.body)
		if status != 501 || !strings.Contains(body, "UNSUPPORTED_ACTION") || !strings.Contains(body, "gateway") {
			t.Errorf("%s %s: %d %s", op.path, op.body, status, body)
		}
	}
	b.unchanged(before)
}
