package merchantapi_test

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"

	"perennial/shared/billing"
	"perennial/shared/merchantapi"
	"perennial/shared/money"
	"perennial/shared/purchases"
	"perennial/shared/record"
	"perennial/shared/taxid"
)

// kept is a session of the bench's product that nobody has paid yet.
func (b *bench) kept() string {
	b.T.Helper()
	made, err := b.Sales(b.Store).Open(b.T.Context(), purchases.Session{
		Scope: b.Scope, Actor: record.System,
		Cart: billing.Cart{Items: []billing.CartItem{{Product: b.Product.ID, Quantity: 1}}, TrialDays: -1},
	})
	b.must(err)
	return made.Checkout.ID
}

// asked posts JSON and reads the answer's members.
func (b *bench) asked(method, path, body string, status int) map[string]any {
	b.T.Helper()
	got, text := b.send(method, path, writer, body)
	var members map[string]any
	b.must(json.Unmarshal([]byte(text), &members))
	if got != status {
		b.T.Fatalf("%s %s: %d %s", method, path, got, text)
	}
	return members
}

// sells adds a one-time product.
func (b *bench) sells() billing.Product {
	book := billing.Product{
		ID: "pdt_book", Name: "Handbook", TaxCategory: "e_book", CreatedAt: b.Now(),
		Price: billing.Price{Kind: billing.PriceOneTime, Amount: money.Of(1500, "USD")},
	}
	b.Put(book)
	return book
}

func TestASessionIsKeptUntilItIsPaid(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.sells()
	customers := len(b.Store.Commits())
	made := b.asked("POST", "/checkouts", `{"product_cart":[{"product_id":"pdt_book","quantity":2}],"customer":{"email":"new@example.com","name":"New"},"return_url":"https://shop.example/thanks"}`, 200)
	id := made["session_id"].(string)
	if !regexp.MustCompile(`^cks_.{21}$`).MatchString(id) || !strings.HasSuffix(made["checkout_url"].(string), id) || made["payment_id"] != nil {
		t.Errorf("made %v", made)
	}
	if n := len(b.Store.Commits()) - customers; n != 1 {
		t.Errorf("keeping a session took %d commits", n)
	}
	if got := b.asked("GET", "/checkouts/"+id, "", 200); got["payment_status"] != nil || got["payment_id"] != nil || got["customer_email"] != "new@example.com" {
		t.Errorf("before: %v", got)
	}
}

func TestAConfirmedSessionWithASavedMethodIsChargedAtOnce(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.sells()
	method := b.Active("visa_ok").Method.ID
	confirm := `{"product_cart":[{"product_id":"pdt_book","quantity":1}],"confirm":true,"customer":{"customer_id":"` + b.Customer.ID + `"}`
	b.asked("POST", "/checkouts", confirm+`}`, 422)
	b.asked("POST", "/checkouts", `{"product_cart":[{"product_id":"pdt_book","quantity":1}],"payment_method_id":"`+method+`"}`, 422)
	made := b.asked("POST", "/checkouts", confirm+`,"billing_address":{"country":"DE","city":"Berlin","street":"Torstr. 1"},"payment_method_id":"`+method+`"}`, 200)
	if made["checkout_url"] != nil || made["payment_id"] == nil {
		t.Fatalf("made %v", made)
	}
	if got := b.asked("GET", "/checkouts/"+made["session_id"].(string), "", 200); got["payment_status"] != "succeeded" || got["payment_id"] != made["payment_id"] {
		t.Errorf("after: %v", got)
	}
	paid := b.asked("GET", "/payments/"+made["payment_id"].(string), "", 200)
	if paid["total_amount"] != 1500.0 || paid["checkout_session_id"] != made["session_id"] || paid["invoice_id"] == nil || paid["subscription_id"] != nil {
		t.Errorf("payment %v", paid)
	}
	b.Reconcile()
}

func TestAPreviewIsWhatIsCharged(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.sells()
	before := len(b.Store.Commits())
	cart := `{"product_cart":[{"product_id":"pdt_book","quantity":2},{"product_id":"` + b.Product.ID + `","quantity":1}],"billing_address":{"country":"DE"}}`
	got := b.asked("POST", "/checkouts/preview", cart, 200)
	now, later := got["current_breakup"].(map[string]any), got["recurring_breakup"].(map[string]any)
	if now["total_amount"] != 5000.0 || later["total_amount"] != 2000.0 || got["next_billing_date"] != "2027-02-28T09:30:00.000000Z" || len(got["product_cart"].([]any)) != 2 {
		t.Errorf("preview %v", got)
	}
	once := b.asked("POST", "/checkouts/preview", `{"product_cart":[{"product_id":"pdt_book","quantity":2}]}`, 200)
	if once["recurring_breakup"] != nil || once["next_billing_date"] != nil || once["total_price"] != 3000.0 {
		t.Errorf("preview %v", once)
	}
	b.unchanged(before)
}

func TestAPreviewTellsWhatIsKnownOfItsTaxID(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		proof                  taxid.Proof
		format, holder, refuse bool
	}{
		{taxid.Proof{}, false, false, false},
		{taxid.Proof{ID: "29AABCU9603R1ZM"}, false, false, false}, // of a country whose numbers are not known
		{taxid.Proof{ID: "DE136695976", Status: taxid.Pending}, false, false, false},
		{taxid.Proof{ID: "DE136695976", Status: taxid.Invalid, Problem: "taxid: wrong check digit: DE"}, false, false, true},
		{taxid.Proof{ID: "DE136695976", Status: taxid.Valid}, true, false, false},
		{taxid.Proof{ID: "IT00743110157", Status: taxid.Valid, Name: "Northwind SRL"}, true, true, false},
	} {
		got := merchantapi.ToAPIPreview(purchases.Quote{TaxID: c.proof})
		if (got.TaxIDFormatName != nil) != c.format || (got.TaxIDBusinessName != nil) != c.holder || (got.TaxIDErrMsg != nil) != c.refuse {
			t.Errorf("%+v: format %v, holder %v, problem %v", c.proof, got.TaxIDFormatName, got.TaxIDBusinessName, got.TaxIDErrMsg)
		}
	}
}

func TestAnOrderOfOneTimeProductsIsAPayment(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.sells()
	made := b.asked("POST", "/payments", `{"product_cart":[{"product_id":"pdt_book","quantity":3}],"customer":{"customer_id":"`+b.Customer.ID+`"},"billing":{"country":"DE"},"payment_link":true,"metadata":{"order":"42"}}`, 200)
	if made["total_amount"] != 4500.0 || made["payment_link"] == nil || made["expires_on"] == nil {
		t.Errorf("made %v", made)
	}
	got := b.asked("GET", "/payments/"+made["payment_id"].(string), "", 200)
	cart := got["product_cart"].([]any)
	if got["status"] != "requires_payment_method" || got["payment_link"] != made["payment_link"] || cart[0].(map[string]any)["quantity"] != 3.0 {
		t.Errorf("payment %v", got)
	}
	b.asked("POST", "/payments", `{"product_cart":[{"product_id":"`+b.Product.ID+`","quantity":1}],"customer":{"customer_id":"`+b.Customer.ID+`"},"billing":{"country":"DE"}}`, 422)
}

func TestAnOnDemandSubscriptionIsChargedOverTheAPI(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	made := b.asked("POST", "/subscriptions", `{"product_id":"`+b.Product.ID+`","quantity":1,"customer":{"customer_id":"`+b.Customer.ID+`"},"billing":{"country":"DE"},"on_demand":{"mandate_only":true}}`, 200)
	id := made["subscription_id"].(string)
	_, err := b.Pay(id, "visa_ok")
	b.must(err)
	charged := b.asked("POST", "/subscriptions/"+id+"/charge", `{"product_price":700,"metadata":{"month":"4"}}`, 200)
	paid := b.asked("GET", "/payments/"+charged["payment_id"].(string), "", 200)
	if paid["total_amount"] != 700.0 || paid["status"] != "succeeded" || paid["subscription_id"] != id {
		t.Errorf("payment %v", paid)
	}
	if sub := b.asked("GET", "/subscriptions/"+id, "", 200); sub["on_demand"] != true {
		t.Errorf("subscription %v", sub)
	}
	plan := `{"product_id":"` + b.Product.ID + `","quantity":2,"proration_billing_mode":"full_immediately"}`
	if got := b.asked("POST", "/subscriptions/"+id+"/change-plan", plan, 422); got["code"] != "ON_DEMAND_PLAN_CHANGE_NOT_SUPPORTED" {
		t.Errorf("a plan change: %v", got)
	}
	if got := b.asked("POST", "/subscriptions/"+b.Active("visa_ok").ID+"/charge", `{"product_price":700}`, 422); got["code"] != "SUBSCRIPTION_NOT_ON_DEMAND" {
		t.Errorf("a normal one: %v", got)
	}
	b.Reconcile()
}
