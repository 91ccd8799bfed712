package merchantapi_test

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	dodo "github.com/dodopayments/dodopayments-go"

	"perennial/shared/ids"
	"perennial/shared/lifecycle/lifecycletest"
	"perennial/shared/merchant"
	"perennial/shared/operations"
	"perennial/shared/record"
)

func TestAnUnknownKeyIsAnSDKErrorWithCodeAndMessage(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	for _, secret := range []string{"sk_test_guess", revoked, "nonsense"} {
		_, err := newClient(b.url, secret).Customers.Get(t.Context(), b.Customer.ID)
		b.refused(err, 401, "UNAUTHORIZED")
	}
}

func TestAKeyThatTheOperatorRevokesAnswers401(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	if status, body := b.send("GET", "/customers", writer, ""); status != 200 {
		t.Fatalf("before: %d %s", status, body)
	}
	operator := &operations.Service{Store: b.Store, Wall: b.Clock.Now, Actor: record.Actor{Kind: record.ByOperator, ID: "test"}}
	_, err := operator.RevokeKey(t.Context(), writer)
	b.must(err)
	if status, body := b.send("GET", "/customers", writer, ""); status != 401 || !strings.Contains(body, "UNAUTHORIZED") {
		t.Errorf("after: %d %s", status, body)
	}
}

// a business that the operator has archived reads and changes nothing.
func TestAnArchivedBusinessOnlyReads(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	state := b.State()
	state.Archive = merchant.Archive{At: b.Clock.Now(), Why: "closed"}
	b.Put(state)
	if status, body := b.send("GET", "/customers", writer, ""); status != 200 {
		t.Errorf("reading: %d %s", status, body)
	}
	for _, op := range []operation{{"POST", "/customers", `{"email":"a@b.example","name":"A"}`}, {"DELETE", "/webhooks/ep_1", ""}} {
		if status, body := b.send(op.method, op.path, writer, op.body); status != 403 || !strings.Contains(body, "BUSINESS_ARCHIVED") {
			t.Errorf("%s %s: %d %s", op.method, op.path, status, body)
		}
	}
	b.Put(func() merchant.State { s := b.State(); s.Archive = merchant.Archive{}; return s }())
	if status, body := b.send("POST", "/customers", writer, `{"email":"a@b.example","name":"A"}`); status != 200 {
		t.Errorf("restored: %d %s", status, body)
	}
}

// operation is one call of the API with a body that would be accepted.
type operation struct{ method, path, body string }

// forReader is what a read-only key is answered: everything may be read but
// what webhooks are proven with.
func (op operation) forReader() int {
	secret := strings.HasSuffix(op.path, "/secret") || strings.HasSuffix(op.path, "/headers") || strings.HasPrefix(op.path, "/api_keys")
	if op.method != http.MethodGet || secret {
		return http.StatusForbidden
	}
	return http.StatusOK
}

// inLive is what the live mode answers about objects of the test mode: it has
// none of them, and no gateway at which anything could be paid.
func (op operation) inLive() int {
	paid := op.path == "/subscriptions" || op.path == "/payments" || op.path == "/checkouts" ||
		strings.HasSuffix(op.path, "/update-payment-method") || strings.HasSuffix(op.path, "/charge") || strings.HasSuffix(op.path, "/retry")
	if op.method == http.MethodPost && paid {
		return http.StatusNotImplemented
	}
	return http.StatusNotFound
}

// operations lists every operation that needs a key, on objects of bus_1.
func (b *bench) operations() []operation {
	b.T.Helper()
	sub := b.Active("visa_ok")
	hook := b.webhook(dodo.WebhookNewParams{})
	delivery := b.delivered(hook.ID)
	payments, err := b.client.Payments.List(b.T.Context(), dodo.PaymentListParams{})
	b.must(err)
	payment, customer, product := payments.Items[0].PaymentID, "/customers/"+b.Customer.ID, "/products/"+b.Product.ID
	plan := fmt.Sprintf(`{"product_id":%q,"quantity":2,"proration_billing_mode":"prorated_immediately"}`, b.Product.ID)
	return append(slices.Concat(b.catalogOperations(), b.refundOperations(payment)), []operation{
		{"POST", "/customers", `{"email":"x@example.com","name":"X"}`},
		{"GET", "/customers", ""},
		{"GET", customer, ""},
		{"PATCH", customer, `{"name":"Mallory"}`},
		{"GET", customer + "/payment-methods", ""},
		{"GET", customer + "/mail", ""},
		{"PATCH", customer + "/mail", `{"win_back_consent":true}`},
		{"DELETE", customer + "/payment-methods/" + sub.Method.ID, ""},
		{"POST", customer + "/customer-portal/session?send_email=true", ""},
		{"POST", "/products", `{"name":"X","tax_category":"saas","price":{"type":"recurring_price","currency":"EUR","price":1,"payment_frequency_count":1,"payment_frequency_interval":"Month","subscription_period_count":1,"subscription_period_interval":"Year"}}`},
		{"GET", "/products", ""},
		{"GET", product, ""},
		{"PATCH", product, `{"name":"Mallory"}`},
		{"DELETE", product, ""},
		{"POST", product + "/unarchive", ""},
		{"POST", "/subscriptions", fmt.Sprintf(`{"product_id":%q,"quantity":1,"customer":{"customer_id":%q},"billing":{"country":"DE"}}`, b.Product.ID, b.Customer.ID)},
		{"GET", "/subscriptions", ""},
		{"GET", "/subscriptions/cancellation-reasons", ""},
		{"GET", "/subscriptions/" + sub.ID, ""},
		{"PATCH", "/subscriptions/" + sub.ID, `{"status":"cancelled"}`},
		{"POST", "/subscriptions/" + sub.ID + "/update-payment-method", `{"type":"new"}`},
		{"POST", "/subscriptions/" + sub.ID + "/change-plan", plan},
		{"POST", "/subscriptions/" + sub.ID + "/change-plan/preview", plan},
		{"DELETE", "/subscriptions/" + sub.ID + "/change-plan/scheduled", ""},
		{"DELETE", "/subscriptions/" + sub.ID + "/change-plan/pending", ""},
		{"POST", "/subscriptions/" + sub.ID + "/change-plan/return", ""},
		{"GET", "/subscriptions/" + sub.ID + "/upcoming", ""},
		{"GET", "/subscriptions/" + sub.ID + "/recovery", ""},
		{"GET", "/subscriptions/" + sub.ID + "/backup-payment-method", ""},
		{"PUT", "/subscriptions/" + sub.ID + "/backup-payment-method", `{"payment_method_id":"pm_1","customer_consented":true}`},
		{"DELETE", "/subscriptions/" + sub.ID + "/backup-payment-method", ""},
		{"POST", "/subscriptions/" + sub.ID + "/charge", `{"product_price":100}`},
		{"POST", "/checkouts", fmt.Sprintf(`{"product_cart":[{"product_id":%q,"quantity":1}]}`, b.Product.ID)},
		{"GET", "/checkouts/" + b.kept(), ""},
		{"POST", "/checkouts/preview", fmt.Sprintf(`{"product_cart":[{"product_id":%q,"quantity":1}]}`, b.Product.ID)},
		{"POST", "/payments", fmt.Sprintf(`{"product_cart":[{"product_id":%q,"quantity":1}],"customer":{"customer_id":%q},"billing":{"country":"DE"}}`, b.Product.ID, b.Customer.ID)},
		{"GET", "/payments", ""},
		{"GET", "/payments/" + payment, ""},
		{"GET", "/payments/" + payment + "/line-items", ""},
		{"POST", "/webhooks", `{"url":"https://shop.example"}`},
		{"GET", "/webhooks", ""},
		{"GET", "/webhooks/" + hook.ID, ""},
		{"PATCH", "/webhooks/" + hook.ID, `{"disabled":true}`},
		{"DELETE", "/webhooks/" + hook.ID, ""},
		{"GET", "/webhooks/" + hook.ID + "/secret", ""},
		{"GET", "/webhooks/" + hook.ID + "/headers", ""},
		{"PATCH", "/webhooks/" + hook.ID + "/headers", `{"headers":{}}`},
		{"POST", "/webhooks/" + hook.ID + "/secret/rotate", ""},
		{"GET", "/webhooks/" + hook.ID + "/deliveries", ""},
		{"GET", "/webhooks/" + hook.ID + "/deliveries/" + delivery, ""},
		{"POST", "/webhooks/" + hook.ID + "/deliveries/" + delivery + "/resend", ""},
		{"GET", "/webhooks/" + hook.ID + "/replay", ""},
		{"POST", "/webhooks/" + hook.ID + "/replay", `{"since":"2027-01-01T00:00:00Z"}`},
		{"POST", "/subscriptions/" + sub.ID + "/retry", ""},
		{"POST", "/subscriptions/" + sub.ID + "/extend", `{"days":1}`},
		{"GET", "/business", ""},
		{"GET", "/settings", ""},
		{"PATCH", "/settings", `{"time_zone":"Asia/Tokyo"}`},
		{"GET", "/settings/mail-sequences", ""},
		{"PUT", "/settings/mail-sequences", `{"steps":[{"trigger":"on_hold","delay_hours":48}]}`},
		{"GET", "/recovery/uplift", ""},
		{"POST", "/api_keys", `{"name":"ci"}`},
		{"GET", "/api_keys", ""},
		{"GET", "/api_keys/" + key(writer, b.Scope).ID(), ""},
		{"DELETE", "/api_keys/" + key(reader, b.Scope).ID(), ""},
		{"POST", "/gateways", connectBody},
		{"GET", "/gateways", ""},
		{"GET", "/gateways/" + b.connected(), ""},
		{"GET", "/gateways/acct_1/check", ""},
		{"POST", "/gateways/acct_1/setup", ""},
		{"PATCH", "/gateways/acct_1", `{"countries":["DE"]}`},
		{"DELETE", "/gateways/acct_1?forget=true", ""},
		{"GET", "/test-clock", ""},
		{"POST", "/test-clock/advance", `{"to":"2027-03-01T00:00:00Z"}`},
		{"POST", "/test-clock/freeze", ""},
		{"POST", "/test-clock/unfreeze", ""},
	}...)
}

// TestNobodyReachesWhatIsNotTheirs asks every operation with keys that may
// not, and checks that nothing is written, sent or shown.
func TestNobodyReachesWhatIsNotTheirs(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	all := b.operations()
	before := len(b.Store.Commits())
	for _, op := range all {
		for _, secret := range []string{"sk_test_guess", revoked} {
			if status, body := b.send(op.method, op.path, secret, op.body); status != 401 {
				t.Errorf("unknown key: %s %s answers %d %s", op.method, op.path, status, body)
			}
		}
		if status, body := b.send(op.method, op.path, reader, op.body); status != op.forReader() {
			t.Errorf("read-only key: %s %s answers %d %s, want %d", op.method, op.path, status, body, op.forReader())
		}
		if strings.Contains(op.path, "_") && op.path != "/api_keys" && op.path != "/products/short_links" && !strings.HasPrefix(op.path, "/test-clock") || strings.Contains(op.body, "cus_1") || strings.Contains(op.body, "pay_") {
			if status, body := b.send(op.method, op.path, stranger, op.body); status != 404 {
				t.Errorf("another business: %s %s answers %d %s", op.method, op.path, status, body)
			}
			if status, body := b.send(op.method, op.path, live, op.body); status != op.inLive() {
				t.Errorf("another mode: %s %s answers %d %s, want %d", op.method, op.path, status, body, op.inLive())
			}
		}
	}
	b.unchanged(before)
	if len(b.mails.sent)+len(b.work.sent) > 0 {
		t.Errorf("sent %v %v", b.mails.sent, b.work.sent)
	}
	for _, list := range []string{"/customers", "/products", "/subscriptions", "/subscriptions/cancellation-reasons", "/payments", "/refunds", "/disputes", "/balances/ledger", "/webhooks", "/addons", "/discounts", "/products/short_links", "/product-collections"} {
		if _, body := b.send("GET", list, stranger, ""); strings.Contains(body, "_id") {
			t.Errorf("another business's list: %s", body)
		}
	}
}

func TestEveryOperationIsInTheTableOfKeys(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	raw, err := b.api.OpenAPI()
	b.must(err)
	public := strings.Count(string(raw), `"operationId"`) - strings.Count(string(raw), `"apiKey": []`)
	if listed := len(b.operations()); public != 1 || listed != strings.Count(string(raw), `"apiKey": []`) {
		t.Errorf("%d operations are listed, %d are described, %d are public", listed, strings.Count(string(raw), `"apiKey": []`), public)
	}
}

func TestABodyThatIsNoJSONIs400(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	for _, op := range b.operations() {
		if op.body == "" {
			continue
		}
		if status, body := b.send(op.method, op.path, writer, `{"name":`); status != 400 || !strings.Contains(body, "INVALID_REQUEST_BODY") {
			t.Errorf("%s %s: %d %s", op.method, op.path, status, body)
		}
	}
}

func TestAConflictIsNotTriedAgain(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	sub := b.Active("visa_ok")
	b.must(b.cancelNow(sub.ID))
	calls := 0
	counting := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		calls++
		b.api.ServeHTTP(w, r)
	})
	client := dodo.NewClient(b.options(counting)...)
	_, err := client.Subscriptions.Update(t.Context(), sub.ID, dodo.SubscriptionUpdateParams{Status: dodo.F(dodo.SubscriptionStatusCancelled)})
	if b.refused(err, 409, "SUBSCRIPTION_ALREADY_CANCELLED"); calls != 1 {
		t.Errorf("the client asked %d times", calls)
	}
}

func TestAKeysLastUseIsWrittenHourly(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	used := func() time.Time {
		_, key, err := record.Lookup[merchant.APIKey](t.Context(), b.Store, ids.Hash(writer))
		b.must(err)
		return key.LastUsed
	}
	ask := func() int {
		before := len(b.Store.Commits())
		_, err := b.client.Customers.Get(t.Context(), b.Customer.ID)
		b.must(err)
		return len(b.Store.Commits()) - before
	}
	if n := ask(); n != 0 {
		t.Errorf("within the hour: %d commits", n)
	}
	b.Clock.Advance(time.Hour)
	if n := ask() + ask(); n != 1 || !used().Equal(lifecycletest.Start.Add(time.Hour)) {
		t.Errorf("after an hour: %d commits, used %v", n, used())
	}
	b.Clock.Advance(2 * time.Hour)
	b.Store.Before = func(record.Commit) error { return errors.New("no capacity") }
	if n := ask(); n != 0 {
		t.Errorf("a failed write: %d commits", n)
	}
}

func TestTheStoreBeingAwayIsNoWrongKey(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.keys.Store = away{b.Store}
	if status, body := b.send("GET", "/customers", writer, ""); status != 500 || !strings.Contains(body, "INTERNAL_SERVER_ERROR") {
		t.Errorf("answers %d %s", status, body)
	}
}
