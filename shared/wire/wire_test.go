package wire_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	dodo "github.com/dodopayments/dodopayments-go"
	"github.com/google/go-cmp/cmp"

	"perennial/shared/billing"
	"perennial/shared/calendar"
	"perennial/shared/merchant"
	"perennial/shared/money"
	"perennial/shared/tax"
	"perennial/shared/wire"
)

var (
	scope = merchant.Scope{Business: "bus_1", Mode: merchant.Test}
	start = calendar.At(time.Date(2026, 1, 31, 10, 0, 0, 120_000_000, time.UTC))
	end   = calendar.At(time.Date(2026, 2, 28, 10, 0, 0, 120_000_000, time.UTC))

	customer = billing.Customer{
		ID: "cus_1", Version: 2, Email: "ada@example.com", Name: "Ada", CreatedAt: start,
		Metadata: map[string]any{"seats": 3.0, "vip": true, "ref": "x"},
	}
	price = billing.Price{
		Amount: money.Of(1900, "EUR"), Every: calendar.Interval{Count: 1, Unit: calendar.Month},
		Term: calendar.Interval{Count: 10, Unit: calendar.Year}, TaxInclusive: true,
	}
	method       = billing.Method{ID: "pm_1", Customer: "cus_1", Brand: "visa", Last4: "4242", ExpMonth: 3, ExpYear: 2031, Country: "DE", UsedAt: start}
	product      = billing.Product{ID: "pdt_1", Name: "Pro", TaxCategory: "saas", Price: price, CreatedAt: start}
	subscription = billing.Subscription{
		ID: "sub_1", Version: 7, Customer: "cus_1", Product: "pdt_1", ProductName: "Pro", Status: billing.StatusActive,
		Price: price, Quantity: 2, Period: calendar.Period{Start: start, End: end}, EndsAt: end.Add(time.Hour),
		Method: method, Billing: billing.Address{Country: "DE", City: "Bonn"}, CreatedAt: start,
	}
	payment = billing.Payment{
		ID: "pay_1", Version: 3, Customer: "cus_1", Subscription: "sub_1", Product: "pdt_1", Quantity: 2,
		Status: billing.PaymentFailed, Amount: money.Of(3800, "EUR"), Tax: money.Of(0, "EUR"), Method: method,
		Retry: 1, Decline: billing.Decline{Code: "insufficient_funds", Class: billing.ClassMoney},
		Billing: billing.Address{Country: "DE"}, CreatedAt: start, UpdatedAt: start, Refunded: money.Of(0, "EUR"),
	}
	endpoint = merchant.Endpoint{ID: "whk_1", URL: "https://example.com/hook", CreatedAt: start.Time(), UpdatedAt: start.Time()}
)

// The keys that Dodo documents, "name" for required and "name?" for nullable.
const (
	subscriptionKeys = `subscription_id status product_id quantity currency recurring_pre_tax_amount tax_inclusive
		brand_id customer billing metadata addons meters credit_entitlement_cart meter_credit_entitlement_cart on_demand
		cancel_at_next_billing_date payment_frequency_count payment_frequency_interval subscription_period_count
		subscription_period_interval trial_period_days created_at previous_billing_date next_billing_date has_payment_method
		cancelled_at? cancellation_feedback? cancellation_comment? expires_at? paused_at? payment_method_id?
		scheduled_change? tax_id? customer_business_name? custom_field_responses? discounts? discount_id?
		discount_cycles_remaining? trial_amount?`
	subscriptionItemKeys = `subscription_id status product_id quantity currency recurring_pre_tax_amount tax_inclusive
		customer billing metadata on_demand cancel_at_next_billing_date payment_frequency_count payment_frequency_interval
		subscription_period_count subscription_period_interval trial_period_days created_at previous_billing_date
		next_billing_date has_payment_method discounts cancelled_at? paused_at? payment_method_id? scheduled_change?
		tax_id? customer_business_name? discount_id? discount_cycles_remaining? trial_amount? product_name?`
	paymentKeys = `payment_id business_id brand_id created_at currency total_amount settlement_amount settlement_currency
		customer billing metadata digital_products_delivered disputes refunds payment_provider retry_attempt
		is_update_payment_method is_multi_subscription subscription_ids status? subscription_id? checkout_session_id?
		product_cart? tax? settlement_tax? updated_at? payment_link? payment_method? payment_method_type?
		payment_method_id? card_last_four? card_network? card_type? card_issuing_country? card_holder_name? discounts?
		discount_id? error_code? error_message? invoice_id? invoice_url? refund_status? custom_field_responses?`
	paymentItemKeys = `payment_id brand_id created_at currency total_amount customer metadata digital_products_delivered
		has_license_key payment_provider is_multi_subscription subscription_ids status? subscription_id? payment_method?
		payment_method_type? card_last_four? card_network? invoice_id? invoice_url? refund_status? dispute_status?`
	productKeys = `product_id business_id brand_id name? description? image? is_recurring price tax_category metadata
		addons? credit_entitlements entitlements license_key_enabled license_key_activations_limit?
		license_key_activation_message? license_key_duration? digital_product_delivery? pricing_mode?
		product_collection_id? created_at updated_at`
	productItemKeys = `product_id business_id name? description? image? is_recurring currency? price? price_detail?
		tax_inclusive? tax_category metadata entitlements pricing_mode? created_at updated_at`
	customerKeys = `customer_id business_id email name phone_number? metadata created_at blocked_at? blocklist_entry_id?`
	methodKeys   = `payment_method_id payment_method payment_method_type? card? last_used_at? recurring_enabled?`
	webhookKeys  = `id url description metadata created_at updated_at disabled? filter_types? rate_limit?`
)

func TestEveryDocumentedKeyIsPresentEvenForBareObjects(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		keys   string
		values []any
	}{
		"Subscription": {subscriptionKeys, []any{
			wire.ToSubscription(scope, subscription, customer), wire.ToSubscription(scope, billing.Subscription{}, billing.Customer{}),
		}},
		"SubscriptionListItem": {subscriptionItemKeys, []any{
			wire.ToSubscriptionItem(subscription, customer), wire.ToSubscriptionItem(billing.Subscription{}, billing.Customer{}),
		}},
		"Payment": {paymentKeys, []any{
			wire.ToPayment(scope, payment, customer), wire.ToPayment(scope, billing.Payment{}, billing.Customer{}),
		}},
		"PaymentListItem": {paymentItemKeys, []any{
			wire.ToPaymentItem(scope, payment, customer), wire.ToPaymentItem(scope, billing.Payment{}, billing.Customer{}),
		}},
		"Product":         {productKeys, []any{wire.ToProduct(scope, product, wire.Uploads{}), wire.ToProduct(scope, billing.Product{}, wire.Uploads{})}},
		"ProductListItem": {productItemKeys, []any{wire.ToProductItem(scope, product, "")}},
		"Customer":        {customerKeys, []any{wire.ToCustomer(scope, customer), wire.ToCustomer(scope, billing.Customer{})}},
		"PaymentMethod":   {methodKeys, []any{wire.ToPaymentMethod(method), wire.ToPaymentMethod(billing.Method{})}},
		"WebhookDetails":  {webhookKeys, []any{wire.ToWebhook(endpoint)}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, v := range c.values {
				got := fields(t, v)
				for _, key := range strings.Fields(c.keys) {
					plain, nullable := strings.CutSuffix(key, "?")
					value, present := got[plain]
					if !present || value == nil && !nullable {
						t.Errorf("%s is %v, present %t", plain, value, present)
					}
				}
			}
		})
	}
}

func TestTheOfficialSDKReadsASubscription(t *testing.T) {
	t.Parallel()
	var got dodo.Subscription
	read(t, wire.ToSubscription(scope, subscription, customer), &got)
	if !got.Status.IsKnown() || !got.PaymentFrequencyInterval.IsKnown() || !got.Currency.IsKnown() || !got.Billing.Country.IsKnown() {
		t.Errorf("an enum value is unknown to the SDK: %+v", got)
	}
	want := []any{"sub_1", int64(3800), int64(2), "bus_1", "pm_1", start.Time(), end.Time(), "Ada", true}
	have := []any{
		got.SubscriptionID, got.RecurringPreTaxAmount, got.Quantity, got.BrandID, got.PaymentMethodID,
		got.PreviousBillingDate, got.NextBillingDate, got.Customer.Name, got.CancelledAt.IsZero(),
	}
	if diff := cmp.Diff(want, have); diff != "" {
		t.Error(diff)
	}
	if v, ok := got.Customer.Metadata["seats"]; !ok || v == nil {
		t.Errorf("metadata lost: %v", got.Customer.Metadata)
	}
}

func TestTheOfficialSDKReadsAFailedPayment(t *testing.T) {
	t.Parallel()
	var got dodo.Payment
	read(t, wire.ToPayment(scope, payment, customer), &got)
	if !got.PaymentProvider.IsKnown() || !got.Status.IsKnown() || !got.CardIssuingCountry.IsKnown() {
		t.Errorf("an enum value is unknown to the SDK: %+v", got)
	}
	want := []any{"pay_1", int64(3800), "INSUFFICIENT_FUNDS", "4242", "visa", int64(1), "sub_1", "pdt_1", dodo.PaymentRefundStatus("")}
	have := []any{
		got.PaymentID, got.TotalAmount, got.ErrorCode, got.CardLastFour, got.CardNetwork, got.RetryAttempt,
		got.SubscriptionID, got.ProductCart[0].ProductID, got.RefundStatus,
	}
	if diff := cmp.Diff(want, have); diff != "" {
		t.Error(diff)
	}
}

func TestTheOfficialSDKReadsTheOtherObjects(t *testing.T) {
	t.Parallel()
	var p dodo.Product
	read(t, wire.ToProduct(scope, product, wire.Uploads{}), &p)
	if r, ok := p.Price.AsUnion().(dodo.PriceRecurringPrice); !ok || r.Price != 1900 || !r.TaxInclusive {
		t.Errorf("price read as %#v", p.Price.AsUnion())
	}
	var c dodo.Customer
	read(t, wire.ToCustomer(scope, customer), &c)
	if c.CustomerID != "cus_1" || !c.CreatedAt.Equal(start.Time()) {
		t.Errorf("customer read as %+v", c)
	}
	var m dodo.CustomerGetPaymentMethodsResponseItem
	read(t, wire.ToPaymentMethod(method), &m)
	if !m.PaymentMethod.IsKnown() || m.Card.ExpiryMonth != "03" || m.Card.ExpiryYear != "2031" || !m.RecurringEnabled {
		t.Errorf("method read as %+v", m)
	}
	var w dodo.WebhookDetails
	read(t, wire.ToWebhook(endpoint), &w)
	if w.ID != "whk_1" || w.CreatedAt != "2026-01-31T10:00:00.120000Z" || w.FilterTypes != nil {
		t.Errorf("webhook read as %+v", w)
	}
	var item dodo.SubscriptionListResponse
	read(t, wire.ToSubscriptionItem(subscription, customer), &item)
	if item.ProductName != "Pro" || item.SubscriptionID != "sub_1" {
		t.Errorf("list item read as %+v", item)
	}
}

func TestAnEmptyFilterWantsNothingAndNoFilterWantsAll(t *testing.T) {
	t.Parallel()
	e := endpoint
	e.Types = []string{}
	if got := fields(t, wire.ToWebhook(e))["filter_types"]; got == nil {
		t.Error("an empty filter became null, which means every type")
	}
}

func TestACancellationThatIsOnlyScheduledHasNoDate(t *testing.T) {
	t.Parallel()
	s := subscription
	s.Cancel = billing.Cancellation{AtPeriodEnd: true, Feedback: "too_expensive"}
	got := wire.ToSubscription(scope, s, customer)
	if got.CancelledAt != nil || !got.CancelAtNextBillingDate || *got.CancellationFeedback != "too_expensive" {
		t.Errorf("got %+v", got.SubscriptionBase)
	}
	s.Status, s.Cancel.At = billing.StatusCancelled, end
	if got := wire.ToSubscription(scope, s, customer); got.CancelledAt == nil || *got.CancelledAt != end.String() {
		t.Errorf("a cancelled subscription was cancelled at %v", got.CancelledAt)
	}
}

func TestRefundStatus(t *testing.T) {
	t.Parallel()
	for minor, want := range map[int64]string{0: "", 1: "partial", 3800: "full"} {
		p := payment
		p.Refunded = money.Of(minor, "EUR")
		got := wire.ToPayment(scope, p, customer).RefundStatus
		if (got == nil) != (want == "") || got != nil && *got != want {
			t.Errorf("%d refunded gives %v, want %q", minor, got, want)
		}
	}
}

func fields(t *testing.T, v any) map[string]any {
	t.Helper()
	var out map[string]any
	read(t, v, &out)
	return out
}

func read(t *testing.T, v, into any) {
	t.Helper()
	body, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(body, into); err != nil {
		t.Fatalf("%s: %v", body, err)
	}
}

// The proofs of place are shown as they were kept, with what they come to.
func TestAPaymentShowsWhereItsCustomerIs(t *testing.T) {
	t.Parallel()
	show := func(e tax.Evidence) string {
		p := wire.ToPayment(merchant.Scope{Business: "bus_1", Mode: merchant.Test}, billing.Payment{ID: "pay_1", Evidence: e}, billing.Customer{})
		raw, err := json.Marshal(p.LocationEvidence)
		if err != nil {
			t.Fatal(err)
		}
		return string(raw)
	}
	for want, e := range map[string]tax.Evidence{
		`null`: {},
		`{"billing_country":"DE","card_country":"DE","ip_country":null,"agreeing":2,"conflict":false}`: {Address: "DE", Card: "DE"},
		`{"billing_country":"FR","card_country":"MC","ip_country":"US","agreeing":2,"conflict":true}`:  {Address: "FR", Card: "MC", IP: "US"},
	} {
		if got := show(e); got != want {
			t.Errorf("%+v is shown as %s", e, got)
		}
	}
}
